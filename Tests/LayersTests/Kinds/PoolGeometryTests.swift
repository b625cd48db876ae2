import Layers
import NetIR
import Testing

/// What MaxPool2D and Pool2D share.
struct PoolGeometryTests {
  static let types = ["MaxPool2D", "Pool2D"]

  @Test(
    arguments: types,
    [
      ("pool_size: 2", "[null, 3, 8, 6]", [nil, 3, 4, 3]),
      // The last row is dropped.
      ("pool_size: 2", "[null, 3, 9, 7]", [nil, 3, 4, 3]),
      ("pool_size: 2, round: ceil", "[null, 3, 9, 7]", [nil, 3, 5, 4]),
      ("pool_size: 3, stride: 2", "[null, 3, 55, 55]", [nil, 3, 27, 27]),
      ("pool_size: 3, stride: 2, round: ceil", "[null, 3, 112, 112]", [nil, 3, 56, 56]),
      ("pool_size: 3, stride: 2", "[null, 3, 112, 112]", [nil, 3, 55, 55]),
      ("pool_size: 3, stride: 2, pad: 1", "[null, 3, 112, 112]", [nil, 3, 56, 56]),
      ("pool_size: 3, stride: 1, pad: 1", "[null, 3, 14, 14]", [nil, 3, 14, 14]),
      ("pool_size: [3, 2], stride: [1, 2], pad: [1, 0]", "[null, 3, 5, 6]", [nil, 3, 5, 3]),
      ("pool_size: 3, stride: 2, pad: [[0, 1], [1, 0]]", "[null, 3, 8, 8]", [nil, 3, 4, 4]),
      // A window that would start beyond the padded input is dropped: Caffe gives 2 here, not 3.
      ("pool_size: 2, stride: 2, pad: 1, round: ceil", "[null, 3, 3, 3]", [nil, 3, 2, 2]),
      ("pool_size: 1, stride: 2", "[null, 3, 5, 6]", [nil, 3, 3, 3]),
    ] as [(String, String, LayerShape)])
  func shapes(_ type: String, _ row: (parameters: String, input: String, shape: LayerShape)) throws {
    let built = try Built("\(type): {\(row.parameters)}", on: row.input)
    #expect(built.shape == row.shape)
    #expect(built.weights.isEmpty)
    #expect(built.ops.map(\.name) == ["pool2d"])
  }

  @Test(
    arguments: types,
    [
      ("pool_size: 8", "[null, 1, 5, 9]", "N0204 8"),
      ("pool_size: 8, stride: 2, round: ceil", "[null, 1, 5, 9]", "N0204 8"),
      ("pool_size: 3, pad: 3", "[null, 1, 9, 9]", "N0212 3"),
      ("pool_size: [3, 2], pad: [1, 2]", "[null, 1, 9, 9]", "N0212 [1, 2]"),
      ("pool_size: 2", "[null, 784]", "N0201"),
    ] as [(String, String, String)])
  func refuses(_ type: String, _ row: (parameters: String, input: String, mark: String)) {
    let mark = row.mark == "N0201" ? "N0201 \(type)" : row.mark
    #expect(Checked("\(type): {\(row.parameters)}", on: row.input).marks == [mark])
  }

  @Test(
    arguments: types,
    [
      ("pool_size: 2", "[null, 1, 9, 8]", ["W0201 2"]), ("pool_size: 2", "[null, 1, 8, 8]", []),
      ("pool_size: 2, round: ceil", "[null, 1, 9, 9]", []),
      ("pool_size: 3, stride: 2, pad: 1", "[null, 1, 112, 112]", []),
    ] as [(String, String, [String])])
  func warnings(_ type: String, _ row: (parameters: String, input: String, marks: [String])) throws {
    let checked = try Built("\(type): {\(row.parameters)}", on: row.input).checked
    #expect(checked.marks == row.marks)
    #expect(checked.diagnostics.allSatisfy { $0.help.contains { $0.contains("round: ceil") } })
  }

  @Test func strideIsTheWindowUnlessSaid() throws {
    for (parameters, stride) in [
      ("pool_size: [3, 2]", Size2D(3, 2)), ("pool_size: [3, 2], stride: null", Size2D(3, 2)),
      ("pool_size: [3, 2], stride: 1", Size2D(1)),
    ] {
      let built = try Built("MaxPool2D: {\(parameters)}", on: "[null, 1, 6, 6]")
      let window = Window(.maxPool, size: Size2D(3, 2), stride: stride)
      #expect(built.layer.kind.window(over: built.shape) == window)
      guard case .pool2D(let attributes) = built.ops.first else { continue }
      #expect(attributes.stride == stride)
    }
  }
}
