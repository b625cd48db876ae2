import Layers
import NetIR
import Testing

struct WeightSourceTests {
  private static let root2 = Float(2).squareRoot()
  private static let root3 = Float(3).squareRoot()

  @Test(
    arguments: [
      ("0", .constant(0)), ("-1.5", .constant(-1.5)), ("{constant: {value: 3}}", .constant(3)),
      ("constant", .constant(0)), ("normal", .normal(std: 0.01, mean: 0)),
      ("{normal: {std: 2, mean: 1}}", .normal(std: 2, mean: 1)), ("uniform", .uniform(low: -0.01, high: 0.01)),
      ("{uniform: {range: 0.5}}", .uniform(low: -0.5, high: 0.5)),
      // The limits of a uniform distribution lie √3·std from its mean.
      ("{uniform: {std: 1, mean: 2}}", .uniform(low: 2 - root3, high: 2 + root3)),
      ("glorot_uniform", .glorotUniform(gain: 1)), ("{glorot_normal: {gain: 2}}", .glorotNormal(gain: 2)),
      ("{glorot_uniform: {gain: relu}}", .glorotUniform(gain: root2)),
      // He's √(2/n), where Lasagne's default gain is 1.
      ("he_normal", .heNormal(gain: root2)), ("{he_uniform: {gain: 1}}", .heUniform(gain: 1)),
      ("lecun_normal", .lecunNormal), ("lecun_uniform", .lecunUniform), ("orthogonal", .orthogonal(gain: 1)),
      ("{orthogonal: {gain: relu}}", .orthogonal(gain: root2)), ("sparse", .sparse(fraction: 0.1, std: 0.01)),
      ("{sparse: {sparsity: 1, std: 0}}", .sparse(fraction: 1, std: 0)),
    ] as [(String, Initialiser)])
  func initialisers(_ text: String, _ initialiser: Initialiser) throws {
    #expect(try decode(ValueType<WeightSource>.weight, text).value == .initialiser(initialiser))
  }

  @Test(
    arguments: [
      ("{he_norm: {gain: relu}}", ["N0111"]), ("{conv1: {}}", ["N0111"]), ("{normal: {sd: 1}}", ["N0103"]),
      ("{lecun_normal: {gain: 1}}", ["N0103"]), ("{normal: {std: -1}}", ["N0106"]),
      ("{uniform: {range: -1}}", ["N0106"]), ("{sparse: {sparsity: 2}}", ["N0106"]), (".nan", ["N0106"]),
      ("1e300", ["N0106"]), ("[1]", ["N0105"]), ("null", ["N0105"]), ("true", ["N0105"]),
      ("{normal: 3}", ["N0105"]), ("{uniform: {range: 1, std: 1}}", ["N0113"]),
      ("{normal: {std: relu}}", ["N0105"]),
    ])
  func refuses(_ text: String, _ codes: [String]) throws {
    #expect(try decode(ValueType<WeightSource>.weight, text).codes == codes)
  }

  @Test func anyOtherWordIsALayer() throws {
    guard case .tied("conv1", _) = try decode(ValueType<WeightSource>.weight, "conv1").value else {
      Issue.record("not tied")
      return
    }
  }

  @Test func nullIsNone() throws {
    #expect(try decode(ValueType<WeightSource?>.weightOrNone, "null").value == .some(nil))
    #expect(try decode(ValueType<WeightSource?>.weightOrNone, "1").value == .initialiser(.constant(1)))
  }

  /// The list of the language, and LeCun's uniform form, which Lasagne has as well.
  @Test func allOfTheLanguageAreThere() {
    let language = [
      "normal", "uniform", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "lecun_normal", "constant",
      "orthogonal", "sparse", "lecun_uniform",
    ]
    #expect(Set(InitialiserInfo.all.map(\.name)) == Set(language))
  }
}
