import Layers
import NetIR
import Testing

struct LRNTests {
  @Test(arguments: [
    ("", LRNAttributes(size: 5, alpha: 1e-4, beta: 0.75, k: 2)),
    ("n: 3, alpha: 2, beta: 0.5, k: 1", LRNAttributes(size: 3, alpha: 2, beta: 0.5, k: 1)),
    // Caffe's α is divided by n before it gets to the formula.
    ("n: 5, alpha: 1, alpha_over_n: true", LRNAttributes(size: 5, alpha: 0.2, beta: 0.75, k: 2)),
  ])
  func lowersToTheFormula(_ parameters: String, _ attributes: LRNAttributes) throws {
    let built = try Built("LRN: {\(parameters)}", on: "[null, 8, 7, 3]")
    #expect(built.shape == [nil, 8, 7, 3])
    #expect(built.ops == [.lrn(attributes)])
    #expect(built.weights.isEmpty)
  }

  /// The 3×3 pixels around a pixel become 9 channels, of which the middle one is kept.
  @Test func withinAChannelTheWindowBecomesChannels() throws {
    let built = try Built("LRN: {n: 3, alpha: 9, alpha_over_n: true, k: 1, region: within_channel}", on: "[2, 8, 7, 5]")
    #expect(built.shape == [2, 8, 7, 5])
    #expect(built.ops.map(\.name) == ["pad", "rearrange", "reshape", "lrn", "rearrange", "reshape"])
    #expect(built.ops.contains(.lrn(LRNAttributes(size: 9, alpha: 1, beta: 0.75, k: 1))))
  }

  @Test func lasagnesNameIsKnown() throws {
    for name in ["LocalResponseNormalization2D", "LocalResponseNormalization2DLayer", "LRNLayer"] {
      #expect(try Built("\(name): {}", on: "[null, 8, 7, 3]").layer.typeName == "LRN")
    }
  }

  @Test(arguments: [
    ("n: 4", "[null, 8, 7, 3]", "N0106 4"), ("n: 0", "[null, 8, 7, 3]", "N0106 0"),
    ("n: 5", "[null, 8]", "N0201 LRN"),
  ])
  func refuses(_ parameters: String, _ input: String, _ mark: String) {
    #expect(Checked("LRN: {\(parameters)}", on: input).marks == [mark])
  }

  @Test func anEvenWindowGetsItsNeighbours() throws {
    #expect(try Checked("LRN: {n: 4}", on: "[null, 8, 7, 3]").only().help == ["use 3 or 5"])
  }
}
