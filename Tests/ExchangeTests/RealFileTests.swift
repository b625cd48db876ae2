import Exchange
import FileTestSupport
import Testing

@Suite struct RealFileTests {
  @Test(
    .enabled(if: SharedData.file("models") != nil, "no folder shared/data/models: set NETC_SHARED"),
    arguments: [
      ("lenet_caffe", "conv1.weight", [20, 1, 5, 5]), ("resnet20_cifar10", "conv1.weight", [16, 3, 3, 3]),
      ("squeezenet_v1.0", "conv1.weight", [96, 3, 7, 7]),
      ("squeezenet_v1.1_backbone", "conv1.weight", [64, 3, 3, 3]),
    ])
  func readsWeights(model: String, name: String, shape: [Int]) throws {
    let path = try #require(SharedData.file("models/\(model)/weights.safetensors"))
    let file = try SafetensorsFile(path: path)
    #expect(try file.tensor(named: name).shape == shape)
    for tensor in file.tensors where tensor.type == .f32 {
      #expect(try file.floats(named: tensor.name).allSatisfy(\.isFinite))
    }
  }

  @Test(.enabled(if: SharedData.digits != nil, "no folder with the digits"))
  func readsTheDigitsNetwork() throws {
    let folder = try #require(SharedData.digits)
    let file = try SafetensorsFile(path: folder + "/weights.safetensors")
    #expect(file.metadata["test_correct"] == "354")
    #expect(try file.floats(named: "conv1.W").count == 32 * 9)
    let logits = try Npy.read(path: folder + "/test-logits.npy")
    #expect(logits.shape == [360, 10] && logits.elements.allSatisfy(\.isFinite))
  }

  @Test(.enabled(if: SharedData.digits != nil, "no folder with the digits"))
  func aCopyReadsBack() throws {
    let folder = try #require(SharedData.digits)
    let file = try SafetensorsFile(path: folder + "/weights.safetensors")
    var writer = SafetensorsWriter(metadata: file.metadata.sorted { $0.key < $1.key })
    for tensor in file.tensors {
      writer.add(tensor.name, tensor.type, tensor.shape, bytes: file.withBytes(of: tensor) { Array($0) })
    }
    let copy = try SafetensorsFile(MappedFile(copying: try writer.serialised(), name: "copy"))
    #expect(copy.metadata == file.metadata)
    for tensor in file.tensors {
      #expect(try copy.floats(named: tensor.name) == file.floats(named: tensor.name))
    }
  }
}
