import DataPipeline
import Diagnostics
import Driver
import Exchange
import FileTestSupport
import Layers
import NetworkTestSupport
import Testing

/// Tensors of every format, and what `netc weights` makes of them.
@Suite struct TensorFileTests {
  private let folder = TemporaryFolder()

  @Test func npzAndBack() throws {
    let network = try Networks.spec("lenet-caffe")
    var writer = NpzWriter()
    for weight in network.weights {
      let values = NoiseWeights.values(weight.name, weight.shape)
      writer.add(weight.name, weight.shape) { () throws(DiagnosticError) in values }
    }
    let path = folder.path + "/w.npz"
    try writer.write(to: path)
    func expectAll(_ path: String) throws {
      let weights = try Weights.load(path, for: network)
      for weight in network.weights {
        let wanted = NoiseWeights.values(weight.name, weight.shape)
        #expect(try weights.values(weight.name, weight.shape) == wanted, "\(weight.name)")
      }
    }
    try expectAll(path)
    var command = WeightsCommand(path: path)
    command.output = folder.path + "/back.safetensors"
    _ = try command.run(.silent)
    try expectAll(folder.path + "/back.safetensors")
    command = WeightsCommand(path: folder.path + "/back.safetensors")
    command.output = folder.path + "/again.npz"
    _ = try command.run(.silent)
    #expect(TestFile.bytes(path) == TestFile.bytes(folder.path + "/again.npz"))
  }

  /// NumPy reads what netc writes, and netc what NumPy writes, packed and not.
  @Test(
    .enabled(if: NetcProcess.run(command: ["python3", "-c", "import numpy"]).status == 0, "python3 has no numpy"),
    arguments: ["savez", "savez_compressed"])
  func numpy(_ function: String) throws {
    var writer = NpzWriter()
    writer.add("a/b.W", [2, 3]) { () throws(DiagnosticError) in [1, 2, 3, 4, 5, 6] }
    writer.add("one", []) { () throws(DiagnosticError) in [0.5] }
    let path = folder.path + "/w.npz"
    try writer.write(to: path)
    let script = """
      import numpy, sys
      found = numpy.load(sys.argv[1])
      assert found["a/b.W"].tolist() == [[1, 2, 3], [4, 5, 6]] and found["a/b.W"].dtype == numpy.float32
      assert found["one"].shape == () and found["one"] == 0.5
      numpy.\(function)(sys.argv[2], x=numpy.asfortranarray(found["a/b.W"].astype("f8")), n=numpy.arange(70000))
      """
    let other = folder.path + "/back.npz"
    let run = NetcProcess.run(command: ["python3", "-c", script, path, other])
    #expect(run.status == 0, "\(run.errors)")
    let file = try TensorFile(path: other)
    #expect(file.entries.map(\.shape) == [[2, 3], [70000]] && file.entries.map(\.isFloatingPoint) == [true, false])
    #expect(try file.floats(named: "x") == [1, 2, 3, 4, 5, 6])
  }

  @Test func namesTwice() {
    var writer = NpzWriter()
    for _ in 0..<2 { writer.add("a", [1]) { () throws(DiagnosticError) in [1] } }
    let error = #expect(throws: DiagnosticError.self) { try writer.write(to: folder.path + "/w.npz") }
    #expect(error?.diagnostic.code == .cannotWrite)
    // Whole or not at all.
    #expect(TestFile.bytes(folder.path + "/w.npz") == nil)
  }

  @Test func picklesAreNeverOpened() throws {
    let path = folder.store([0x80, 0x02, 0x7D, 0x71], as: "net.pkl")
    let error = try #require(throws: DiagnosticError.self) { try TensorFile(path: path) }
    #expect(error.diagnostic.code == .unknownFormat && error.diagnostic.help[0].contains("numpy.savez"))
  }

  @Test func statistics() {
    let found = TensorStatistics([3, -4, .nan, .infinity, 0, -.infinity])
    #expect(found.least == -4 && found.most == 3 && found.norm == 5)
    #expect(abs((found.mean ?? 9) + 1.0 / 3) < 1e-12 && found.nans == 1 && found.infinities == 2)
    #expect(TensorStatistics([]).least == nil && TensorStatistics([.nan]).mean == nil)
  }
}

extension Console {
  static var silent: Console {
    var console = Console.standard()
    console.quiet = true
    return console
  }
}
