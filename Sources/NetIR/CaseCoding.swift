// Enums with associated values, as Swift derives their coding: `{"case":{"label":value,"_1":value}}`, where `_1` is
// the second value that has no label. The derived code has a type of keys for every case and prepares all of them
// whenever it is asked for one, at a price: see "Starting" in docs/decisions.md.

/// A key of any name.
private struct CaseKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// One case that is being read.
struct CaseReader {
  private let key: CaseKey
  private let values: KeyedDecodingContainer<CaseKey>
  private let place: [any CodingKey]

  /// `DecodingError` for anything but an object with one member, which is an object.
  init(_ decoder: any Decoder) throws {
    place = decoder.codingPath
    let cases = try decoder.container(keyedBy: CaseKey.self)
    let keys = cases.allKeys
    guard keys.count == 1, let key = keys.first else { throw Self.damaged("\(keys.count) cases", place) }
    self.key = key
    values = try cases.nestedContainer(keyedBy: CaseKey.self, forKey: key)
  }

  /// Which of the cases that an enum names; `DecodingError` for any other.
  func name<Name: RawRepresentable<String>>(of type: Name.Type) throws -> Name {
    guard let name = Name(rawValue: key.stringValue) else {
      throw Self.damaged("`\(key.stringValue)` is no \(type)", place)
    }
    return name
  }

  func callAsFunction<Value: Decodable>(_ label: String = "_0") throws -> Value {
    try values.decode(Value.self, forKey: CaseKey(stringValue: label))
  }

  /// A value that is written where it is not the usual one.
  func ifPresent<Value: Decodable>(_ label: String) throws -> Value? {
    try values.decodeIfPresent(Value.self, forKey: CaseKey(stringValue: label))
  }

  private static func damaged(_ message: String, _ place: [any CodingKey]) -> DecodingError {
    .dataCorrupted(DecodingError.Context(codingPath: place, debugDescription: message))
  }
}

extension Encoder {
  func write(_ name: some RawRepresentable<String>, _ values: KeyValuePairs<String, any Encodable> = [:]) throws {
    var cases = container(keyedBy: CaseKey.self)
    var fields = cases.nestedContainer(keyedBy: CaseKey.self, forKey: CaseKey(stringValue: name.rawValue))
    for (label, value) in values { try fields.encode(value, forKey: CaseKey(stringValue: label)) }
  }
}
