import Layers
import NetIR
import Testing

struct ConcatTests {
  @Test(
    arguments: [
      ("", ["[null, 3, 5, 4]", "[null, 2, 5, 4]"], [nil, 5, 5, 4], 1),
      ("", ["[null, 3]", "[null, 2]", "[null, 4]"], [nil, 9], 1),
      ("axis: 2", ["[null, 3, 5, 4]", "[null, 3, 1, 4]"], [nil, 3, 6, 4], 2),
      ("axis: -1", ["[null, 3, 5, 4]", "[null, 3, 5, 2]"], [nil, 3, 5, 6], 3),
      ("", ["[null, 3, 5, 4]"], [nil, 3, 5, 4], 1),
    ] as [(String, [String], LayerShape, Int)])
  func shapes(_ parameters: String, _ inputs: [String], _ shape: LayerShape, _ axis: Int) throws {
    let built = try Built(Self.joined(parameters, inputs))
    #expect(built.shape == shape)
    #expect(built.ops == [.concat(axis: axis)])
    #expect(built.weights.isEmpty)
  }

  @Test func joinsFixedBatches() throws {
    let network = try Self.joined("axis: 0", ["[2, 3]", "[4, 3]"]).good()
    #expect(network.layers.last?.shape == [6, 3])
  }

  @Test(
    arguments: [
      ("", ["[null, 3, 5, 4]", "[null, 3, 6, 4]"], "N0208", "the inputs differ: heights"),
      ("", ["[null, 3, 5, 4]", "[null, 3, 5, 3]"], "N0208", "the inputs differ: widths"),
      ("axis: 2", ["[null, 3, 5, 4]", "[null, 2, 5, 4]"], "N0208", "the inputs differ: channels"),
      ("", ["[null, 3, 5, 4]", "[2, 3, 5, 4]"], "N0208", "the inputs differ: batches"),
      ("", ["[null, 3]", "[null, 3, 5, 4]"], "N0208", "the inputs differ: 2 and 4 axes"),
      ("axis: 0", ["[null, 3]", "[null, 3]"], "N0202", ""),
      ("axis: 4", ["[null, 3, 5, 4]", "[null, 3, 5, 4]"], "N0211", ""),
      ("axis: -5", ["[null, 3, 5, 4]", "[null, 3, 5, 4]"], "N0211", ""),
    ] as [(String, [String], String, String)])
  func refuses(_ parameters: String, _ inputs: [String], _ code: String, _ label: String) throws {
    let diagnostic = try Self.joined(parameters, inputs).only()
    #expect(diagnostic.code.rawValue == code)
    #expect(diagnostic.label == label)
  }

  @Test func bothBranchesAreShown() throws {
    let diagnostic = try Self.joined("", ["[null, 3, 5, 4]", "[null, 3, 6, 4]"]).only()
    #expect(diagnostic.message == "`concat1` joins 3×5×4 and 3×6×4")
    #expect(diagnostic.related.map(\.message) == ["`in0` is 3×5×4", "`in1` is 3×6×4"])
  }

  private static func joined(_ parameters: String, _ inputs: [String]) -> Checked {
    let names = inputs.indices.map { "in\($0)" }.joined(separator: ", ")
    return Checked(
      layers: inputs.enumerated().map { "Input: {name: in\($0), shape: \($1)}" }
        + ["Concat: {incomings: [\(names)], \(parameters)}"])
  }
}
