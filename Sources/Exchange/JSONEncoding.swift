extension JSONValue {
  /// The document of `value`, as its `Codable` conformance says, with the members of objects in the order of their
  /// names: the same value has the same bytes. `EncodingError` for NaN and the infinities, and for integers beyond `Int`.
  package init(encoding value: some Encodable) throws {
    self = try JSONPart(of: value).document()
  }
}

/// A part of a document that is being written: containers fill it after their owner has it.
private final class JSONPart {
  enum Content {
    case empty
    case scalar(JSONValue)
    case elements([JSONPart])
    case members([(String, JSONPart)])
  }

  var content = Content.empty

  init() {}

  init(of value: some Encodable) throws { try value.encode(to: JSONEncoding(part: self)) }

  func document() throws -> JSONValue {
    switch content {
    // A type without anything to store.
    case .empty: return .object([])
    case .scalar(let value): return value
    case .elements(let parts): return .array(try parts.map { try $0.document() })
    case .members(let parts):
      return .object(try parts.sorted { $0.0 < $1.0 }.map { ($0.0, try $0.1.document()) })
    }
  }

  func append(_ part: JSONPart) {
    guard case .elements(var parts) = content else { return content = .elements([part]) }
    content = .empty
    parts.append(part)
    content = .elements(parts)
  }

  /// A member that was there is replaced.
  func set(_ name: String, _ part: JSONPart) {
    guard case .members(var parts) = content else { return content = .members([(name, part)]) }
    content = .empty
    parts.removeAll { $0.0 == name }
    parts.append((name, part))
    content = .members(parts)
  }
}

private struct JSONEncoding: Encoder {
  let part: JSONPart

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .empty = part.content { part.content = .members([]) }
    return KeyedEncodingContainer(JSONMemberWriter(part: part))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .empty = part.content { part.content = .elements([]) }
    return JSONElementWriter(part: part)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { JSONScalarWriter(part: part) }
}

/// The generic methods serve all types that the protocols list.
private struct JSONScalarWriter: SingleValueEncodingContainer {
  let part: JSONPart

  var codingPath: [any CodingKey] { [] }

  func encodeNil() { part.content = .scalar(.null) }
  func encode(_ value: Bool) { part.content = .scalar(.bool(value)) }
  func encode(_ value: String) { part.content = .scalar(.string(value)) }
  func encode(_ value: Double) throws { try number(value, value) }

  func encode(_ value: Float) throws {
    // The double of the shortest decimals is written as these: 0.1, not 0.10000000149011612.
    try number(value, Double(value.description) ?? Double(value))
  }

  func encode<Value: BinaryInteger & Encodable>(_ value: Value) throws {
    guard let whole = Int(exactly: value) else { throw refusal(value, "an integer beyond 64 bits") }
    part.content = .scalar(.int(whole))
  }

  func encode<Value: Encodable>(_ value: Value) throws { try value.encode(to: JSONEncoding(part: part)) }

  /// Whole numbers are written without a fraction, as far as doubles hold each of them.
  private func number(_ original: Any, _ value: Double) throws {
    guard value.isFinite else { throw refusal(original, "JSON has no \(value)") }
    let isWhole = value == value.rounded() && value.magnitude < 0x1p53 && !(value == 0 && value.sign == .minus)
    part.content = .scalar(isWhole ? .int(Int(value)) : .double(value))
  }

  private func refusal(_ value: Any, _ message: String) -> EncodingError {
    .invalidValue(value, EncodingError.Context(codingPath: [], debugDescription: message))
  }
}

private struct JSONElementWriter: UnkeyedEncodingContainer {
  let part: JSONPart

  var codingPath: [any CodingKey] { [] }
  var count: Int { if case .elements(let parts) = part.content { parts.count } else { 0 } }

  private func next() -> JSONEncoding {
    let element = JSONPart()
    part.append(element)
    return JSONEncoding(part: element)
  }

  func encodeNil() { next().part.content = .scalar(.null) }
  func encode<Value: Encodable>(_ value: Value) throws { part.append(try JSONPart(of: value)) }
  func superEncoder() -> any Encoder { next() }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }

  func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    next().container(keyedBy: type)
  }
}

private struct JSONMemberWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let part: JSONPart

  var codingPath: [any CodingKey] { [] }

  private func member(_ name: String) -> JSONEncoding {
    let member = JSONPart()
    part.set(name, member)
    return JSONEncoding(part: member)
  }

  func encodeNil(forKey key: Key) { member(key.stringValue).part.content = .scalar(.null) }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    part.set(key.stringValue, try JSONPart(of: value))
  }

  func superEncoder() -> any Encoder { member("super") }
  func superEncoder(forKey key: Key) -> any Encoder { member(key.stringValue) }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    member(key.stringValue).unkeyedContainer()
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    member(key.stringValue).container(keyedBy: type)
  }
}
