import Exchange
import Testing

@Suite struct JSONSerialiserTests {
  private let document: JSONValue = [
    "name": "a\"b\\c\n\u{1}é", "list": [1, 2.5, true, nil], "none": [], "inner": ["x": [:]],
  ]

  @Test func compact() {
    #expect(
      document.serialised()
        == #"{"name":"a\"b\\c\n\u0001é","list":[1,2.5,true,null],"none":[],"inner":{"x":{}}}"#)
  }

  @Test func pretty() {
    #expect(
      document.serialised(pretty: true) == #"""
        {
          "name": "a\"b\\c\n\u0001é",
          "list": [1, 2.5, true, null],
          "none": [],
          "inner": {
            "x": {}
          }
        }
        """#)
  }

  @Test(arguments: [
    0.1, 1, -0.0, 1e21, 1e-7, 0x1p-1074, 1.7976931348623157e308, 0.30000000000000004, 123456789.123,
  ])
  func doublesReadBackAsTheyWere(value: Double) throws {
    let text = JSONValue.double(value).serialised()
    #expect(try JSONValue(parsing: text).doubleValue?.bitPattern == value.bitPattern)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func numbersThatJSONLacksAreNull(value: Double) {
    #expect(JSONValue.double(value).serialised() == "null")
  }

  @Test func documentsReadBackAsTheyWere() throws {
    #expect(try JSONValue(parsing: document.serialised()) == document)
    #expect(try JSONValue(parsing: document.serialised(pretty: true)) == document)
  }
}
