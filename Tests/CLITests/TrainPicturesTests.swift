import DataPipeline
import Exchange
import FileTestSupport
import Images
import Testing

/// Training and judging by folders of pictures.
struct TrainPicturesTests {
  private let folder = TemporaryFolder()

  /// Zeros and ones among the digits' test images, as pictures of their classes.
  private func store() throws {
    let images = try IDX.read(path: "\(Repository.root)/\(Files.images)")
    let labels = try IDX.read(path: "\(Repository.root)/\(Files.labels)")
    let (height, width) = (images.shape[1], images.shape[2])
    for name in ["one", "zero"] { _ = folder.subfolder(name) }
    for (index, label) in labels.elements.enumerated() where label < 2 {
      let pixels = images.elements[index * height * width..<(index + 1) * height * width].map { UInt8($0) }
      let picture = Picture(channels: 1, height: height, width: width, bytes: pixels)
      try picture.write(to: "\(folder.path)/\(label == 0 ? "zero" : "one")/\(index).png")
    }
  }

  private func spec() throws -> String {
    let shape = try IDX.read(path: "\(Repository.root)/\(Files.images)").shape
    return folder.store(
      """
      name: two
      layers:
        - Input: {shape: [null, 1, \(shape[1]), \(shape[2])]}
        - Dense: {name: hidden, num_units: 16}
        - Dense: {name: output, num_units: 2, nonlinearity: softmax}
      data: {train: {folder: \(folder.path)}, test: {folder: \(folder.path)}, preprocess: [{scale: [0, 1]}]}
      train: {update: {adam: {learning_rate: 0.01}}, max_epochs: 8, batch_size: 16}

      """, as: "net.yaml")
  }

  @Test func aFolderIsLearnedAndJudged() throws {
    try store()
    let spec = try spec()
    let output = folder.path + "/.out"
    let train = NetcProcess.run(["train", spec, "--output", output])
    #expect(train.status == 0, "\(train.errors)")
    let copy = try #require(TestFile.text(output + "/spec.yaml"))
    #expect(copy.contains("classes: [\"one\", \"zero\"]\n"))
    for judged in [spec, output + "/spec.yaml"] {
      let eval = NetcProcess.run(["eval", judged, "--weights", output + "/best.safetensors", "--json"])
      #expect(eval.status == 0, "\(eval.errors)")
      let report = try JSONValue(parsing: eval.output)
      #expect(try #require(report["accuracy"]?.doubleValue) > 0.95)
      let names = report["classes"]?.arrayValue?.map { $0["name"]?.stringValue }
      #expect(names == ["one", "zero"])
    }
  }

  @Test func aDamagedPictureIsNamed() throws {
    try store()
    let path = folder.store([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1], as: "zero/bad.png")
    let train = NetcProcess.run(["train", try spec(), "--output", folder.path + "/.out"])
    #expect(train.status == 1)
    #expect(train.errors.hasPrefix("error[N0519]: `\(path)` cannot be decoded"))
  }
}
