import Exchange
import FileTestSupport
import Testing

struct FeaturesTests {
  private let folder = TemporaryFolder()
  private let model = ["features", Files.digits, "--weights", Files.weights]

  /// The last layer's features are what `run` says.
  @Test func theLastLayerIsTheNetworksResult() throws {
    let (features, scores) = (folder.path + "/f.npy", folder.path + "/s.npy")
    let last = try #require(
      NetcProcess.run(["report", Files.digits, "--format", "json"]).json()["layers"]?.arrayValue?.last)
    let name = try #require(last["name"]?.stringValue)
    let run = NetcProcess.run(model + ["--layer", name, "--data", "test", "-o", features])
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      NetcProcess.run(["run", Files.digits, "--weights", Files.weights, "--input", Files.images, "--output", scores])
        .status == 0)
    let (found, wanted) = (try Npy.read(path: features), try Npy.read(path: scores))
    #expect(found.shape == [360, 10] && found.elements == wanted.elements)
    let labels = try Npy.read(path: folder.path + "/f.labels.npy")
    #expect(labels.shape == [360])
    #expect(NetcProcess.run(model + ["--layer", name, "--input", Files.images, "-o", features]).status == 0)
    #expect(try Npy.read(path: features).elements == wanted.elements)
  }

  /// A table of features is data that netc learns from.
  @Test func aTableCanBeLearnedFrom() throws {
    let table = folder.path + "/hidden.csv"
    let names = try #require(
      NetcProcess.run(["report", Files.digits, "--format", "json"]).json()["layers"]?.arrayValue)
    let hidden = names[names.count - 2]["name"]?.stringValue ?? ""
    #expect(NetcProcess.run(model + ["--layer", hidden, "-o", table, "--data", "test"]).status == 0)
    let text = try #require(TestFile.text(table))
    let head = try #require(text.split(separator: "\n").first).split(separator: ",")
    #expect(text.split(separator: "\n").count == 361 && head.first == "f0" && head.last == "class")
    let spec = folder.store(
      """
      layers:
        - Input: {shape: [null, \(head.count - 1)]}
        - Dense: {name: output, num_units: 10, nonlinearity: softmax}
      data: {train: {csv: hidden.csv}, test: {csv: hidden.csv}}
      train: {update: {adam: {learning_rate: 0.02}}, max_epochs: 10, batch_size: 32}

      """, as: "linear.yaml")
    #expect(NetcProcess.run(["train", spec, "--output", folder.path + "/out"]).status == 0)
    let eval = NetcProcess.run(["eval", spec, "--weights", folder.path + "/out/best.safetensors", "--json"])
    #expect(try #require(eval.json()["accuracy"]?.doubleValue) > 0.9)
  }

  @Test func mistakesAreNamed() {
    let unknown = NetcProcess.run(model + ["--layer", "hiden", "-o", folder.path + "/f.npy"])
    #expect(unknown.status == 1 && unknown.errors.contains("error[N0403]") && unknown.errors.contains("has no layer"))
    let ending = NetcProcess.run(model + ["--layer", "hidden", "-o", folder.path + "/f.txt"])
    #expect(ending.status == 1 && ending.errors.contains("N0514"))
  }
}
