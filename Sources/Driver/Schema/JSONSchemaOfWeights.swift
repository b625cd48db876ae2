import Exchange
import Layers

extension JSONSchema {
  /// `weights`: a file, or `{file: …}` with these keys.
  static func weights(_ keys: [SpecKeys.Row]) -> JSONValue {
    let values: [String: JSONValue] = [
      "file": ["type": "string"], "map": map, "unused": LayerSchema.references, "fresh": LayerSchema.references,
    ]
    return section(keys, types: ["object", "string", "null"], values, required: ["file"])
  }

  /// A ready map's name, or patterns with what they become.
  private static var map: JSONValue {
    let layouts = JSONValue.array(WeightLayout.allCases.map { .string($0.rawValue) })
    let layout: JSONValue = ["enum": layouts]
    let target: JSONValue = [
      "type": ["string", "object"],
      "properties": [
        "to": ["type": "string"], "as": ["anyOf": [layout, ["type": "array", "items": layout]]],
        "epsilon": ["type": ["number", "string"]],
      ],
      "required": ["to"], "additionalProperties": false,
    ]
    let anyTarget: JSONValue = ["anyOf": [target, ["type": "array", "items": target], ["type": "null"]]]
    return [
      "anyOf": [
        ["enum": .array(ReadyMaps.names.map(JSONValue.string))],
        ["type": "object", "additionalProperties": anyTarget],
      ]
    ]
  }
}
