import Exchange
import Layers

/// What JSON Schema can say of layers, from the registry.
enum LayerSchema {
  /// A layer's name: no white space and no punctuation of ASCII but `_` and `-`.
  private static let namePattern =
    "^[^\\x00-\\x2C\\x2E\\x2F\\x3A-\\x40\\x5B-\\x5E\\x60\\x7B-\\x7F]+$|\(ValueSchemaJSON.constantPattern)"

  /// Every way to write a type: aliases, and the suffix `Layer`.
  static func spellings(_ kind: any LayerKind.Type) -> [String] {
    ([kind.typeName] + kind.aliases).flatMap { [$0, $0 + "Layer"] }
  }

  static var allSpellings: JSONValue { .array(LayerRegistry.kinds.flatMap(spellings).map { .string($0) }) }

  static func required(_ kind: any LayerKind.Type) -> [String] {
    kind.parameterInfos.filter { $0.fallback == nil }.map(\.key)
  }

  private static var demanding: [any LayerKind.Type] { LayerRegistry.kinds.filter { !required($0).isEmpty } }

  // MARK: Parameters

  /// The name of one or more layers.
  static let references: JSONValue = [
    "type": ["string", "number", "array"], "items": ["type": ["string", "number"]], "minItems": 1,
  ]

  private static var everyLayer: [(String, JSONValue)] {
    SpecKeys.everyLayer.map { key, doc in
      let value: [(String, JSONValue)] =
        switch key {
        case "name": [("type", "string"), ("pattern", .string(namePattern))]
        case "repeat": ValueSchemaJSON.members(.integer(0...10_000))
        case "when", "trainable": ValueSchemaJSON.members(.boolean)
        default: references.objectValue ?? []
        }
      return (key, .object([("description", .string(doc))] + value))
    }
  }

  static func parameter(_ info: ParameterInfo) -> JSONValue {
    var members: [(String, JSONValue)] = [("description", .string("\(info.doc). Value: \(info.expected)."))]
    if let fallback = info.fallback {
      members.append(("default", (try? JSONValue(parsing: fallback)) ?? .string(fallback)))
    }
    return .object(members + ValueSchemaJSON.members(info.schema))
  }

  private static func parameters(_ kind: any LayerKind.Type) -> [(String, JSONValue)] {
    kind.parameterInfos.map { ($0.key, parameter($0)) }
  }

  /// What stands below a type in the list of layers.
  static func layerParameters(_ kind: any LayerKind.Type) -> JSONValue {
    [
      "description": .string(kind.summary), "type": ["object", "null"],
      "properties": .object(parameters(kind) + everyLayer), "additionalProperties": false,
      "not": ["type": "object", "required": ["incoming", "incomings"]],
    ]
  }

  /// What stands below a type in `defaults`.
  static func defaults(_ kind: any LayerKind.Type) -> JSONValue {
    [
      "description": .string("What every \(kind.typeName) gets unless it says otherwise."), "type": "object",
      "properties": .object(parameters(kind)), "additionalProperties": false,
    ]
  }

  /// A use of a block: its parameters are its own.
  static var blockUse: JSONValue { ["type": ["object", "null"], "properties": .object(everyLayer)] }

  // MARK: Spellings

  /// `{Type: {…}}`, `[name, Type]`, `[Type, {…}]`, `[name, Type, {…}]`, or a bare type.
  static var layer: JSONValue {
    let types = LayerRegistry.kinds.flatMap { kind in
      spellings(kind).map { ($0, ValueSchemaJSON.reference(kind.typeName)) }
    }
    let lists = LayerRegistry.kinds.map { kind in
      inList(kind, then: ValueSchemaJSON.reference(kind.typeName))
    }
    return [
      "type": ["object", "array", "string"], "minProperties": 1, "maxProperties": 1, "properties": .object(types),
      "additionalProperties": ValueSchemaJSON.reference("blockUse"), "minItems": 1, "maxItems": 3,
      "items": [["type": ["string", "number"]], ["type": ["string", "object"]], ["type": "object"]],
      "allOf": .array(lists.flatMap { $0 }),
    ]
  }

  /// What the parameters of a type have to be where the layer is written as a list.
  private static func inList(_ kind: any LayerKind.Type, then parameters: JSONValue) -> [JSONValue] {
    let type = names(kind)
    return [
      rule(
        if: ["items": [type, ["type": "object"]], "minItems": 2, "maxItems": 2], then: ["items": [true, parameters]]),
      rule(if: ["items": [true, type], "minItems": 3], then: ["items": [true, true, parameters]]),
    ]
  }

  private static func names(_ kind: any LayerKind.Type) -> JSONValue {
    ["enum": .array(spellings(kind).map { .string($0) })]
  }

  private static func rule(if condition: JSONValue, then result: JSONValue) -> JSONValue {
    ["if": .object([("type", "array")] + (condition.objectValue ?? [])), "then": result]
  }

  /// A layer where there are no blocks, so that its type has to be in the registry.
  static var known: JSONValue {
    let type: JSONValue = ["enum": allSpellings]
    let lists: JSONValue = [
      ["items": [type], "maxItems": 1], ["items": [type, ["type": "object"]], "minItems": 2, "maxItems": 2],
      ["items": [true, type], "minItems": 2],
    ]
    return [
      "propertyNames": type,
      "allOf": [
        ["if": ["type": "string"], "then": type], ["if": ["type": "array"], "then": ["anyOf": lists]],
      ],
    ]
  }

  /// A layer that has to bring what it needs itself.
  static var complete: JSONValue {
    let needs = demanding.map { kind -> (kind: any LayerKind.Type, schema: JSONValue) in
      (kind, ["type": "object", "required": .array(required(kind).map { .string($0) })])
    }
    let bare: JSONValue = ["enum": .array(demanding.flatMap(spellings).map { .string($0) })]
    let properties = needs.flatMap { need -> [(String, JSONValue)] in
      spellings(need.kind).map { ($0, need.schema) }
    }
    let inLists: [JSONValue] = needs.flatMap { inList($0.kind, then: $0.schema) }
    let withoutAny: [JSONValue] = [
      rule(if: ["items": [bare], "maxItems": 1], then: false),
      rule(if: ["items": [["type": ["string", "number"]], bare], "minItems": 2, "maxItems": 2], then: false),
      ["not": bare],
    ]
    return [
      "properties": .object(properties), "allOf": .array(inLists + withoutAny),
    ]
  }
}
