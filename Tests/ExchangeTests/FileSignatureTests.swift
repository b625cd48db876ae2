import Exchange
import Testing

@Suite struct FileSignatureTests {
  @Test func recognisesBytesOrNothing() {
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D]
    #expect(png.withUnsafeBytes { FileSignature.describe($0) } == "a PNG image")
    #expect(Array("hello".utf8).withUnsafeBytes { FileSignature.describe($0) } == nil)
    #expect(FileSignature.describe(UnsafeRawBufferPointer(start: nil, count: 0)) == nil)
  }
}
