import Exchange
import FileTestSupport
import Glibc
import Testing

@Suite struct RunTests {
  private let folder = TemporaryFolder()
  private let model = ["run", Files.digits, "--weights", Files.weights]

  /// The published accuracy of the network (specs/digits/README.md).
  private let accuracy = "accuracy 98.33 %: 354 of 360 right; wrong are 116, 136, 221, 225, 292, 328\n"

  /// Softmax of the published logits, in double precision.
  private func publishedScores() throws -> [[Double]] {
    try Files.publishedLogits().map { row in
      let powers = row.map { exp(Double($0) - Double(row.max() ?? 0)) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
  }

  private func expectPublished(_ scores: [[Float]]) throws {
    let published = try publishedScores()
    try #require(scores.count == published.count)
    for (row, wanted) in zip(scores, published) {
      for (score, value) in zip(row, wanted) { #expect(abs(Double(score) - value) < 1e-4) }
    }
  }

  @Test(arguments: [1, 7, 400])
  func everyBatchSizeGivesThePublishedScores(batch: Int) throws {
    let path = folder.path + "/scores.npy"
    let run = NetcProcess.run(model + ["--input", Files.images, "--output", path, "--batch", "\(batch)"])
    #expect(run.status == 0)
    #expect(run.output.isEmpty && run.errors.isEmpty)
    let array = try Npy.read(path: path)
    try #require(array.shape == [360, 10])
    try expectPublished((0..<360).map { Array(array.elements[10 * $0..<10 * $0 + 10]) })
  }

  @Test(arguments: [[], ["--batch", "7"], ["--target", "generic"], ["--numerics", "strict"]])
  func artefactsComputeTheSame(options: [String]) throws {
    let path = try folder.digitsArtefact(options)
    let run = NetcProcess.run(["run", path, "--input", Files.images, "--labels", Files.labels, "--verify"])
    #expect(run.status == 0)
    #expect(run.output == accuracy)
  }

  @Test func theTableHasALineForEachExample() throws {
    let run = NetcProcess.run(model + ["--input", Files.images, "--top", "2"])
    #expect(run.status == 0)
    #expect(run.lines.count == 2 + 360)
    #expect(run.lines[0].split(separator: " ") == ["example", "class", "score", "2.", "score"])
    let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    let best = try Files.publishedLogits().map { row in
      names[row.indices.max { row[$0] < row[$1] } ?? 0]
    }
    #expect(run.lines.dropFirst(2).map { String($0.split(separator: " ")[1]) } == best)
    let all = NetcProcess.run(model + ["--input", Files.images, "--top", "1000"])
    #expect(all.status == 0)
    #expect(all.lines.allSatisfy { $0.count <= 80 })
  }

  @Test func npyGoesThroughPipes() throws {
    let run = NetcProcess.run(model + ["--input", "-", "--output", "-"], input: try Files.bytes(Files.images))
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let scores = try Npy.read(run.outputBytes, name: "stdout")
    #expect(scores.shape == [360, 10])
    let input = try folder.npy([3, 1, 8, 8])
    let file = NetcProcess.run(model + ["--input", input, "--output", "-"])
    let pipe = NetcProcess.run(
      model + ["--input", "-", "--output", "-"], input: try #require(TestFile.bytes(input)))
    #expect(try Npy.read(file.outputBytes, name: "stdout").shape == [3, 10])
    #expect(file.outputBytes == pipe.outputBytes)
  }

  @Test(arguments: [
    ([1, 8, 8], 1), ([8, 8], 1), ([5, 1, 8, 8], 5), ([5, 8, 8], 5), ([5, 64], 5),
  ])
  func examplesComeInSeveralShapes(shape: [Int], count: Int) throws {
    let run = NetcProcess.run(model + ["--input", try folder.npy(shape), "--output", "-"])
    #expect(run.status == 0)
    #expect(try Npy.read(run.outputBytes, name: "stdout").shape == [count, 10])
  }

  @Test(arguments: [[5, 8, 9], [8, 8, 8, 8], [8], [64], [5, 8, 8, 1], [2, 5, 1, 8, 8]])
  func otherShapesAreRefused(shape: [Int]) throws {
    let run = NetcProcess.run(model + ["--input", try folder.npy(shape)])
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error[N0507]: the file has \(shape.map(String.init).joined(separator: "×"))"))
    #expect(run.errors.contains("the network takes 1×8×8"))
  }

  @Test func jsonHasClassNameAndScores() throws {
    let path = folder.path + "/scores.json"
    let run = NetcProcess.run(model + ["--input", Files.images, "--output", path])
    #expect(run.status == 0)
    let rows = try #require(try JSONValue(parsing: TestFile.text(path) ?? "").arrayValue)
    #expect(rows.allSatisfy { $0.keys == ["example", "class", "name", "scores"] })
    #expect(rows[0]["class"] == 2 && rows[0]["name"] == "two")
    try expectPublished(
      rows.map { $0["scores"]?.arrayValue?.map { Float($0.doubleValue ?? .nan) } ?? [] })
  }

  @Test func csvHasAHeaderAndARowForEach() throws {
    let path = folder.path + "/scores.csv"
    let run = NetcProcess.run(model + ["--input", Files.images, "--output", path])
    #expect(run.status == 0)
    let lines = try #require(TestFile.text(path)).split(separator: "\n").map { $0.split(separator: ",") }
    #expect(lines.count == 361)
    #expect(lines[0].prefix(4) == ["example", "class", "name", "score_0"])
    #expect(lines.allSatisfy { $0.count == 13 })
    try expectPublished(lines.dropFirst().map { $0.dropFirst(3).map { Float($0) ?? .nan } })
  }

  @Test func labelsGiveTheAccuracyAndDrawingsTheImages() {
    let labels = ["--input", Files.images, "--labels", Files.labels]
    #expect(NetcProcess.run(model + labels).output == accuracy)
    let drawn = NetcProcess.run(model + labels + ["--draw", "3"])
    #expect(drawn.status == 0)
    #expect(drawn.output.contains("█") && drawn.output.contains("two"))
    #expect(drawn.output.hasSuffix(accuracy))
    // Scores on standard output leave it to them alone.
    let piped = NetcProcess.run(model + labels + ["--output", "-"])
    #expect(piped.errors == accuracy)
  }

  @Test func artefactsKeepToWhatTheyWereCompiledFor() throws {
    let path = try folder.digitsArtefact()
    for options in [
      ["--batch", "7"], ["--numerics", "strict"], ["--precision", "bf16"], ["--weights", Files.weights],
    ] {
      let run = NetcProcess.run(["run", path, "--input", Files.images] + options)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error[N0403]: `\(options[0]) \(options[1])`, but `\(path)` "))
    }
    #expect(NetcProcess.run(["run", path, "--input", Files.images, "--batch", "1"]).status == 0)
  }

  @Test func anArtefactForAnotherMachineSaysSo() throws {
    let path = try folder.digitsArtefact(["--target", "generic"])
    let run = NetcProcess.run(["run", path, "--input", Files.images])
    #expect(run.status == 0)
    #expect(run.lines.count == 362)
  }

  @Test(arguments: ["run", "bench"])
  func withoutAGPU(command: String) {
    let input = command == "run" ? ["--input", Files.images] : []
    // A driver that there may be shows no device.
    let run = NetcProcess.run(
      [command, Files.lenet, "--device", "gpu"] + input, environment: ["CUDA_VISIBLE_DEVICES": "-1"])
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error[N0402]: no GPU can be used: "))
    #expect(run.errors.contains("help: install NVIDIA's driver, or use `--device cpu`"))
  }

  @Test func aSpecNeedsWeights() {
    let run = NetcProcess.run(["run", Files.digits, "--input", Files.images])
    #expect(run.status == 1)
    #expect(run.errors.contains("`--weights` has to say where its parameters are"))
  }
}
