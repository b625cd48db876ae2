import Layers
import NetIR
import Testing

struct BatchNormExpansionTests {
  @Test(
    arguments: [
      ("Conv2D: {name: c, num_filters: 4, filter_size: 3, batch_norm: true}", ["c", "c_bn", "c_nonlin"]),
      ("Dense: {name: c, num_units: 4, batch_norm: true}", ["c", "c_bn", "c_nonlin"]),
      ("Dense: {name: c, num_units: 4, batch_norm: true, nonlinearity: null}", ["c", "c_bn"]),
      ("Dense: {name: c, num_units: 4, batch_norm: false}", ["c"]),
    ])
  func parts(_ layer: String, _ names: [String]) throws {
    let network = try Checked(layer, on: "[null, 3, 8, 8]").good()
    #expect(network.layers.map(\.name) == ["in"] + names)
    #expect(network.outputs == [names.count])
    #expect(network.layers.dropFirst().map(\.inputs) == names.indices.map { [$0] })
  }

  /// The bias goes and the nonlinearity moves behind the normalisation.
  @Test func theBiasGoes() throws {
    let checked = Checked(
      "Conv2D: {name: c, num_filters: 4, filter_size: 3, batch_norm: true, b: 1, nonlinearity: tanh}",
      on: "[null, 3, 8, 8]")
    #expect(
      try checked.good().weights.map(\.name) == ["c.W", "c_bn.gamma", "c_bn.beta", "c_bn.mean", "c_bn.var"])
    let graph = try checked.good().lowered(batch: 1).graph
    let ops = graph.nodes.map(\.op).filter { if case .constant = $0 { false } else { true } }
    #expect(ops.map(\.name) == ["input", "conv2d", "batch_norm", "activation"])
    #expect(ops.last == .activation(.tanh))
  }

  @Test func theNameMeansTheLastPart() throws {
    let network = try Checked(
      """
      outputs: [a]
      layers:
        - Input: {name: in, shape: [null, 4]}
        - Dense: {name: a, num_units: 4, batch_norm: true}
        - Dense: {name: b, num_units: 4, incoming: a}
        - ElemwiseSum: {name: sum, incomings: [a, a_bn, b]}
      """
    ).good()
    func inputs(_ name: String) -> [String] {
      network.layers.first { $0.name == name }?.inputs.map { network.layers[$0].name } ?? []
    }
    #expect(inputs("b") == ["a_nonlin"])
    #expect(inputs("sum") == ["a_nonlin", "a_bn", "b"])
    #expect(network.outputs.map { network.layers[$0].name } == ["a_nonlin"])
  }

  /// `W: a` means the layer itself, which owns the weights.
  @Test func tiesMeanTheFirstPart() throws {
    let network = try Checked(layers: [
      "Input: {shape: [null, 4]}", "Dense: {name: a, num_units: 4, batch_norm: true}",
      "Dense: {name: b, num_units: 4, W: a}",
    ]).good()
    #expect(network.layers.last?.weights.map(\.name) == ["a.W", "b.b"])
  }

  @Test func aPartsNameMayNotBeTaken() {
    let checked = Checked(layers: [
      "Input: {shape: [null, 4]}", "Dense: {name: a, num_units: 4, batch_norm: true}",
      "Dense: {name: a_bn, num_units: 4}",
    ])
    #expect(checked.marks == ["N0107 a_bn"])
  }

  /// A layer that only looks like a part is none.
  @Test func aNameWithTheEndingIsAName() throws {
    let network = try Checked(layers: [
      "Input: {shape: [null, 4]}", "Dense: {name: a, num_units: 4}", "Dense: {name: a_bn, num_units: 4}",
      "Dense: {name: b, num_units: 4, incoming: a}", "Concat: {incomings: [a_bn, b]}",
    ]).good()
    #expect(network.layers[3].inputs == [1])
  }
}
