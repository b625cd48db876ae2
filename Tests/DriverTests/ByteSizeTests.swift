import Testing

@testable import Driver

@Suite struct ByteSizeTests {
  @Test(arguments: [
    ("1", 1), ("17 B", 17), ("2k", 2048), ("2KiB", 2048), ("2 kB", 2000), ("1.5 GiB", 3 << 29), ("3M", 3 << 20),
    ("1MB", 1_000_000), ("2 TiB", 2 << 40),
  ])
  func reads(text: String, bytes: Int) { #expect(ByteSize(text)?.bytes == bytes) }

  @Test(arguments: ["", "0", "-1", "GiB", "1 QiB", "1.2.3", "2 Gib s", "1e3", "nan", "9999999999999 TiB", "2ib"])
  func refuses(text: String) { #expect(ByteSize(text) == nil) }
}
