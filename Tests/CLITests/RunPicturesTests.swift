import DataPipeline
import Exchange
import FileTestSupport
import Images
import Testing

struct RunPicturesTests {
  private let folder = TemporaryFolder()

  /// The first digits as PNG files of one channel, larger than the network's image by a factor.
  private func storeDigits(_ count: Int, times factor: Int = 1) throws {
    let images = try IDX.read(path: "\(Repository.root)/\(Files.images)")
    let (height, width) = (images.shape[1], images.shape[2])
    for index in 0..<count {
      let pixels = images.elements[index * height * width..<(index + 1) * height * width].map { UInt8($0) }
      let picture = Picture(channels: 1, height: height, width: width, bytes: pixels)
      let larger = picture.resized(height: factor * height, width: factor * width).withChannels(factor == 1 ? 1 : 3)
      try larger.write(to: "\(folder.path)/digit\(index + 100).png")
    }
  }

  private func run(_ options: [String]) -> NetcProcess {
    NetcProcess.run(["run", Files.digits, "--weights", Files.weights] + options)
  }

  @Test func aFolderGivesWhatItsArrayGives() throws {
    try storeDigits(20)
    let scores = TemporaryFolder()
    let (pictures, array) = (scores.path + "/pictures.npy", scores.path + "/array.npy")
    #expect(run(["--input", folder.path, "--output", pictures]).status == 0)
    #expect(run(["--input", Files.images, "--output", array]).status == 0)
    #expect(try Npy.read(path: pictures).elements == Array(try Npy.read(path: array).elements.prefix(200)))
  }

  @Test func theTableNamesTheFiles() throws {
    try storeDigits(3, times: 5)
    let table = run(["--input", folder.path, "--top", "1"])
    #expect(table.status == 0, "\(table.errors)")
    #expect(table.lines[0].split(separator: " ") == ["file", "class", "score"])
    let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    let best = try Files.publishedLogits().prefix(3).map { row in names[row.indices.max { row[$0] < row[$1] } ?? 0] }
    let cells = table.lines.dropFirst(2).map { $0.split(separator: " ").prefix(2).map(String.init) }
    #expect(cells == best.enumerated().map { ["digit\($0 + 100).png", $1] })
    let one = run(["--input", folder.path + "/digit101.png", "--output", folder.path + "/one.json"])
    #expect(one.status == 0 && one.output.isEmpty)
    let json = try #require(TestFile.text(folder.path + "/one.json"))
    #expect(json.hasPrefix("[{\"example\":0,\"file\":\"digit101.png\",\"class\":"))
  }

  @Test(.enabled(if: SharedData.file("models/squeezenet_v1.0") != nil, "shared/data is not here"))
  func photographsAreRecognised() throws {
    let model = try #require(SharedData.file("models/squeezenet_v1.0/squeezenet_v1.0.onnx"))
    let images = try #require(SharedData.file("images"))
    let table = try #require(TestFile.text(images + "/expected_top5.json"))
    let expected = try JSONValue(parsing: table)
    #expect(NetcProcess.run(["import", model, "-o", folder.path]).status == 0)
    let spec = try #require(TestFile.text(folder.path + "/squeezenet_v1.0.yaml"))
    let prepared = folder.store(
      spec + """

        data:
          preprocess: [{resize: 256}, {center_crop: 227}, {channel_order: bgr}, {subtract: [104, 117, 123]}]
        """, as: "net.yaml")
    let scores = folder.path + "/scores.json"
    let run = NetcProcess.run([
      "run", prepared, "--weights", folder.path + "/squeezenet_v1.0.safetensors", "--input", images, "--output", scores,
    ])
    #expect(run.status == 0, "\(run.errors)")
    let written = try #require(TestFile.text(scores))
    let rows = try #require(JSONValue(parsing: written).arrayValue)
    try #require(rows.count == 3)
    for row in rows {
      let file = try #require(row["file"]?.stringValue)
      let wanted = try #require(expected[file]?["squeezenet_v1.0"]?.arrayValue)
      let values = try #require(row["scores"]?.arrayValue).map { $0.doubleValue ?? 0 }
      let best = values.indices.sorted { (values[$0], $1) > (values[$1], $0) }.prefix(5)
      #expect(Array(best) == wanted.map { $0.arrayValue?[0].intValue ?? -1 }, "\(file)")
    }
  }
}
