import CPUBackend
import Driver
import Exchange
import FileTestSupport
import Glibc
import Layers
import NetIR
import NetworkTestSupport
import ONNX
import Testing

private enum Python {
  /// A virtual environment with onnx and onnxruntime.
  static let environment = getenv("NETC_ONNX").map { String(cString: $0) }
}

/// Exported models through onnx's checker and onnxruntime, against the reference interpreter: where `NETC_ONNX` names a
/// virtual environment with both, as `./netc.sh onnx-check` makes it.
@Suite(.enabled(if: Python.environment != nil, "NETC_ONNX is not set: see ./netc.sh onnx-check"))
struct ONNXRuntimeTests {
  @Test(arguments: LayerNets.all)
  func layers(_ net: LayerNets.Net) throws {
    try check(try Networks.of(net.yaml, name: net.name))
  }

  /// Those that the reference interpreter can run in seconds in a debug build.
  @Test(arguments: ["cifar10-quick", "digits", "lenet", "lenet-caffe", "lenet5", "mnist", "nolearn4", "resnet20"])
  func networks(_ name: String) throws {
    try check(try Networks.spec(name))
  }

  private func check(_ network: Network) throws {
    let folder = TemporaryFolder()
    let model = try ExportCommand.model(of: network, batch: nil, weights: NoiseWeights.values)
    let graph = try network.lowered(batch: network.fixedBatch ?? (model.hasFreeBatch ? 2 : 1)).graph
    let path = folder.store(model.serialized(), as: "model.onnx")
    let inputs = graph.inputs.enumerated().map { index, id in
      Noise.floats(graph[id].shape.elements, seed: UInt64(index))
    }
    for (index, id) in graph.inputs.enumerated() {
      try Npy.write(inputs[index], shape: graph[id].shape, to: "\(folder.path)/in\(index).npy")
    }
    let python = try #require(Python.environment)
    let run = NetcProcess.run(
      command: ["\(python)/bin/python3", "\(Repository.root)/Tests/ONNXTests/run_model.py", path, "\(folder.path)/out"]
        + inputs.indices.map { "\(folder.path)/in\($0).npy" })
    try #require(run.status == 0, "\(run.errors)")
    let expected = try ReferenceInterpreter(graph, parameter: NoiseWeights.values).run(
      inputs.map { $0.map(Double.init) })
    for (index, expected) in expected.enumerated() {
      let found = try Npy.read(path: "\(folder.path)/out\(index).npy")
      #expect(found.shape == graph[graph.outputs[index]].shape)
      let size = expected.reduce(1e-30) { max($0, abs($1)) }
      let error = zip(found.elements, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / size
      #expect(error < 1e-5, "output \(index)")
    }
  }
}
