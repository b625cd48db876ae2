import Exchange
import Testing

@Suite struct JSONValueTests {
  private let value: JSONValue = ["a": 1, "b": [true, 2.5, "x"], "c": nil]

  @Test func accessors() {
    #expect(value["a"]?.intValue == 1)
    #expect(value["a"]?.doubleValue == 1)
    #expect(value["b"]?.arrayValue?.first?.boolValue == true)
    #expect(value["b"]?.arrayValue?.last?.stringValue == "x")
    #expect(value["c"] == .null)
    #expect(value["d"] == nil)
    #expect(value.objectValue?.map(\.0) == ["a", "b", "c"])
    #expect(value["a"]?["a"] == nil)
    #expect(value["b"]?.intValue == nil && value["c"]?.stringValue == nil)
  }

  @Test func theOrderOfMembersMatters() {
    #expect(["a": 1, "b": 2] as JSONValue != ["b": 2, "a": 1])
    #expect(["a": 1] as JSONValue != ["a": 1.0])
    #expect([1, 2] as JSONValue != [1])
  }
}
