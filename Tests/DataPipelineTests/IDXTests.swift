import DataPipeline
import Diagnostics
import Exchange
import FileTestSupport
import Testing

@Suite struct IDXTests {
  private func read(_ bytes: [UInt8]) throws(DiagnosticError) -> IDXArray {
    try IDX.read(bytes, name: "x-ubyte")
  }

  private static let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 250, 255, 0]

  @Test func readsImages() throws {
    let array = try read(Self.images)
    #expect(array == IDXArray(shape: [2, 1, 3], elements: [1, 2, 3, 250, 255, 0], type: .u8))
    #expect(array.isUInt8)
  }

  @Test(
    arguments: [
      (0x08, [0xFE], .u8, 254), (0x09, [0xFE], .i8, -2), (0x0B, [0xFF, 0xFE], .i16, -2),
      (0x0C, [0xFF, 0xFF, 0xFF, 0xFE], .i32, -2), (0x0D, [0xC0, 0x20, 0, 0], .f32, -2.5),
      (0x0E, [0xC0, 4, 0, 0, 0, 0, 0, 0], .f64, -2.5),
    ] as [(UInt8, [UInt8], ElementType, Float)])
  func readsEveryType(code: UInt8, bytes: [UInt8], type: ElementType, value: Float) throws {
    let array = try read([0, 0, code, 1, 0, 0, 0, 2] + bytes + bytes)
    #expect(array == IDXArray(shape: [2], elements: [value, value], type: type))
  }

  @Test func aFileOfNoItemsIsValid() throws {
    #expect(try read([0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 5]).shape == [0, 5])
  }

  @Test func shortAndLongDataNameTheItems() {
    let short = diagnostic { try read(Array(Self.images.dropLast())) }
    #expect(short?.code == .damagedIdx)
    #expect(short?.message == "the header promises 2 items, the file has 1 and a part of one")
    #expect(short?.notes.first == "the header says 6 bytes of data, the file has 5")
    #expect(short?.help.first?.contains("cut short") == true)
    let long = diagnostic { try read(Self.images + [1, 2, 3]) }
    #expect(long?.message == "the header promises 2 items, the file has 3")
    #expect(long?.help.first?.contains("appended") == true)
    #expect(diagnostic { try read([0, 0, 8, 2, 0, 0, 0, 5, 0, 0, 0, 0, 1]) }?.code == .damagedIdx)
  }

  @Test func sizesMayNotOverflow() {
    let sizes = [UInt8](repeating: 255, count: 4 * 3)
    #expect(diagnostic { try read([0, 0, 8, 3] + sizes) }?.message.contains("overflow") == true)
    #expect(diagnostic { try read([0, 0, 14, 2] + sizes) }?.code == .damagedIdx)
    #expect(diagnostic { try read([0, 0, 8, 255] + sizes) }?.code == .damagedIdx)
  }

  @Test func otherTypesAreRefused() {
    #expect(diagnostic { try read([0, 0, 10, 1, 0, 0, 0, 0]) }?.code == .unsupportedType)
    #expect(diagnostic { try read([0, 1, 8, 1, 0, 0, 0, 0]) }?.code == .damagedIdx)
    #expect(diagnostic { try read([0, 0, 8, 0]) }?.code == .damagedIdx)
    #expect(diagnostic { try read([]) }?.code == .damagedIdx)
  }

  @Test func survivesDamage() {
    for copy in Mutations.truncations(Self.images) {
      #expect(diagnostic { try read(copy) }?.code == .damagedIdx)
    }
    for copy in Mutations.corruptions(Self.images) {
      if let array = try? read(copy) {
        #expect(ShapeSize.elementCount(array.shape) == array.elements.count)
      }
    }
  }

  @Test(
    .enabled(if: SharedData.file("mnist") != nil, "no folder shared/data/mnist: set NETC_SHARED"),
    arguments: [
      ("t10k-images-idx3-ubyte.gz", [10_000, 28, 28]), ("t10k-labels-idx1-ubyte.gz", [10_000]),
      ("train-labels-idx1-ubyte.gz", [60_000]),
    ])
  func readsMNIST(name: String, shape: [Int]) throws {
    let array = try IDX.read(path: try #require(SharedData.file("mnist/" + name)))
    #expect(array.shape == shape && array.isUInt8)
    if shape.count == 1 { #expect(array.elements.allSatisfy { (0...9).contains($0) }) }
  }

  @Test(
    .enabled(if: SharedData.digits != nil, "no folder with the digits"),
    arguments: [
      ("test-images-idx3-ubyte.gz", [360, 8, 8]), ("test-labels-idx1-ubyte.gz", [360]),
      ("train-images-idx3-ubyte.gz", [1437, 8, 8]), ("train-labels-idx1-ubyte.gz", [1437]),
    ])
  func readsTheDigits(name: String, shape: [Int]) throws {
    let folder = try #require(SharedData.digits)
    let array = try IDX.read(path: folder + "/" + name)
    #expect(array.shape == shape)
    #expect(array.elements.allSatisfy { (0...16).contains($0) })
  }
}
