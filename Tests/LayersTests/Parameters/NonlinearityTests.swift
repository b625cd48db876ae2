import Layers
import NetIR
import Testing

struct NonlinearityTests {
  @Test(
    arguments: [
      ("null", .linear), ("linear", .linear), ("identity", .linear), ("rectify", .rectify), ("relu", .rectify),
      ("leaky_rectify", .elementwise(.leakyRectify(leakiness: 0.01))),
      ("{leaky_rectify: {leakiness: 0.2}}", .elementwise(.leakyRectify(leakiness: 0.2))),
      ("{leaky_rectify: null}", .elementwise(.leakyRectify(leakiness: 0.01))),
      ("very_leaky_rectify", .elementwise(.leakyRectify(leakiness: 1 / 3))), ("elu", .elementwise(.elu)),
      ("selu", .elementwise(.selu)), ("softplus", .elementwise(.softplus)), ("sigmoid", .elementwise(.sigmoid)),
      ("tanh", .elementwise(.tanh)), ("softmax", .softmax), ("swish", .elementwise(.swish)),
      ("silu", .elementwise(.swish)), ("hard_swish", .elementwise(.hardSwish)), ("gelu", .elementwise(.gelu)),
      ("clip", .elementwise(.clip(least: -1, most: 1))), ("relu6", .elementwise(.clip(least: 0, most: 6))),
      ("{relu6: null}", .elementwise(.clip(least: 0, most: 6))),
      ("{clip: {min: -0.5}}", .elementwise(.clip(least: -0.5, most: 1))),
      ("scaled_tanh", .elementwise(.scaledTanh(scaleIn: 1, scaleOut: 1))),
      ("{scaled_tanh: {scale_in: 0.5, scale_out: 2}}", .elementwise(.scaledTanh(scaleIn: 0.5, scaleOut: 2))),
    ] as [(String, Nonlinearity)])
  func names(_ text: String, _ value: Nonlinearity) throws {
    #expect(try decode(ValueType<Nonlinearity>.nonlinearity, text).value == value)
  }

  @Test(
    arguments: [
      ("softmaxx", ["N0110"]), ("{relu7: {}}", ["N0110"]), ("ReLU", ["N0110"]), ("3", ["N0105"]),
      ("true", ["N0105"]), ("[rectify]", ["N0105"]), ("{elu: 1}", ["N0105"]), ("{elu: {}, tanh: {}}", ["N0105"]),
      ("{elu: {alpha: 1}}", ["N0103"]), ("{leaky_rectify: {leakines: 1}}", ["N0103"]),
      ("{leaky_rectify: {leakiness: x}}", ["N0105"]), ("{leaky_rectify: {leakiness: .inf}}", ["N0106"]),
      ("{scaled_tanh: {scale_in: x, scale: 1}}", ["N0105", "N0103"]), ("{relu6: {max: 5}}", ["N0103"]),
      ("{clip: {min: 1}}", ["N0106"]), ("{clip: {min: 2, max: -2}}", ["N0106"]),
    ])
  func refuses(_ text: String, _ codes: [String]) throws {
    #expect(try decode(ValueType<Nonlinearity>.nonlinearity, text).codes == codes)
  }

  /// The list of the language.
  @Test func allOfTheLanguageAreThere() {
    let language = [
      "linear", "rectify", "leaky_rectify", "very_leaky_rectify", "elu", "selu", "softplus", "sigmoid", "tanh",
      "scaled_tanh", "softmax", "swish", "hard_swish", "gelu", "clip", "relu6",
    ]
    #expect(Set(NonlinearityInfo.all.map(\.name)) == Set(language))
    #expect(Set(NonlinearityInfo.names).count == NonlinearityInfo.names.count)
  }
}
