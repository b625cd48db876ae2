import Diagnostics
import Layers
import Testing

struct LayerOrderTests {
  @Test func theWrittenOrderStays() throws {
    let network = try Checked(layers: [
      "Input: {name: in, shape: [null, 4]}", "Dense: {name: b, num_units: 4, incoming: in}",
      "Dense: {name: a, num_units: 4, incoming: in}", "ElemwiseSum: {name: sum, incomings: [a, b]}",
    ]).good()
    #expect(network.layers.map(\.name) == ["in", "b", "a", "sum"])
  }

  @Test func aLayerMayBeNamedBeforeItIsWritten() throws {
    let network = try Checked(
      """
      outputs: [c]
      layers:
        - Dense: {name: c, num_units: 2, incoming: b}
        - Dense: {name: b, num_units: 3, incoming: in}
        - Input: {name: in, shape: [null, 4]}
      """
    ).good()
    #expect(network.layers.map(\.name) == ["in", "b", "c"])
    #expect(network.layers.map(\.inputs) == [[], [0], [1]])
    #expect(network.outputs == [2])
  }

  /// The inputs of the network are numbered as they are written, whoever needs one first.
  @Test func inputsKeepTheirOrder() throws {
    let network = try Checked(
      """
      outputs: [c]
      layers:
        - Dense: {name: x, num_units: 2, incoming: b}
        - Input: {name: a, shape: [null, 4]}
        - Input: {name: b, shape: [null, 5]}
        - Dense: {name: y, num_units: 2, incoming: a}
        - Concat: {name: c, incomings: [x, y]}
      """
    ).good()
    #expect(network.inputs.map { network.layers[$0].name } == ["a", "b"])
    let graph = try network.lowered(batch: 1).graph
    #expect(graph.inputs.map { graph[$0].shape } == [[1, 4], [1, 5]])
  }

  @Test func aCycleIsPrinted() throws {
    let checked = Checked(layers: [
      "Input: {name: in, shape: [null, 64]}", "ElemwiseSum: {name: sum, incomings: [in, c]}",
      "Dense: {name: b, num_units: 64, incoming: sum}", "Dense: {name: c, num_units: 64}",
      "Dense: {name: behind, num_units: 3, num_leading_axes: 9}",
    ])
    let diagnostic = try checked.only()
    #expect(diagnostic.code == .cycle)
    #expect(diagnostic.message == "layers feed themselves: `sum` → `b` → `c` → `sum`")
    #expect(checked.summary == ["N0302 3:5"])
    #expect(
      diagnostic.related.map(\.message).sorted() == [
        "`b` is part of the cycle", "`c` is part of the cycle",
      ])
  }

  @Test func aLayerMayNotBeItsOwnInput() throws {
    let checked = Checked(layers: [
      "Input: {name: in, shape: [null, 64]}", "Dense: {name: a, num_units: 64, incoming: a}",
    ])
    #expect(try checked.only().message == "`a` is its own input")
  }

  @Test func twoCyclesAreTwoErrors() {
    let checked = Checked(layers: [
      "Input: {name: in, shape: [null, 64]}", "Dense: {name: a, num_units: 64, incoming: a}",
      "Dense: {name: b, num_units: 64, incoming: c}", "Dense: {name: c, num_units: 64, incoming: b}",
    ])
    #expect(checked.codes == [.cycle, .cycle])
  }

  /// Deep networks do not run out of stack.
  @Test func longChains() throws {
    let count = 5_000
    let layers =
      (0..<count).map { "Nonlinearity: {name: l\($0), incoming: l\($0 + 1)}" } + [
        "Input: {name: l\(count), shape: [null, 4]}"
      ]
    let text = "outputs: [l0]\nlayers:\n" + layers.map { "  - \($0)\n" }.joined()
    #expect(try Checked(text).good().layers.first?.name == "l\(count)")
  }
}
