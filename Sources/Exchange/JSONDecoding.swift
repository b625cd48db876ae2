extension JSONValue {
  /// The value that this document describes, as its `Codable` conformance says; `DecodingError` when it describes none.
  ///
  /// Numbers without fraction and exponent are read as any type of number, others as `Double` and `Float` alone.
  /// Members that nobody asks for do no harm.
  package func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    try Value(from: JSONDecoding(value: self))
  }
}

/// Lends a document to `Codable`. Places are not kept track of: who needs them reads the document itself.
private struct JSONDecoding: Decoder {
  let value: JSONValue

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(JSONMembers(members: try value.found(value.objectValue, "an object")))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    JSONElements(elements: try value.found(value.arrayValue, "an array"))
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { JSONScalar(value: value) }
}

extension JSONValue {
  /// - Parameter reading: what this value is as the type that is wanted; nil where it is none.
  fileprivate func found<Reading>(_ reading: Reading?, _ wanted: String) throws -> Reading {
    guard let reading else { throw refusal("\(kindName) where \(wanted) belongs") }
    return reading
  }

  fileprivate func refusal(_ message: String) -> DecodingError {
    .dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: message))
  }

  fileprivate func integer<Value: BinaryInteger>(_ type: Value.Type) throws -> Value {
    try found(intValue.flatMap { Value(exactly: $0) }, "\(type)")
  }
}

/// The generic methods serve all types that the protocols list; those of plans have their own, which are quicker.
private struct JSONScalar: SingleValueDecodingContainer {
  let value: JSONValue

  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { value == .null }
  func decode(_ type: Bool.Type) throws -> Bool { try value.found(value.boolValue, "a boolean") }
  func decode(_ type: String.Type) throws -> String { try value.found(value.stringValue, "a string") }
  func decode(_ type: Double.Type) throws -> Double { try value.found(value.doubleValue, "a number") }
  func decode(_ type: Float.Type) throws -> Float { try value.found(value.doubleValue.map { Float($0) }, "a number") }
  func decode<Value: BinaryInteger & Decodable>(_ type: Value.Type) throws -> Value { try value.integer(type) }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try value.decoded() }
}

private struct JSONElements: UnkeyedDecodingContainer {
  let elements: [JSONValue]
  private(set) var currentIndex = 0

  init(elements: [JSONValue]) { self.elements = elements }

  var codingPath: [any CodingKey] { [] }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex == elements.count }

  private mutating func next() throws -> JSONDecoding {
    guard !isAtEnd else { throw JSONValue.array(elements).refusal("an array of only \(elements.count) elements") }
    currentIndex += 1
    return JSONDecoding(value: elements[currentIndex - 1])
  }

  mutating func decodeNil() -> Bool {
    guard !isAtEnd, elements[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: try next()) }
  mutating func superDecoder() throws -> any Decoder { try next() }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }

  mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    try next().container(keyedBy: type)
  }
}

private struct JSONMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: [(String, JSONValue)]

  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { members.compactMap { Key(stringValue: $0.0) } }

  private func member(_ name: String) -> JSONValue? { members.first { $0.0 == name }?.1 }

  private func value(_ key: some CodingKey) throws -> JSONValue {
    guard let value = member(key.stringValue) else {
      throw JSONValue.object(members).refusal("an object without `\(key.stringValue)`")
    }
    return value
  }

  func contains(_ key: Key) -> Bool { member(key.stringValue) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try value(key) == .null }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try JSONScalar(value: value(key)).decode(type) }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try JSONScalar(value: value(key)).decode(type) }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key).integer(type) }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try value(key).decoded() }
  func superDecoder() throws -> any Decoder { try superDecoder(of: "super") }
  func superDecoder(forKey key: Key) throws -> any Decoder { try superDecoder(of: key.stringValue) }
  private func superDecoder(of name: String) throws -> any Decoder { JSONDecoding(value: member(name) ?? .null) }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try JSONDecoding(value: value(key)).unkeyedContainer()
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try JSONDecoding(value: value(key)).container(keyedBy: type)
  }
}
