import Layers
import NetIR
import Testing

struct ValueTypeTests {
  @Test(
    arguments: [
      ("1", 1), ("16777216", 1 << 24), ("010", 10), ("0x10", 16), ("+3", 3), ("0", nil), ("-1", nil),
      ("16777217", nil), ("3.0", nil), ("1e3", nil), ("\"3\"", nil), ("three", nil), ("null", nil), ("[1]", nil),
      ("true", nil), ("99999999999999999999", nil),
    ] as [(String, Int?)])
  func positive(_ text: String, _ value: Int?) throws {
    #expect(try decode(ValueType<Int>.positive, text).value == value)
  }

  @Test func kindsOfFaultsHaveTheirCodes() throws {
    #expect(try decode(ValueType<Int>.positive, "0").codes == ["N0106"])
    #expect(try decode(ValueType<Int>.positive, "3.5").codes == ["N0105"])
    #expect(try decode(ValueType<Float>.positive, "-1").codes == ["N0106"])
    #expect(try decode(ValueType<Float>.positive, "x").codes == ["N0105"])
    #expect(try decode(ValueType<Rounding>.word, "flor").codes == ["N0106"])
    #expect(try decode(ValueType<Rounding>.word, "3").codes == ["N0105"])
    #expect(try decode(ValueType<Size2D>.size, "[0, a]").codes == ["N0106", "N0105"])
  }

  @Test(arguments: [("0", 0), ("7", 7), ("-1", nil)] as [(String, Int?)])
  func nonNegative(_ text: String, _ value: Int?) throws {
    #expect(try decode(ValueType<Int>.nonNegative, text).value == value)
  }

  @Test(arguments: [("-3", -3), ("0", 0), ("-16777217", nil), ("1.5", nil)] as [(String, Int?)])
  func anyInteger(_ text: String, _ value: Int?) throws {
    #expect(try decode(ValueType<Int>.any, text).value == value)
  }

  @Test(arguments: [("1", 1), ("5", 5), ("4", nil), ("0", nil), ("-1", nil)] as [(String, Int?)])
  func odd(_ text: String, _ value: Int?) throws {
    #expect(try decode(ValueType<Int>.odd, text).value == value)
  }

  @Test(
    arguments: [
      ("0.5", 0.5), ("3", 3), ("-1.0e-4", -1e-4), (".inf", nil), (".nan", nil), ("1e39", nil), ("\"1\"", nil),
      ("[1]", nil), ("1e400", nil), ("1e-60", 0),
    ] as [(String, Float?)])
  func number(_ text: String, _ value: Float?) throws {
    #expect(try decode(ValueType<Float>.any, text).value == value)
  }

  /// What is tested is the number that is kept.
  @Test(
    arguments: [
      ("0", false, true, true), ("1", true, false, true), ("0.5", true, true, true), ("-0.1", false, false, false),
      ("1e-60", false, true, true), ("0.99999999999", true, false, true), ("1.1", true, false, false),
    ])
  func bounds(_ text: String, _ positive: Bool, _ probability: Bool, _ unit: Bool) throws {
    #expect((try decode(ValueType<Float>.positive, text).value != nil) == positive)
    #expect((try decode(ValueType<Float>.probability, text).value != nil) == probability)
    #expect((try decode(ValueType<Float>.unit, text).value != nil) == unit)
  }

  @Test(
    arguments: [
      ("true", true), ("false", false), ("True", true), ("yes", nil), ("on", nil), ("1", nil), ("null", nil),
      ("\"true\"", nil), ("[true]", nil),
    ] as [(String, Bool?)])
  func bool(_ text: String, _ value: Bool?) throws {
    #expect(try decode(ValueType<Bool>.bool, text).value == value)
  }

  @Test func oldBooleansGetAnAnswer() throws {
    var context = DecodeContext(layerType: "Test", key: "value")
    #expect(ValueType<Bool>.bool.decode(try yaml("no"), &context) == nil)
    #expect(context.bag.sorted.first?.help == ["YAML 1.2 has only true and false: write `false`"])
  }

  @Test(
    arguments: [
      ("floor", .floor), ("ceil", .ceil), ("Ceil", nil), ("up", nil), ("null", nil), ("[ceil]", nil),
    ] as [(String, Rounding?)])
  func word(_ text: String, _ value: Rounding?) throws {
    #expect(try decode(ValueType<Rounding>.word, text).value == value)
  }

  @Test(
    arguments: [
      ("3", Size2D(3)), ("[3, 5]", Size2D(3, 5)), ("[3]", nil), ("[3, 5, 7]", nil), ("0", nil), ("[3, 0]", nil),
      ("3.0", nil), ("3x3", nil), ("null", nil), ("{h: 3}", nil),
    ] as [(String, Size2D?)])
  func size(_ text: String, _ value: Size2D?) throws {
    #expect(try decode(ValueType<Size2D>.size, text).value == value)
  }

  @Test func nullMayMeanNone() throws {
    #expect(try decode(ValueType<Size2D?>.sizeOrNull, "null").value == .some(nil))
    #expect(try decode(ValueType<Size2D?>.sizeOrNull, "2").value == Size2D(2))
    #expect(try decode(ValueType<Size2D?>.sizeOrNull, "x").value == nil)
  }

  @Test(
    arguments: [
      ("2", [2]), ("[1, -0.5]", [1, -0.5]), ("[]", nil), ("[1, x]", nil), ("x", nil), ("null", nil), ("[[1]]", nil),
    ] as [(String, [Float]?)])
  func numbers(_ text: String, _ value: [Float]?) throws {
    #expect(try decode(ValueType<[Float]>.numbers, text).value == value)
  }

  @Test(
    arguments: [("[0, 2]", [0, 2]), ("[]", nil), ("[-1]", nil), ("2", nil)] as [(String, [Int]?)])
  func list(_ text: String, _ value: [Int]?) throws {
    #expect(try decode(ValueType<[Int]>.list(of: .nonNegative, "a list"), text).value == value)
  }

  @Test func aliasesAreNamedInTheReport() throws {
    let checked = Checked(layers: [
      "Input: {shape: [null, &size 0]}", "Dense: {num_units: *size}",
    ])
    #expect(checked.summary == ["N0106 2:33", "N0106 2:33"])
    #expect(checked.diagnostics.map { $0.message.prefix(20) } == ["`shape` of Input mus", "`num_units` of Dense"])
    let used = Checked(layers: ["Input: {name: &word in, shape: [null, 4]}", "Dense: {num_units: *word}"])
    let diagnostic = try used.only()
    #expect(diagnostic.related.map(\.message) == ["used here through an alias"])
    #expect(used.summary == ["N0105 2:25"])
  }
}
