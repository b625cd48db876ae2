import Diagnostics
import Exchange
import Layers
import NetIR

/// The JSON Schema (draft 7) of a spec, for editors. It is made from the tables that the reader itself works with.
///
/// A schema sees one file without its meaning: which layers there are, how they are connected, what a constant is.
/// What it refuses, `netc check` refuses, too; not the other way round.
package enum JSONSchema {
  package static func document() -> JSONValue {
    let layers: JSONValue = ["type": ["array", "null"], "items": ValueSchemaJSON.reference("layer")]
    let sections: [String: JSONValue] = [
      "name": scalar, "layers": layers, "outputs": LayerSchema.references,
      "classes": ["type": ["array", "string"], "items": scalar, "minItems": 1], "data": data, "train": train,
      "let": constants,
      "defaults": defaults, "blocks": blocks, "include": files, "base": base,
      "warnings": warnings,
    ]
    let properties = SpecReader.keys.map { key, doc -> (String, JSONValue) in
      (key, .object([("description", .string(doc))] + (sections[key]?.objectValue ?? [])))
    }
    let nolearn = SpecKeys.nolearn.map { ($0, $0 == "update" ? update : JSONValue.bool(true)) }
    return [
      "$schema": "http://json-schema.org/draft-07/schema#", "title": "netc",
      "description": "A convolutional network for netc.", "type": "object", "properties": .object(properties + nolearn),
      "patternProperties": .object(flatParameters), "additionalProperties": false, "allOf": rules,
      "definitions": .object(definitions),
    ]
  }

  /// The document as it is printed and stored.
  package static var text: String { document().serialised(pretty: true) + "\n" }

  private static var definitions: [(String, JSONValue)] {
    LayerRegistry.kinds.map { ($0.typeName, LayerSchema.layerParameters($0)) }
      + LayerRegistry.kinds.map { ("\($0.typeName)Defaults", LayerSchema.defaults($0)) } + [
        ("nonlinearity", ValueSchemaJSON.nonlinearity), ("initialiser", ValueSchemaJSON.initialiser),
        ("blockUse", LayerSchema.blockUse), ("layer", LayerSchema.layer), ("knownLayer", LayerSchema.known),
        ("completeLayer", LayerSchema.complete),
      ]
  }

  // MARK: Rules that look at several keys

  private static var rules: JSONValue {
    let every = { (definition: String) -> JSONValue in ["items": ValueSchemaJSON.reference(definition)] }
    return [
      // Only a base may stand in for layers.
      [
        "if": ["not": has("base")],
        "then": ["required": ["layers"], "properties": ["layers": ["type": "array", "minItems": 1]]],
      ],
      // Without blocks every type is one of the registry.
      [
        "if": ["not": ["anyOf": [has("blocks"), has("include")]]],
        "then": ["properties": ["layers": every("knownLayer")]],
      ],
      // Without defaults and nolearn's flat keys a layer has to say what it needs.
      [
        "if": [
          "not": ["anyOf": [has("defaults"), has("include")]], "propertyNames": ["not": ["pattern": demandedKeys]],
        ],
        "then": [
          "properties": [
            "layers": every("completeLayer"),
            "blocks": ["additionalProperties": ["properties": ["layers": every("completeLayer")]]],
          ]
        ],
      ],
    ]
  }

  private static func has(_ key: String) -> JSONValue { ["required": [.string(key)]] }

  private static var demandedKeys: JSONValue {
    let keys = Set(LayerRegistry.kinds.flatMap(LayerSchema.required)).sorted()
    return .string("_(\(keys.joined(separator: "|")))$")
  }

  // MARK: nolearn's flat keys

  /// `conv1_num_filters: 32`; the schema does not know which layer is called `conv1`.
  private static var flatParameters: [(String, JSONValue)] {
    let infos = LayerRegistry.kinds.flatMap { $0.parameterInfos }
    let keys = Set(infos.map(\.key)).sorted()
    let parameters = keys.map { key -> (String, JSONValue) in
      // `lrn_alpha_over_n` ends with `_n`, too.
      var choices: [JSONValue] = []
      for info in infos where info.key == key || info.key.hasSuffix("_" + key) {
        let value = JSONValue.object(ValueSchemaJSON.members(info.schema))
        if !choices.contains(value) { choices.append(value) }
      }
      return ("._\(key)$", ["anyOf": .array(choices)])
    }
    let others = SpecKeys.everyLayer.map { ("._\($0.key)$", JSONValue.bool(true)) }
    return parameters + others + SpecKeys.nolearnPrefixes.map { ("^\($0)", true) }
  }

  // MARK: Sections

  private static let scalar: JSONValue = ["type": ["string", "number", "boolean"]]
  private static let files: JSONValue = ["type": ["string", "array"], "items": ["type": "string"]]

  /// A mapping with these keys and no others.
  private static func section(
    _ keys: [SpecKeys.Row], types: JSONValue = ["object", "null"], _ values: [String: JSONValue] = [:],
    required: [String] = []
  ) -> JSONValue {
    let properties = keys.map { key, doc -> (String, JSONValue) in
      (key, .object([("description", .string(doc))] + (values[key]?.objectValue ?? [])))
    }
    return .object(
      [("type", types), ("properties", .object(properties)), ("additionalProperties", false)]
        + (required.isEmpty ? [] : [("required", .array(required.map { .string($0) }))]))
  }

  private static var data: JSONValue {
    let numbers = ValueType<[Float]>.numbers.schema
    let range = ValueSchema.list(of: .number(), count: 2...2)
    let scopes = ValueSchema.words(PreprocessingStatistic.Scope.allCases.map(\.rawValue)).orNull
    let fitted: [String: ValueSchema] = [
      "center": scopes, "standardize": scopes, "min_max": range.orNull, "whiten": .anything,
    ]
    let size = ValueType<Size2D>.size.schema
    let pictures = ["resize": size, "center_crop": size, "channel_order": .words(["rgb", "bgr"])]
    let steps = SpecKeys.preprocessing.map { key, doc -> (String, JSONValue) in
      let value = ValueSchemaJSON.members(fitted[key] ?? pictures[key] ?? (key == "scale" ? range : numbers))
      return (key, .object([("description", .string(doc))] + value))
    }
    let words = SpecKeys.preprocessing.map(\.key).filter { fitted[$0] != nil }
    let step: JSONValue = [
      "anyOf": [
        [
          "type": "object", "minProperties": 1, "maxProperties": 1, "properties": .object(steps),
          "additionalProperties": false,
        ],
        ["enum": .array(words.map(JSONValue.string))],
      ]
    ]
    let formats = SpecKeys.sources.map { key, doc in (key, JSONValue.object([("description", .string(doc))])) }
    let source: JSONValue = [
      "type": ["object", "null"], "minProperties": 1, "maxProperties": 1, "properties": .object(formats),
      "additionalProperties": false,
    ]
    return section(
      SpecKeys.data,
      ["train": source, "valid": source, "test": source, "preprocess": ["type": "array", "items": step]])
  }

  private static var train: JSONValue { section(SpecKeys.train, ["update": update]) }

  private static var update: JSONValue {
    let rules = Optimizer.allCases.map { JSONValue.string($0.rawValue) }
    return [
      "anyOf": [
        ["enum": .array(rules)],
        ["type": "object", "minProperties": 1, "maxProperties": 1, "propertyNames": ["enum": .array(rules)]],
      ]
    ]
  }

  /// Names of constants are words, beginning with a letter, that expressions do not have.
  private static let constants: JSONValue = [
    "type": ["object", "null"],
    "propertyNames": [
      "pattern":
        "^[^\\x00-\\x40\\x5B-\\x5E\\x60\\x7B-\\x7F][^\\x00-\\x2F\\x3A-\\x40\\x5B-\\x5E\\x60\\x7B-\\x7F]*$",
      "not": ["enum": ["min", "max", "true", "false"]],
    ],
  ]

  private static var defaults: JSONValue {
    let types = LayerRegistry.kinds.flatMap { kind in
      LayerSchema.spellings(kind).map { ($0, ValueSchemaJSON.reference("\(kind.typeName)Defaults")) }
    }
    return ["type": ["object", "null"], "properties": .object(types), "additionalProperties": false]
  }

  private static var blocks: JSONValue {
    let layers: JSONValue = ["type": "array", "items": ValueSchemaJSON.reference("layer"), "minItems": 1]
    let block = section(
      SpecKeys.block, types: "object", ["parameters": ["type": ["object", "null"]], "layers": layers],
      required: ["layers"])
    return [
      "type": ["object", "null"], "propertyNames": ["not": ["enum": LayerSchema.allSpellings]],
      "additionalProperties": block,
    ]
  }

  private static var warnings: JSONValue {
    let value: JSONValue = ["enum": ["off", "on", false, true]]
    let codes = DiagnosticCode.allCases.filter(\.isWarning).map { ($0.rawValue, value) }
    let names = section(SpecKeys.warnings)["properties"]?.objectValue ?? []
    return [
      "type": ["object", "null"],
      "properties": .object(
        names.map { ($0.0, .object(($0.1.objectValue ?? []) + (value.objectValue ?? []))) } + codes),
      "additionalProperties": false,
    ]
  }

  private static var base: JSONValue {
    let values: [String: JSONValue] = [
      "spec": ["type": "string"], "weights": ["type": ["string", "null"]], "unused": LayerSchema.references,
      "fresh": LayerSchema.references, "until": ["type": ["string", "number"]],
      "drop": LayerSchema.references,
      "transform": [
        "type": ["object", "null"], "properties": ["fc_to_conv": LayerSchema.references], "additionalProperties": false,
      ],
    ]
    return section(SpecKeys.base, types: ["object", "string"], values, required: ["spec"])
  }
}
