import Layers
import NetIR
import Testing

struct BatchNormTests {
  @Test(
    arguments: [
      ("", "[null, 6, 5, 4]", ["gamma 6", "beta 6", "mean 6", "var 6"], ["batch_norm"]),
      ("axes: auto", "[null, 7]", ["gamma 7", "beta 7", "mean 7", "var 7"], ["batch_norm"]),
      ("axes: [3, 0, 2]", "[null, 6, 5, 4]", ["gamma 6", "beta 6", "mean 6", "var 6"], ["batch_norm"]),
      ("axes: [0, 2]", "[2, 6, 5]", ["gamma 6", "beta 6", "mean 6", "var 6"], ["batch_norm"]),
      ("axes: [0]", "[null, 7]", ["gamma 7", "beta 7", "mean 7", "var 7"], ["batch_norm"]),
      ("gamma: null", "[null, 6, 5, 4]", ["beta 6", "mean 6", "var 6"], ["fill", "batch_norm"]),
      ("gamma: null, beta: null", "[null, 6, 5, 4]", ["mean 6", "var 6"], ["fill", "fill", "batch_norm"]),
    ] as [(String, String, [String], [String])])
  func normalisesChannels(_ parameters: String, _ input: String, _ weights: [String], _ ops: [String]) throws {
    let built = try Built("BatchNorm: {\(parameters)}", on: input)
    #expect(built.shape == built.checked.network?.layers[0].shape)
    #expect(built.weights == weights)
    #expect(built.ops.map(\.name) == ops)
  }

  @Test func parametersHaveTheirRoles() throws {
    let weights = try Built("BatchNorm: {}", on: "[null, 6, 5, 4]").layer.weights
    #expect(weights.map(\.role) == [.trainable, .trainable, .state, .state])
    #expect(
      weights.map(\.source)
        == [1, 0, 0, 1].map { .initialiser(.constant($0)) })
    #expect(weights.allSatisfy { !$0.isRegularized })
  }

  @Test func epsilonReachesTheGraph() throws {
    #expect(try Built("BatchNorm: {}", on: "[null, 6]").ops == [.batchNorm(epsilon: 1e-4)])
    #expect(try Built("BatchNorm: {epsilon: 1.0e-5}", on: "[null, 6]").ops == [.batchNorm(epsilon: 1e-5)])
  }

  @Test(
    arguments: [
      ("axes: [0, 4]", "N0211 [0, 4]"), ("axes: [2, 3]", "N0202 [2, 3]"), ("axes: 2", "N0105 2"),
      ("axes: []", "N0105 []"), ("epsilon: 0", "N0106 0"), ("epsilon: 1.0e-60", "N0106 1.0e-60"),
      ("alpha: 1.5", "N0106 1.5"),
    ])
  func refuses(_ parameters: String, _ mark: String) {
    #expect(Checked("BatchNorm: {\(parameters)}", on: "[null, 6, 5, 4]").marks == [mark])
  }

  @Test func needsChannels() {
    let checked = Checked(layers: ["Input: {shape: [4, 6]}", "Flatten: {outdim: 1}", "BatchNorm: {}"])
    #expect(checked.marks == ["N0201 BatchNorm"])
  }
}
