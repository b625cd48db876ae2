import Exchange
import Layers

/// Writes ``ValueSchema`` as JSON Schema. Where a scalar or a list may stand, a text with a constant may stand
/// instead: `$width`, `"${2 * width}"`.
enum ValueSchemaJSON {
  /// What a text has that stands for something else.
  static let constantPattern = "\\$"

  /// - Returns: the members of an object, none of which is `$ref`, so that others may be added to them.
  static func members(_ schema: ValueSchema) -> [(String, JSONValue)] {
    var types: [JSONValue] = []
    var plain: [(String, JSONValue)] = []
    var others: [JSONValue] = []
    for choice in schema.alternatives {
      guard let (type, members) = simple(choice) else {
        if choice == .anything { return [] }
        others.append(composed(choice))
        continue
      }
      // Keywords of different types do not meet, so one object holds them all.
      if types.contains(.string(type)) || types.contains("integer") && type == "number" {
        others.append(.object([("type", .string(type))] + members))
      } else {
        types.append(.string(type))
        plain += members
      }
    }
    plain = [("type", .array(types + ["string"]))] + plain + [("pattern", .string(constantPattern))]
    return others.isEmpty ? plain : [("anyOf", .array(others + [.object(plain)]))]
  }

  /// A schema of one JSON type; nil for what has several, or texts.
  private static func simple(_ schema: ValueSchema) -> (type: String, members: [(String, JSONValue)])? {
    switch schema {
    case .null: return ("null", [])
    case .boolean: return ("boolean", [])
    case .integer(let range, let isOdd):
      let bounds: [(String, JSONValue)] = [
        ("minimum", .int(range.lowerBound)), ("maximum", .int(range.upperBound)),
      ]
      return ("integer", bounds + (isOdd ? [("not", ["multipleOf": 2])] : []))
    case .number(let range):
      let lower = bound(range.lower, "minimum", "exclusiveMinimum")
      return ("number", lower + bound(range.upper, "maximum", "exclusiveMaximum"))
    case .list(let element, let count, let first):
      var members: [(String, JSONValue)] = []
      let rest = JSONValue.object(Self.members(element))
      if let first {
        members = [("items", [.object(Self.members(first))]), ("additionalItems", rest)]
      } else {
        members = [("items", rest)]
      }
      members.append(("minItems", .int(count.lowerBound)))
      if count.upperBound < ValueSchema.longestList { members.append(("maxItems", .int(count.upperBound))) }
      return ("array", members)
    case .anything, .words, .nonlinearity, .initialiser, .oneOf: return nil
    }
  }

  private static func bound(_ bound: NumberRange.Bound?, _ included: String, _ excluded: String) -> [(
    String, JSONValue
  )] {
    guard let bound else { return [] }
    let value = Int(exactly: bound.value).map { JSONValue.int($0) } ?? .double(bound.value)
    return [(bound.isIncluded ? included : excluded, value)]
  }

  private static func composed(_ schema: ValueSchema) -> JSONValue {
    switch schema {
    case .words(let words): ["enum": .array(words.map { .string($0) })]
    case .nonlinearity: reference("nonlinearity")
    case .initialiser: reference("initialiser")
    default: .object(members(schema))
    }
  }

  static func reference(_ definition: String) -> JSONValue { ["$ref": .string("#/definitions/\(definition)")] }

  // MARK: Functions

  static var nonlinearity: JSONValue {
    function(
      NonlinearityInfo.all.flatMap { info in ([info.name] + info.aliases).map { ($0, info.formula, info.parameters) } },
      otherwise: [])
  }

  static var initialiser: JSONValue {
    // A text that names no initialiser may be a layer's name.
    function(
      InitialiserInfo.all.map { ($0.name, $0.formula, $0.parameters) },
      otherwise: [["type": ["number", "string"]]])
  }

  /// `name`, or `{name: {key: number}}`.
  private static func function(
    _ functions: [(name: String, formula: String, parameters: [(name: String, fallback: Float)])],
    otherwise: [JSONValue]
  ) -> JSONValue {
    let calls = functions.map { function in
      (
        function.name,
        JSONValue.object([
          ("description", .string(function.formula)), ("type", ["object", "null"]),
          ("properties", .object(function.parameters.map { ($0.name, argument($0.name)) })),
          ("additionalProperties", false),
        ])
      )
    }
    let call: JSONValue = [
      "type": "object", "minProperties": 1, "maxProperties": 1, "properties": .object(calls),
      "additionalProperties": false,
    ]
    return ["anyOf": .array([["enum": .array(functions.map { .string($0.name) })], call] + otherwise)]
  }

  private static func argument(_ name: String) -> JSONValue {
    .object(members(name == "gain" ? .oneOf([.number(), .words(["relu"])]) : .number()))
  }
}
