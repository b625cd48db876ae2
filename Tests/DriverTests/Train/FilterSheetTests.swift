import Diagnostics
import Driver
import Exchange
import FileTestSupport
import Testing

/// `netc weights --layer`: filters as pictures.
@Suite struct FilterSheetTests {
  private let folder = TemporaryFolder()

  /// Tensors of such shapes, with numbers from -1 to 1, in a file.
  private func file(_ shapes: [String: [Int]], _ value: (Int) -> Float = { Float($0 % 21) / 10 - 1 }) throws -> String {
    var writer = SafetensorsWriter()
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      writer.add(name, shape, floats: (0..<shape.reduce(1, *)).map(value))
    }
    let path = folder.path + "/w.safetensors"
    try writer.write(to: path)
    return path
  }

  private func drawn(_ path: String, _ layer: String) throws -> String {
    var command = WeightsCommand(path: path)
    (command.layer, command.output) = (layer, folder.path + "/filters.svg")
    #expect(try command.run(.silent) == .good)
    return try #require(TestFile.text(folder.path + "/filters.svg"))
  }

  /// Colours and one channel are a picture for each filter, others one for each of a filter's first channels.
  @Test(arguments: [
    ([20, 3, 5, 5], 20, "20 filters of 3×5×5; mid-grey is 0, white +1.000"),
    ([300, 1, 3, 3], 256, "300 filters of 1×3×3, the first 256; mid-grey is 0, white +1.000"),
    ([4, 6, 3, 1], 24, "4 filters of 6×3×1, one a row, all channels; mid-grey is 0, white +1.000"),
    ([40, 30, 3, 3], 32 * 16, "the first 16 channels; mid-grey is 0, white +1.000"),
  ])
  func pictures(_ shape: [Int], _ count: Int, _ words: String) throws {
    let svg = try drawn(try file(["conv1.W": shape, "conv1.b": [shape[0]]]), "conv1")
    #expect(svg.components("<image ") == count)
    #expect(svg.contains(words))
    #expect(svg.contains(">conv1.W</text>"))
  }

  @Test func namesOfOtherFrameworksAndWholeNames() throws {
    let path = try file(["a.weight": [2, 3, 3, 3], "b": [2, 1, 2, 2]])
    #expect(try drawn(path, "a").contains("a.weight"))
    #expect(try drawn(path, "b").contains("2 filters of 1×2×2"))
  }

  /// All is 0, or no number at all: grey pictures, and no crash.
  @Test(arguments: [Float(0), .nan, .infinity])
  func numbersThatSayNothing(_ value: Float) throws {
    #expect(try drawn(try file(["c.W": [2, 1, 3, 3]]) { _ in value }, "c").components("<image ") == 2)
  }

  @Test func whatCannotBeDrawn() throws {
    let path = try file(["dense.W": [4, 9], "point.W": [4, 3, 1, 1], "conv.W": [4, 3, 3, 3]])
    for (layer, code) in [
      ("dense", DiagnosticCode.inputShapeDiffers), ("point", .inputShapeDiffers), ("conv9", .missingTensor),
    ] {
      let error = #expect(throws: DiagnosticError.self) { try drawn(path, layer) }
      #expect(error?.diagnostic.code == code)
      #expect(layer != "conv9" || error?.diagnostic.notes == ["it has filters in `conv.W`, `point.W`"])
    }
    var command = WeightsCommand(path: path)
    (command.layer, command.output) = ("conv", folder.path + "/filters.jpg")
    #expect(throws: DiagnosticError.self) { try command.run(.silent) }
  }
}

extension String {
  /// How often a text is in it.
  fileprivate func components(_ text: String) -> Int {
    split(separator: text, omittingEmptySubsequences: false).count - 1
  }
}
