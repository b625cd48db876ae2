import Diagnostics
import Testing
import YAMLSyntax

struct CoreSchemaTests {
  @Test(
    arguments: [
      ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nULL", .string("nULL")),
      ("true", .bool(true)), ("True", .bool(true)), ("FALSE", .bool(false)), ("tRue", .string("tRue")),
      ("yes", .string("yes")), ("no", .string("no")), ("on", .string("on")), ("off", .string("off")),
      ("y", .string("y")), ("0", .int(0)), ("-0", .int(0)), ("+12", .int(12)), ("010", .int(10)),
      ("0o17", .int(15)), ("0o18", .string("0o18")), ("0x1F", .int(31)), ("0xfF", .int(255)),
      ("0X1F", .string("0X1F")), ("-0x1F", .string("-0x1F")), ("0x", .string("0x")), ("0b1", .string("0b1")),
      ("1_000", .string("1_000")), ("1:30", .string("1:30")), ("9223372036854775807", .int(.max)),
      ("-9223372036854775808", .int(.min)), ("9223372036854775808", .float(9_223_372_036_854_775_808)),
      ("0x8000000000000000", .float(9_223_372_036_854_775_808)), ("1.", .float(1)), (".5", .float(0.5)),
      ("-1.5", .float(-1.5)), ("+.5e3", .float(500)), ("1e3", .float(1000)), ("1E-3", .float(0.001)),
      ("5.0e-4", .float(0.0005)), ("12.e03", .float(12000)), ("1e", .string("1e")), (".", .string(".")),
      ("+", .string("+")), ("-", .string("-")), ("e3", .string("e3")), ("1.5.2", .string("1.5.2")),
      (".inf", .float(.infinity)), ("+.INF", .float(.infinity)), ("-.Inf", .float(-.infinity)),
      ("inf", .string("inf")), ("nan", .string("nan")), ("1e999", .float(.infinity)), ("0.1", .float(0.1)),
      ("2001-01-01", .string("2001-01-01")), ("١", .string("١")), ("0x1.8p3", .string("0x1.8p3")),
    ] as [(String, Resolved)])
  func plainScalars(_ text: String, _ meaning: Resolved) {
    let scalar = Node.Scalar(text: text, style: .plain)
    #expect(Self.node(scalar).resolved == meaning)
    #expect(Self.node(Node.Scalar(text: text, style: .singleQuoted)).resolved == .string(text))
  }

  @Test func notANumber() throws {
    guard case .float(let value) = Self.node(Node.Scalar(text: ".NaN", style: .plain)).resolved else {
      Issue.record("no float")
      return
    }
    #expect(value.isNaN)
  }

  @Test(
    arguments: [
      ("!!str 12", .string("12")), ("! 12", .string("12")), ("!!int \"3\"", .int(3)),
      ("!!float 3", .float(3)), ("!!int x", .string("x")), ("!own 3", .string("3")),
    ] as [(String, Resolved)])
  func tags(_ text: String, _ meaning: Resolved) {
    #expect(Loaded("a: " + text).node?["a"]?.resolved == meaning)
  }

  private static func node(_ scalar: Node.Scalar) -> Node {
    Node(value: .scalar(scalar), span: span)
  }

  private static let span = Loaded("x").node?.span ?? placeholder

  private static var placeholder: SourceSpan { fatalError("the text `x` has no node") }
}
