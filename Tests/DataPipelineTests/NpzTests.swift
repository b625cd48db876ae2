import DataPipeline
import Diagnostics
import FileTestSupport
import Testing

/// Archives of Python's zipfile with arrays as NumPy writes them.
struct NpzTests {
  /// x = [[1, 2], [3, 4]] as float32, y = [0, 1] as int64; stored and deflated.
  private static func archive(deflated: Bool) throws -> TemporaryFolder? {
    let folder = TemporaryFolder()
    let path = folder.store([], as: "a.npz")
    let script = """
      import io, sys, zipfile, struct
      def npy(descr, shape, data):
        header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, shape)
        header += ' ' * ((64 - (10 + len(header) + 1) % 64) % 64) + '\\n'
        return b'\\x93NUMPY\\x01\\x00' + struct.pack('<H', len(header)) + header.encode() + data
      with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED if sys.argv[2] == '1' else zipfile.ZIP_STORED) as z:
        with z.open('x.npy', 'w', force_zip64=True) as f: f.write(npy('<f4', '(2, 2)', struct.pack('<4f', 1, 2, 3, 4)))
        with z.open('y.npy', 'w', force_zip64=True) as f: f.write(npy('<i8', '(2,)', struct.pack('<2q', 0, 1)))
      """
    let result = NetcProcess.run(command: ["python3", "-c", script, path, deflated ? "1" : "0"])
    return result.status == 0 ? folder : nil
  }

  private static let hasPython = NetcProcess.run(command: ["sh", "-c", "python3 -c 'import zipfile'"]).status == 0

  @Test(.enabled(if: hasPython, "python3 is not here"), arguments: [false, true])
  func arraysByTheirNames(_ deflated: Bool) throws {
    let folder = try #require(try Self.archive(deflated: deflated))
    let archive = try Npz(path: folder.path + "/a.npz")
    #expect(archive.names == ["x", "y"])
    #expect(try archive.array("x").elements == [1, 2, 3, 4])
    #expect(try archive.array("y").elements == [0, 1])
    let error = try #require(throws: DiagnosticError.self) { try archive.array("z") }
    #expect(error.diagnostic.code == .missingTensor)
  }

  /// Whatever byte is changed or wherever the file ends: an error or the right numbers, no crash.
  @Test(.enabled(if: hasPython, "python3 is not here"), arguments: [false, true])
  func damage(_ deflated: Bool) throws {
    let folder = try #require(try Self.archive(deflated: deflated))
    let whole = try #require(TestFile.bytes(folder.path + "/a.npz"))
    func read(_ bytes: [UInt8]) throws -> [Float] {
      try Npz(path: folder.store(bytes, as: "b.npz")).array("x").elements
    }
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 0x41
      if let elements = try? read(bytes) { #expect(elements == [1, 2, 3, 4], "byte \(place)") }
    }
    for count in stride(from: 0, to: whole.count, by: 3) {
      #expect(throws: DiagnosticError.self) { try read(Array(whole[..<count])) }
    }
  }

  @Test func whatIsNoArchive() throws {
    let folder = TemporaryFolder()
    let error = try #require(throws: DiagnosticError.self) {
      try Npz(path: folder.store(Array("hello".utf8), as: "a.npz"))
    }
    #expect(error.diagnostic.code == .damagedNpy)
  }
}
