import Layers
import NetIR
import Testing

struct ElemwiseMergeTests {
  @Test(arguments: [("mul", ElementwiseKind.mul), ("max", .max), ("min", .min), ("mean", .mean)])
  func operations(_ word: String, _ kind: ElementwiseKind) throws {
    let built = try Built(Self.merge("operation: \(word)", "[null, 3, 5, 4]", "[null, 3, 5, 4]"))
    #expect(built.shape == [nil, 3, 5, 4])
    #expect(built.ops == [.elementwise(ElementwiseAttributes(kind: kind), .linear)])
  }

  @Test func refuses() throws {
    #expect(Self.merge("operation: sub", "[null, 3]", "[null, 3]").marks == ["N0106 sub"])
    #expect(Self.merge("nonlinearity: tanh", "[null, 3]", "[null, 3]").marks == ["N0104 ElemwiseMerge"])
    let diagnostic = try Self.merge("operation: mul", "[null, 3]", "[null, 4]").only()
    #expect(diagnostic.code == .mergeShapesDiffer)
    #expect(diagnostic.message == "`elemwisemerge1` multiplies 3 and 4")
  }

  private static func merge(_ parameters: String, _ first: String, _ second: String) -> Checked {
    Checked(layers: [
      "Input: {name: a, shape: \(first)}", "Input: {name: b, shape: \(second)}",
      "ElemwiseMerge: {incomings: [a, b], \(parameters)}",
    ])
  }
}
