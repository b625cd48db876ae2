import Layers
import NetIR
import Testing

struct ElemwiseSumTests {
  @Test(
    arguments: [
      ("", [], ["elementwise"]), ("coeffs: 1", [], ["elementwise"]), ("coeffs: 2", [2, 2], ["elementwise"]),
      ("coeffs: [1, -0.5]", [1, -0.5], ["elementwise"]), ("coeffs: [1, 1]", [], ["elementwise"]),
      ("nonlinearity: rectify", [], ["elementwise", "activation"]),
      ("nonlinearity: softmax", [], ["elementwise", "softmax"]),
    ] as [(String, [Float], [String])])
  func adds(_ parameters: String, _ coefficients: [Float], _ ops: [String]) throws {
    let built = try Built(Self.sum(parameters, "[null, 3, 5, 4]", "[null, 3, 5, 4]"))
    #expect(built.shape == [nil, 3, 5, 4])
    #expect(built.ops.map(\.name) == ops)
    let attributes = ElementwiseAttributes(kind: .sum, coefficients: coefficients)
    #expect(built.ops.first == .elementwise(attributes, .linear))
    #expect(built.weights.isEmpty)
  }

  @Test(
    arguments: [
      ("[null, 3, 5, 4]", "[null, 8, 5, 4]", "the channels differ, 3 and 8", "Conv2D"),
      ("[null, 3, 5, 4]", "[null, 3, 6, 4]", "the heights differ, 5 and 6", ": "),
      ("[null, 3, 5, 4]", "[null, 3, 5, 3]", "the widths differ, 4 and 3", ": "),
      ("[null, 3]", "[null, 4]", "the units differ, 3 and 4", "Dense"),
      ("[null, 3]", "[2, 3]", "the batches differ, free and 2", ""),
      ("[null, 3]", "[null, 3, 5, 4]", "2 and 4 axes", ""),
    ])
  func refusesOtherShapes(_ first: String, _ second: String, _ label: String, _ help: String) throws {
    let diagnostic = try Self.sum("", first, second).only()
    #expect(diagnostic.code == .mergeShapesDiffer)
    #expect(diagnostic.label == label)
    #expect(diagnostic.help.isEmpty == help.isEmpty)
    #expect(diagnostic.help.allSatisfy { $0.contains(help) })
    #expect(diagnostic.related.count == 2)
  }

  @Test func wantsACoefficientForEach() {
    let checked = Self.sum("coeffs: [1, 2, 3]", "[null, 3]", "[null, 3]")
    #expect(checked.marks == ["N0106 [1, 2, 3]"])
  }

  @Test func softmaxNeedsChannels() {
    let checked = Checked(layers: [
      "Input: {shape: [4, 6]}", "Flatten: {outdim: 1}", "ElemwiseSum: {nonlinearity: softmax}",
    ])
    #expect(checked.marks == ["N0201 softmax"])
  }

  private static func sum(_ parameters: String, _ first: String, _ second: String) -> Checked {
    Checked(layers: [
      "Input: {name: a, shape: \(first)}", "Input: {name: b, shape: \(second)}",
      "ElemwiseSum: {incomings: [a, b], \(parameters)}",
    ])
  }
}
