import Exchange
import Testing

@Suite struct FileFaultTests {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1234, "−1,234"),
  ])
  func digitsComeInGroups(value: Int, text: String) {
    #expect(value.grouped == text)
  }

  @Test func countsHaveTheirUnit() {
    #expect(1.counted("byte") == "1 byte")
    #expect(2048.counted("byte") == "2,048 bytes")
    #expect(UInt64.max.counted("item") == "18,446,744,073,709,551,615 items")
  }
}
