import Diagnostics
import Layers
import NetIR
import Testing

struct TieResolverTests {
  @Test func aTiedParameterCountsOnce() throws {
    let checked = Checked(layers: [
      "Input: {shape: [null, 64]}", "Dense: {name: a, num_units: 64, W: he_normal}",
      "Dense: {name: b, num_units: 64, W: a}", "Dense: {name: c, num_units: 64, W: b, b: a}",
    ])
    let network = try checked.good()
    #expect(network.weights.map(\.name) == ["a.W", "a.b", "b.b"])
    #expect(network.parameterCount == 64 * 64 + 64 + 64)
    let last = try checked.layer("c").weights
    #expect(last.map(\.name) == ["a.W", "a.b"])
    #expect(last.map(\.isTied) == [true, true])
    #expect(last[0].source == .initialiser(.heNormal(gain: Float(2).squareRoot())))
    let constants = try network.lowered(batch: 1).graph.nodes.compactMap { node in
      if case .constant(let name, _) = node.op { name } else { nil }
    }
    #expect(constants.sorted() == ["a.W", "a.b", "b.b"])
  }

  @Test func aLayerBelowMayOwnTheParameter() throws {
    let network = try Checked(layers: [
      "Input: {shape: [null, 64]}", "Dense: {name: a, num_units: 64, W: b}", "Dense: {name: b, num_units: 64}",
    ]).good()
    #expect(network.weights.map(\.name) == ["a.b", "b.W", "b.b"])
  }

  @Test(
    arguments: [
      (["Dense: {name: a, num_units: 64, W: lost}"], ["N0306 lost"]),
      // A word that is nearly an initialiser is meant as one.
      (["Dense: {name: a, num_units: 64, W: he_norml}"], ["N0111 he_norml"]),
      (["Dense: {name: a, num_units: 32}", "Dense: {name: b, num_units: 32, W: a}"], ["N0210 a"]),
      (["Dropout: {name: a}", "Dense: {name: b, num_units: 32, W: a}"], ["N0306 a"]),
      (["Dense: {name: a, num_units: 64, b: null}", "Dense: {name: b, num_units: 64, b: a}"], ["N0306 a"]),
      (["Dense: {name: a, num_units: 64, W: a}"], ["N0307 a"]),
      (
        [
          "Dense: {name: a, num_units: 64, W: b}", "Dense: {name: b, num_units: 64, W: c}",
          "Dense: {name: c, num_units: 64, W: b}", "Dense: {name: d, num_units: 64, W: c}",
        ], ["N0307 b"]
      ),
      // What is wrong with `a` is said there.
      (["Dense: {name: a, num_units: 0}", "Dense: {name: b, num_units: 64, incoming: in, W: a}"], ["N0106 0"]),
    ])
  func refuses(_ layers: [String], _ marks: [String]) {
    #expect(Checked(layers: ["Input: {name: in, shape: [null, 64]}"] + layers).marks == marks)
  }

  @Test func theShapesAreShown() throws {
    let checked = Checked(layers: [
      "Input: {shape: [null, 64]}", "Dense: {name: a, num_units: 32}", "Dense: {name: b, num_units: 32, W: a}",
    ])
    #expect(try checked.only().message == "`b.W` is 32×32, and `a.W` is 32×64")
  }
}
