import Exchange

/// The part of JSON Schema draft 7 that netc's schema uses. A keyword that it does not know is an error, so that
/// no rule goes unchecked.
struct SchemaValidator {
  struct UnknownKeyword: Error { let keyword: String }

  /// Keywords that check nothing.
  private static let annotations: Set = ["$schema", "title", "description", "default", "definitions"]

  let root: JSONValue

  /// What is wrong first, with its place; nil for a valid document.
  func fault(_ value: JSONValue) throws -> String? { try fault(value, root, "") }

  private func isValid(_ value: JSONValue, _ schema: JSONValue) throws -> Bool { try fault(value, schema, "") == nil }

  private func fault(_ value: JSONValue, _ schema: JSONValue, _ path: String) throws -> String? {
    if case .bool(let isValid) = schema { return isValid ? nil : "\(path): not allowed" }
    if let reference = schema["$ref"]?.stringValue {
      let name = String(reference.split(separator: "/").last ?? "")
      guard let target = root["definitions"]?[name] else { throw UnknownKeyword(keyword: reference) }
      return try fault(value, target, path)
    }
    for (keyword, rule) in schema.objectValue ?? [] where !Self.annotations.contains(keyword) {
      if ["then", "else", "additionalProperties", "patternProperties", "additionalItems"].contains(keyword) {
        continue
      }
      if let fault = try self.fault(value, keyword, rule, in: schema, path) { return fault }
    }
    return try additional(value, schema, path)
  }

  private func fault(
    _ value: JSONValue, _ keyword: String, _ rule: JSONValue, in schema: JSONValue, _ path: String
  ) throws -> String? {
    func check(_ isGood: Bool) -> String? { isGood ? nil : "\(path): \(keyword) \(rule.serialised().prefix(80))" }
    let count = value.arrayValue?.count
    let size = value.objectValue?.count
    switch keyword {
    case "type": return check((rule.arrayValue ?? [rule]).contains { Self.has(value, $0.stringValue ?? "") })
    case "enum": return check(rule.arrayValue?.contains { Self.equal($0, value) } ?? false)
    case "minimum": return check(Self.compare(value, rule) { $0 >= $1 })
    case "maximum": return check(Self.compare(value, rule) { $0 <= $1 })
    case "exclusiveMinimum": return check(Self.compare(value, rule) { $0 > $1 })
    case "exclusiveMaximum": return check(Self.compare(value, rule) { $0 < $1 })
    case "multipleOf": return check(Self.compare(value, rule) { ($0 / $1).rounded() == $0 / $1 })
    case "minItems": return check(count.map { $0 >= rule.intValue ?? 0 } ?? true)
    case "maxItems": return check(count.map { $0 <= rule.intValue ?? 0 } ?? true)
    case "minProperties": return check(size.map { $0 >= rule.intValue ?? 0 } ?? true)
    case "maxProperties": return check(size.map { $0 <= rule.intValue ?? 0 } ?? true)
    case "pattern": return check(try value.stringValue.map { try Self.matches($0, rule) } ?? true)
    case "required":
      return check(
        value.objectValue == nil || rule.arrayValue?.allSatisfy { value[$0.stringValue ?? ""] != nil } ?? true)
    case "not": return check(try !isValid(value, rule))
    case "anyOf": return check(try rule.arrayValue?.contains { try isValid(value, $0) } ?? false)
    case "allOf":
      for part in rule.arrayValue ?? [] { if let fault = try fault(value, part, path) { return fault } }
      return nil
    case "if":
      let branch = try isValid(value, rule) ? schema["then"] : schema["else"]
      return try branch.flatMap { try fault(value, $0, path) }
    case "propertyNames":
      for (key, _) in value.objectValue ?? [] {
        if let fault = try fault(.string(key), rule, path + "/" + key) { return fault }
      }
      return nil
    case "properties":
      for (key, part) in rule.objectValue ?? [] {
        if let member = value[key], let fault = try fault(member, part, path + "/" + key) { return fault }
      }
      return nil
    case "items":
      for (index, element) in (value.arrayValue ?? []).enumerated() {
        let part =
          rule.arrayValue.map { $0.indices.contains(index) ? $0[index] : schema["additionalItems"] ?? true } ?? rule
        if let fault = try fault(element, part, "\(path)/\(index)") { return fault }
      }
      return nil
    default: throw UnknownKeyword(keyword: keyword)
    }
  }

  private func additional(_ value: JSONValue, _ schema: JSONValue, _ path: String) throws -> String? {
    for (key, member) in value.objectValue ?? [] {
      var isKnown = schema["properties"]?[key] != nil
      for (pattern, part) in schema["patternProperties"]?.objectValue ?? [] {
        guard try Self.matches(key, .string(pattern)) else { continue }
        isKnown = true
        if let fault = try fault(member, part, path + "/" + key) { return fault }
      }
      if !isKnown, let rest = schema["additionalProperties"], let fault = try fault(member, rest, path + "/" + key) {
        return fault
      }
    }
    return nil
  }

  private static func has(_ value: JSONValue, _ type: String) -> Bool {
    switch type {
    case "null": value == nil
    case "boolean": value.boolValue != nil
    case "integer": value.doubleValue.map { $0.rounded() == $0 } ?? false
    case "number": value.doubleValue != nil
    case "string": value.stringValue != nil
    case "array": value.arrayValue != nil
    default: value.objectValue != nil
    }
  }

  private static func equal(_ a: JSONValue, _ b: JSONValue) -> Bool {
    a.doubleValue != nil ? a.doubleValue == b.doubleValue : a == b
  }

  private static func compare(_ value: JSONValue, _ bound: JSONValue, _ holds: (Double, Double) -> Bool) -> Bool {
    guard let value = value.doubleValue, let bound = bound.doubleValue else { return true }
    return holds(value, bound)
  }

  private static func matches(_ text: String, _ pattern: JSONValue) throws -> Bool {
    let regex = try Regex(pattern.stringValue ?? "").matchingSemantics(.unicodeScalar)
    return text.firstMatch(of: regex) != nil
  }
}
