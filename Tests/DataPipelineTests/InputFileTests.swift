import DataPipeline
import Diagnostics
import Exchange
import FileTestSupport
import Testing

@Suite struct InputFileTests {
  private let folder = TemporaryFolder()
  private let idx: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 5, 6]

  /// A gzip file with one stored block; the checksum is right.
  private func gzip(_ bytes: [UInt8]) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(bytes.count, 2) + little(~bytes.count, 2)
      + bytes
      + little(Int(Digest(of: bytes).value), 4) + little(bytes.count, 4)
  }

  @Test(arguments: ["x.npy", "x.idx", "x"])
  func theContentDecides(name: String) throws {
    let numbers = TensorData(shape: [2], elements: [5, 6], kind: .idx, type: .u8)
    #expect(try InputFile.load(folder.store(idx, as: name)) == numbers)
    #expect(try InputFile.load(folder.store(gzip(idx), as: name)) == numbers)
    for bytes in [InputFixture.npyU1, gzip(InputFixture.npyU1)] {
      let data = try InputFile.load(folder.store(bytes, as: name))
      #expect(data.shape == [2, 3, 4] && data.kind == .npy && data.isUInt8)
      #expect(data.elements == (0..<24).map { Float($0) * 10 })
    }
  }

  @Test func emptyFilesAreNamed() {
    for bytes in [[], gzip([]), [0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 5]] {
      #expect(diagnostic { try InputFile.load(bytes, name: "x") }?.code == .emptyInput)
    }
  }

  @Test func otherFormatsAreNamed() {
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A]
    let fault = diagnostic { try InputFile.load(png, name: "x.npy") }
    #expect(fault?.code == .unknownFormat)
    #expect(fault?.notes == ["the file looks like a PNG image"])
    #expect(fault?.help.first?.contains("IDX") == true)
    let inside = diagnostic { try InputFile.load(gzip(gzip(idx)), name: "x") }
    #expect(inside?.notes == ["the content of the gzip file looks like a gzip file"])
    #expect(diagnostic { try InputFile.load([1], name: "x") }?.code == .unknownFormat)
  }

  @Test func damageKeepsTheCodeOfTheFormat() {
    #expect(diagnostic { try InputFile.load(Array(idx.dropLast()), name: "x") }?.code == .damagedIdx)
    #expect(
      diagnostic { try InputFile.load(Array(InputFixture.npyU1.dropLast()), name: "x") }?.code == .damagedNpy)
    #expect(diagnostic { try InputFile.load(Array(gzip(idx).dropLast()), name: "x") }?.code == .damagedGzip)
    #expect(diagnostic { try InputFile.load(folder.path + "/nosuch") }?.code == .unreadableFile)
    #expect(diagnostic { try InputFile.load(folder.path) }?.code == .unreadableFile)
  }

  @Test func survivesDamage() {
    for bytes in [gzip(idx), gzip(InputFixture.npyU1), idx] {
      for copy in Mutations.truncations(bytes) + Mutations.corruptions(bytes) {
        if let data = try? InputFile.load(copy, name: "x") {
          #expect(ShapeSize.elementCount(data.shape) == data.elements.count)
        }
      }
    }
  }
}
