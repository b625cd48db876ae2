import CPUBackend
import Compiler
import Driver
import Exchange
import FileTestSupport
import Layers
import NetworkTestSupport
import Testing

/// Dense layers as convolutions, on images that are larger than the dense network's.
struct FullyConvolutionalTests {
  private static let dense = """
    layers:
      - Input:     {shape: [null, 2, 12, 10]}
      - Conv2D:    {name: conv, num_filters: 4, filter_size: 3}
      - MaxPool2D: {name: pool, pool_size: 2}
      - Dense:     {name: fc1, num_units: 6}
      - Dense:     {name: fc2, num_units: 3, nonlinearity: linear}

    """

  private func outputs(_ network: Network, _ weights: Weights, _ image: [Float]) throws -> [Float] {
    let options = CompileOptions(batch: 1, target: try CompilerFront.target("native"), catalogue: KernelTable.catalogue)
    return try Model.compile(network, weights, options, threads: 1).executable.run(examples: 1, inputs: [image])[0]
  }

  /// The dense network slid over the image gives the same at every position. Nothing is padded, and positions are two
  /// pixels apart as pools are: each position sees what the dense network sees of its part.
  @Test func everyPositionHasTheDenseResult() throws {
    let folder = TemporaryFolder()
    folder.store(Array(Self.dense.utf8), as: "dense.yaml")
    let small = try Networks.of(Self.dense)
    var writer = SafetensorsWriter()
    for weight in small.weights {
      writer.add(weight.name, weight.storedShape, floats: NoiseWeights.values(weight.name, weight.storedShape))
    }
    try writer.write(to: folder.path + "/dense.safetensors")
    let direct = try Weights.load(folder.path + "/dense.safetensors", for: small)
    let text = """
      base: {spec: dense.yaml, weights: dense.safetensors, transform: {fc_to_conv: [fc1, fc2]}}
      layers: [Input: {shape: [null, 2, 18, 14]}]

      """
    let loaded = SpecLoader.load(folder.store(Array(text.utf8), as: "net.yaml"))
    let large = try #require(loaded.network)
    #expect(large.layers.last?.shape == [nil, 3, 4, 3])
    let image: [Float] = (0..<504).map { (place: Int) -> Float in Float(place * 7919 % 1000) / 500 - 1 }
    let everywhere = try outputs(large, #require(try Weights.load(nil, for: loaded, large)), image)
    for row in 0..<4 {
      for column in 0..<3 {
        var part: [Float] = []
        for channel in 0..<2 {
          for y in 0..<12 {
            let start = (channel * 18 + 2 * row + y) * 14 + 2 * column
            part += image[start..<start + 10]
          }
        }
        let wanted = try outputs(small, direct, part)
        for unit in 0..<3 {
          let found = everywhere[(unit * 4 + row) * 3 + column]
          #expect(abs(found - wanted[unit]) < 1e-5, "at \(row), \(column)")
        }
      }
    }
  }
}
