import Exchange
import FileTestSupport
import Testing

@Suite struct EvalTests {
  private let folder = TemporaryFolder()
  private let model = ["eval", Files.digits, "--weights", Files.weights]
  /// The published mistakes of the network (specs/digits/README.md).
  private let wrong = [116, 136, 221, 225, 292, 328]

  @Test func thePublishedFigures() throws {
    // The published weights were learnt without label smoothing.
    let plain = ["--set", "train.objective=categorical_crossentropy"]
    let run = NetcProcess.run(model + plain + ["--json", "--mistakes", "100"])
    try #require(run.status == 0, "\(run.errors)")
    let json = try run.json()
    #expect(json.keys == ["loss", "accuracy", "top5", "examples", "confusion", "classes", "mistakes"])
    #expect(json["examples"]?.intValue == 360)
    #expect(json["accuracy"]?.doubleValue == 354.0 / 360)
    #expect(json["mistakes"]?.arrayValue?.compactMap { $0["example"]?.intValue }.sorted() == wrong)
    let confusion = (json["confusion"]?.arrayValue ?? []).map { $0.arrayValue?.compactMap(\.intValue) ?? [] }
    let right = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
    #expect(confusion.joined().reduce(0, +) == 360)
    #expect(right == 354)
    // The mean of −ln of the right class's share, from the published logits.
    #expect((json["loss"]?.doubleValue ?? 9) < 0.1)
    let classes = json["classes"]?.arrayValue ?? []
    for (index, scores) in classes.enumerated() {
      let said = confusion.reduce(0) { $0 + $1[index] }
      let (right, members) = (Double(confusion[index][index]), Double(confusion[index].reduce(0, +)))
      #expect(scores["precision"]?.doubleValue == right / Double(said))
      #expect(scores["recall"]?.doubleValue == right / members)
    }
  }

  @Test func artefactsAreJudgedAlike() throws {
    let path = try folder.digitsArtefact()
    let run = NetcProcess.run(["eval", path, "--spec", Files.digits, "--json"])
    try #require(run.status == 0, "\(run.errors)")
    #expect(try run.json()["accuracy"]?.doubleValue == 354.0 / 360)
  }

  @Test func inWords() throws {
    let run = NetcProcess.run(model)
    #expect(run.status == 0)
    #expect(run.output.contains("accuracy  98.33 %: 354 of 360 right"))
    #expect(run.lines.allSatisfy { $0.count <= 80 })
    #expect(run.output.contains("is \\ said"))
  }

  @Test func mistakesAreNamed() {
    #expect(NetcProcess.run(["eval", Files.digits]).errors.contains("--weights"))
    #expect(NetcProcess.run(["eval", Files.lenet, "--weights", Files.weights]).errors.contains("N0601"))
    #expect(NetcProcess.run(model + ["--set", "data.test.idx.labels=lost"]).errors.contains("N0501"))
    #expect(NetcProcess.run(model + ["--mistakes", "-1"]).status == 64)
    let short = NetcProcess.run(model + ["--set", "data.test.idx.labels=digits/train-labels-idx1-ubyte.gz"])
    #expect(short.status == 1 && short.errors.contains("N0518"))
  }
}
