import Layers
import NetIR
import Testing

/// `cropping` of Concat, ElemwiseSum and ElemwiseMerge.
struct CroppingTests {
  static let layers = ["Concat: {", "ElemwiseSum: {", "ElemwiseMerge: {operation: max, "]

  @Test(arguments: layers)
  func cutsToTheSmallest(_ layer: String) throws {
    let built = try Built(
      Self.join(layer, "[null, null, center, upper]", "[null, 3, 9, 4]", "[null, 3, 6, 7]"))
    #expect(built.shape == [nil, layer.hasPrefix("Concat") ? 6 : 3, 6, 4])
    let cuts = built.ops.compactMap { op in if case .rearrange(let cut) = op { cut.starts } else { nil } }
    #expect(cuts == [[0, 0, 1, 0], [0, 0, 0, 3]])
  }

  @Test(arguments: layers)
  func axesThatAreNotNamedMustBeEqual(_ layer: String) throws {
    let diagnostic = try Self.join(layer, "[null, null, lower]", "[null, 3, 9, 4]", "[null, 3, 6, 7]").only()
    #expect([.mergeShapesDiffer, .concatShapesDiffer].contains(diagnostic.code))
  }

  @Test(
    arguments: [
      ("[center]", "N0202 [center]"), ("[null, null, null, null, lower]", "N0211 [null, null, null, null, lower]"),
      ("[null, middle]", "N0105 middle"), ("lower", "N0105 lower"), ("[]", "N0105 []"),
    ])
  func refuses(_ cropping: String, _ mark: String) {
    for layer in Self.layers {
      #expect(Self.join(layer, cropping, "[null, 3, 6, 4]", "[null, 3, 6, 4]").marks == [mark])
    }
  }

  @Test func theAxisOfAConcatIsNotCut() throws {
    let built = try Built(
      Self.join("Concat: {axis: 2, ", "[null, null, lower]", "[null, 3, 9, 4]", "[null, 3, 6, 4]"))
    #expect(built.shape == [nil, 3, 15, 4])
    #expect(built.ops.map(\.name) == ["concat"])
  }

  private static func join(_ layer: String, _ cropping: String, _ first: String, _ second: String) -> Checked {
    Checked(layers: [
      "Input: {name: a, shape: \(first)}", "Input: {name: b, shape: \(second)}",
      "\(layer)incomings: [a, b], cropping: \(cropping)}",
    ])
  }
}
