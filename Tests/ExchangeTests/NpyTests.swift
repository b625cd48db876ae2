import Diagnostics
import Exchange
import FileTestSupport
import Testing

@Suite struct NpyTests {
  private func read(_ bytes: [UInt8]) throws(DiagnosticError) -> NpyArray {
    try Npy.read(bytes, name: "x.npy")
  }

  /// A version 1 file with this header text and `data` zeros.
  private func file(_ header: String, data: Int = 0) -> [UInt8] {
    let size = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(size & 255), UInt8(size >> 8)] + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  private static let ramp = (0..<24).map(Float.init)
  private static let quarters = ramp.map { $0 / 4 - 2 }
  private static let shifted = ramp.map { $0 - 12 }

  @Test(
    arguments: [
      (NumPyFixture.npyF4, .f32, quarters), (NumPyFixture.npyF8BigFortran, .f64, quarters),
      (NumPyFixture.npyU1, .u8, ramp.map { $0 * 10 }), (NumPyFixture.npyI1, .i8, shifted),
      (NumPyFixture.npyI4Version2, .i32, shifted), (NumPyFixture.npyF4Big, .f32, quarters),
      (NumPyFixture.npyI8Version3, .i64, ramp.map { $0 * 100_000 - 12 }),
      (NumPyFixture.npyI2BigFortran, .i16, shifted),
    ] as [([UInt8], ElementType, [Float])])
  func readsWhatNumPyWrote(bytes: [UInt8], type: ElementType, elements: [Float]) throws {
    #expect(try read(bytes) == NpyArray(shape: [2, 3, 4], elements: elements, type: type))
    #expect(try read(bytes).isInteger8 == (type == .u8))
  }

  @Test func readsHalfFloats() throws {
    let array = try read(NumPyFixture.npyF2)
    #expect(array.elements == [0, -0.0, 1, -2.5, 65504, 0x1p-24, .infinity, -.infinity])
    #expect(array.elements[1].sign == .minus)
  }

  @Test func readsSmallShapes() throws {
    #expect(try read(NumPyFixture.npyScalar) == NpyArray(shape: [], elements: [2.5], type: .f32))
    #expect(try read(NumPyFixture.npyEmpty) == NpyArray(shape: [0, 3], elements: [], type: .f32))
    #expect(try read(NumPyFixture.npyBool) == NpyArray(shape: [3], elements: [1, 0, 1], type: .bool))
  }

  @Test(arguments: [NumPyFixture.npyComplex, NumPyFixture.npyText, NumPyFixture.npyStructured])
  func refusesOtherTypes(bytes: [UInt8]) {
    #expect(diagnostic { try read(bytes) }?.code == .unsupportedType)
  }

  @Test(arguments: [
    ("{'descr':'<f4','fortran_order':False,'shape':(2,)}", 8),
    ("{ \"descr\": '|f4'[0:0]", -1),
    ("{'shape': (2L, 1), 'fortran_order': True, 'descr': '=f4'}\n", 8),
    ("{'shape': (2, 1,), 'fortran_order': True, 'descr': '<f4',  }  \n", 8),
    ("{'descr': '|f4', 'fortran_order': False, 'shape': (2,)}", -1),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2)}", -1),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", -1),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (,)}", -1),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", -1),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,)}", -1),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807, 4)}", -1),
    ("{'descr': '<f4', 'fortran_order': false, 'shape': (2,)}", -1),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", -1),
    ("{'descr': '<f4', 'shape': (2,)}", -1),
    ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", -1),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}", -1),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", -1),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", -1),
    ("{'descr': '<f4\\'', 'fortran_order': False, 'shape': (2,)}", -1),
    ("{'descr': [('x', '<f4'", -1),
    ("{'descr': __import__('os'), 'fortran_order': False, 'shape': (2,)}", -1),
    ("", -1), ("{", -1), ("{}", -1), ("'", -1), ("{'descr", -1),
  ])
  func headersAreReadStrictly(header: String, data: Int) throws {
    if data >= 0 {
      #expect(try read(file(header, data: data)).elements == [0, 0])
    } else {
      #expect(diagnostic { try read(file(header, data: 8)) }?.code == .damagedNpy)
    }
  }

  @Test func sizesAreCompared() {
    let short = diagnostic { try read(Array(NumPyFixture.npyF4.dropLast(10))) }
    #expect(
      short?.message == "the header says 96 bytes of data (2×3×4 of f32), the file has 86")
    #expect(short?.help.first?.contains("cut short") == true)
    #expect(diagnostic { try read(NumPyFixture.npyF4 + [0]) }?.help.first?.contains("one array") == true)
  }

  @Test(arguments: [[0, 0], [4, 0], [1, 1], [255, 255]] as [[UInt8]])
  func otherVersionsAreRefused(version: [UInt8]) {
    var bytes = NumPyFixture.npyF4
    bytes.replaceSubrange(6..<8, with: version)
    #expect(diagnostic { try read(bytes) }?.message.contains("format version") == true)
  }

  @Test func saysWhatTheFileIsInstead() {
    let fault = diagnostic { try read(Array("PK\u{3}\u{4}....".utf8)) }
    #expect(fault?.code == .damagedNpy)
    #expect(fault?.notes.first?.contains(".npz") == true)
  }

  @Test(arguments: [NumPyFixture.npyU1, NumPyFixture.npyI2BigFortran, NumPyFixture.npyI8Version3])
  func survivesDamage(bytes: [UInt8]) {
    for copy in Mutations.truncations(bytes) {
      #expect(diagnostic { try read(copy) }?.code == .damagedNpy)
    }
    for copy in Mutations.corruptions(bytes) {
      if let array = try? read(copy) {
        #expect(ShapeSize.elementCount(array.shape) == array.elements.count)
      }
    }
  }

  @Test(arguments: [[], [0], [24], [2, 3, 4], [4, 6], [1, 24, 1], [2, 0, 3]])
  func readsBackAsWritten(shape: [Int]) throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/x.npy"
    let elements = [Float](Self.quarters.prefix(ShapeSize.elementCount(shape) ?? 0))
    try Npy.write(elements, shape: shape, to: path)
    #expect(try Npy.read(path: path) == NpyArray(shape: shape, elements: elements, type: .f32))
  }

  @Test func writesTheBytesThatNumPyWrites() throws {
    let bytes = try FileWriter.collect { (writer) throws(DiagnosticError) in
      try Npy.writeHeader(shape: [2, 3, 4], into: &writer)
      let start = writer.position
      #expect(start.isMultiple(of: 64))
      try writer.write(Self.quarters)
    }
    #expect(bytes == NumPyFixture.npyF4)
  }

  @Test func refusesAShapeOfAnotherSize() {
    #expect(diagnostic { try Npy.write([1, 2], shape: [3], to: "/dev/null") }?.code == .cannotWrite)
  }
}
