import Diagnostics
import Layers
import NetIR
import Testing

@Suite struct BaseTests {
  private let base = """
    name: old
    layers:
      - Input: {name: in, shape: [null, 3, 16, 16]}
      - Conv2D: {name: conv, num_filters: 4, filter_size: 3, pad: same}
      - MaxPool2D: {name: pool, pool_size: 2}
      - Dropout: {name: drop}
      - Dense: {name: fc6, num_units: 10}
      - Dense: {name: fc7, num_units: 5, nonlinearity: softmax}
    """

  private func network(_ text: String) throws -> Network {
    let (network, diagnostics) = Files.check(["net.yaml": text, "old.yaml": base])
    #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
    return try #require(network)
  }

  @Test func untilKeepsTheBeginning() throws {
    let network = try network(
      "base: {spec: old.yaml, until: pool}\nlayers:\n  - GlobalPool: {}\n  - Dense: {name: out, num_units: 2}\n")
    #expect(network.layers.map(\.name) == ["in", "conv", "pool", "globalpool1", "out"])
    #expect(network.layers.last?.shape == [nil, 2])
  }

  @Test func keptLayersTakeTheWeights() throws {
    let base = "base: {spec: old.yaml, weights: old.safetensors, until: pool}\n"
    let network = try network(base + "layers: [Dense: {name: fc6, num_units: 2}]\n")
    #expect(network.layers.map(\.takesSpecWeights) == [true, true, true, false])
    #expect(try self.network("base: old.yaml\n").layers.allSatisfy { !$0.takesSpecWeights })
  }

  @Test func aBaseAloneIsTheWholeNetwork() throws {
    #expect(try network("base: old.yaml\n").layers.count == 6)
  }

  @Test func dropHandsTheInputThrough() throws {
    let network = try network("base: {spec: old.yaml, drop: [drop]}\n")
    #expect(network.layers.map(\.name) == ["in", "conv", "pool", "fc6", "fc7"])
    #expect(network.layers[3].inputs == [2])
  }

  @Test func denseLayersBecomeConvolutionsWithTheSameNumbers() throws {
    let network = try network(
      """
      base: {spec: old.yaml, transform: {fc_to_conv: [fc6, fc7]}}
      layers:
        - Input: {shape: [null, 3, 32, 48]}
      """)
    let fc6 = try #require(network.layers.first { $0.name == "fc6" })
    #expect(fc6.typeName == "Conv2D")
    #expect(fc6.weights[0].shape == [10, 4, 8, 8] && fc6.weights[0].storedShape == [10, 256])
    // 16×24 pixels after pooling, 8×8 filters
    #expect(fc6.shape == [nil, 10, 9, 17])
    #expect(network.layers.last?.shape == [nil, 5, 9, 17])
  }

  @Test(arguments: [
    ("base: {spec: old.yaml, until: pol}", "N0119"), ("base: {spec: old.yaml, drop: [x]}", "N0119"),
    ("base: {spec: old.yaml, transform: {fc_to_conv: [conv]}}", "N0119"), ("base: {spec: new.yaml}", "N0117"),
    ("base: {spec: net.yaml}", "N0117"), ("base: {sepc: old.yaml}", "N0105"),
    ("base: {spec: old.yaml, til: pool}", "N0101"), ("base: {spec: old.yaml, weights: [a, b]}", "N0105"),
    ("base: {spec: old.yaml, fresh: [conv]}", "N0104"), ("base: {spec: old.yaml, unused: [conv]}", "N0104"),
    ("base: {spec: old.yaml, weights: a, fresh: [[conv]]}", "N0105"),
  ])
  func mistakesHaveTheirCode(_ text: String, _ code: String) {
    let diagnostics = Files.check(["net.yaml": text, "old.yaml": base]).diagnostics
    #expect(diagnostics.map(\.code.rawValue) == [code], "\(diagnostics.map(\.message))")
  }

  @Test func includesBringBlocksDefaultsAndConstants() throws {
    let (network, diagnostics) = Files.check([
      "net.yaml": """
      include: [blocks.yaml]
      layers:
        - Input: {shape: [null, 1, 4, 4]}
        - unit: {name: u}
      """,
      "blocks.yaml": """
      let: {width: 3}
      defaults: {Conv2D: {filter_size: 1}}
      blocks:
        unit: {layers: [Conv2D: {name: c, num_filters: $width}]}
      """,
    ])
    #expect(diagnostics.isEmpty)
    #expect(network?.layers.last?.shape == [nil, 3, 4, 4])
  }

  @Test func includesCannotBringLayersNorThemselves() {
    let layers = Files.check([
      "net.yaml": "include: [a.yaml]\nlayers: [Input: {shape: [1, 2]}]", "a.yaml": "layers: [Flatten: {}]",
    ])
    #expect(layers.diagnostics.map(\.code) == [.badInclude])
    let circle = Files.check([
      "net.yaml": "include: [a.yaml]\nlayers: [Input: {shape: [1, 2]}]", "a.yaml": "include: [net.yaml]",
    ])
    #expect(circle.diagnostics.map(\.code) == [.badInclude])
  }
}
