import Exchange
import FoundationEssentials
import Testing

/// Foundation's coders are the oracle: both read what the other wrote, and write the same bytes.
@Suite struct JSONCodingTests {
  private enum Choice: Codable, Equatable {
    case none
    case pair(Int, Float)
    case named(text: String?)
  }

  private struct Everything: Codable, Equatable {
    var small: UInt8 = 255
    var big = Int.min
    var flag = true
    var choices: [Choice] = [.none, .pair(-1, 0.1), .named(text: nil), .named(text: "a\"\\/\né😀")]
    var doubles = [1.0, 2.5, 1e-7, -3, 1e300, 0.30000000000000004]
    var floats: [Float] = [0.1, 16_777_216, 3.4e38, .leastNonzeroMagnitude, -2]
    var absent: Int?
    var gaps: [Int?] = [1, nil]
    var words = ["k": "v", "K": "w", "a_b": "", "aB": "x"]
    var nested: [[Int]] = [[], [1, 2]]
    var nothing: [String: Int] = [:]
  }

  private struct Empty: Codable, Equatable {}

  private func foundation(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  @Test func theBytesAreFoundations() throws {
    #expect(try JSONValue(encoding: Everything()).serialised() == foundation(Everything()))
    #expect(try JSONValue(encoding: Empty()).serialised() == foundation(Empty()))
    #expect(try JSONValue(encoding: [Choice]()).serialised() == foundation([Choice]()))
  }

  @Test func whatIsWrittenIsRead() throws {
    let text = try foundation(Everything())
    #expect(try JSONValue(parsing: text).decoded() == Everything())
    #expect(try JSONValue(encoding: Everything()).decoded() == Everything())
    #expect(try JSONValue(encoding: Empty()).decoded() == Empty())
  }

  @Test func floatsKeepTheirBits() throws {
    var bits: UInt32 = 1
    for _ in 0..<20_000 {
      bits = bits &* 1_664_525 &+ 1_013_904_223
      let value = Float(bitPattern: bits)
      guard value.isFinite else { continue }
      let text = try JSONValue(encoding: [value]).serialised()
      let back = try JSONValue(parsing: text).decoded(as: [Float].self)
      #expect(back.map(\.bitPattern) == [bits], "\(value) as \(text)")
    }
  }

  @Test func numbersThatJSONLacksAreRefused() {
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(throws: EncodingError.self) { try JSONValue(encoding: [value]) }
      #expect(throws: EncodingError.self) { try JSONValue(encoding: ["x": Float(value)]) }
    }
    #expect(throws: EncodingError.self) { try JSONValue(encoding: [UInt64.max]) }
  }

  @Test(arguments: [
    "null", "[]", "{}", #"{"name":1}"#, #"{"name":null}"#, #"{"count":1}"#, #"{"name":"x"}"#,
    #"{"name":"x","count":"1"}"#, #"{"name":"x","count":1.0}"#, #"{"name":"x","count":256}"#,
    #"{"name":"x","count":-1}"#, #"{"name":"x","count":1,"list":{}}"#, #"{"name":"x","count":1,"list":[1,"2"]}"#,
    #"{"name":"x","count":1,"list":[null]}"#, #"{"name":"x","count":1,"list":[1],"flag":0}"#,
  ])
  func otherDocumentsAreRefused(text: String) throws {
    struct Wanted: Decodable {
      var name: String
      var count: UInt8
      var list: [Int]
      var flag: Bool?
    }
    let document = try JSONValue(parsing: text)
    #expect(throws: DecodingError.self) { try document.decoded(as: Wanted.self) }
  }

  @Test func containersOneByOne() throws {
    struct Hand: Codable, Equatable {
      var first: Int?
      var rest: [String] = []
      enum Keys: CodingKey { case pair, inner }
      init(first: Int?, rest: [String]) { (self.first, self.rest) = (first, rest) }

      init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: Keys.self)
        var pair = try keyed.nestedUnkeyedContainer(forKey: .pair)
        first = try pair.decodeNil() ? nil : pair.decode(Int.self)
        var list = try pair.nestedUnkeyedContainer()
        while !list.isAtEnd { rest.append(try list.decode(String.self)) }
        #expect(list.count == rest.count && list.currentIndex == rest.count)
        #expect(throws: DecodingError.self) { try list.decode(String.self) }
        #expect(try pair.nestedContainer(keyedBy: Keys.self).decode(Bool.self, forKey: .inner))
        #expect(pair.isAtEnd)
      }

      func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: Keys.self)
        var pair = keyed.nestedUnkeyedContainer(forKey: .pair)
        if let first { try pair.encode(first) } else { try pair.encodeNil() }
        var list = pair.nestedUnkeyedContainer()
        for word in rest { try list.encode(word) }
        var inner = pair.nestedContainer(keyedBy: Keys.self)
        try inner.encode(false, forKey: .inner)
        // The last one counts.
        try inner.encode(true, forKey: .inner)
      }
    }
    for value in [Hand(first: 7, rest: ["a", "b"]), Hand(first: nil, rest: [])] {
      #expect(try JSONValue(encoding: value).serialised() == foundation(value))
      #expect(try JSONValue(encoding: value).decoded() == value)
    }
  }
}
