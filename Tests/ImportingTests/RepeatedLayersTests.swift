import Importing
import Layers
import NetworkTestSupport
import Testing

/// Blocks of imported networks.
@Suite struct RepeatedLayersTests {
  typealias Layer = ImportedNetwork.Layer

  /// A stem, and residual blocks with the names of a framework.
  private func residual(_ blocks: Int, shortcut: Bool = true) -> ImportedNetwork {
    var network = ImportedNetwork(name: "net")
    func add(_ type: String, _ name: String, _ incomings: [String], _ options: [(key: String, value: String)] = []) {
      network.layers.append(Layer(type: type, name: name, incomings: incomings, options: options))
      if type == "Conv2D" { network.weights.append(.init(name: "\(name).W", shape: [1], values: [1])) }
    }
    add("Input", "x", [], [("shape", "[null, 3, 8, 8]")])
    add("Conv2D", "stem", ["x"], [("num_filters", "4"), ("filter_size", "3"), ("pad", "1")])
    var last = "stem"
    for index in 0..<blocks {
      let unit = "unit\(index)_"
      let width = [("num_filters", "\(4 + 4 * (index / 2))"), ("filter_size", "3"), ("pad", "1")]
      add("Conv2D", unit + "a", [last], width + (index % 2 == 0 ? [] : [("stride", "2")]))
      add("BatchNorm", unit + "bn", [unit + "a"])
      add("Conv2D", unit + "b", [unit + "bn"], [("num_filters", "4"), ("filter_size", "3"), ("pad", "1")])
      add("MaxPool2D", unit + "p", [unit + "b"], [("pool_size", "1")])
      add("ElemwiseSum", unit + "sum", shortcut ? [unit + "p", unit + "b"] : [unit + "p"])
      last = unit + "sum"
    }
    network.outputs = [last]
    return network
  }

  private func isTaken(_ name: String) -> Bool { LayerRegistry.kind(named: name) != nil }

  @Test func layersThatComeAgainAreABlock() throws {
    var network = residual(6)
    let flat = try Networks.of(network.spec(comment: "flat"))
    network.foldRepeats(isTaken: isTaken)
    #expect(
      network.spec(comment: "six units") == """
        # six units
        name: net
        blocks:
          unit:
            parameters: {filters: required, stride: 1}
            layers:
              - Conv2D:      {name: a, num_filters: $filters, filter_size: 3, pad: 1, stride: $stride}
              - BatchNorm:   {name: bn}
              - Conv2D:      {name: b, num_filters: 4, filter_size: 3, pad: 1}
              - MaxPool2D:   {name: p, pool_size: 1}
              - ElemwiseSum: {name: sum, incomings: [p, b]}
        layers:
          - Input:  {name: x, shape: [null, 3, 8, 8]}
          - Conv2D: {name: stem, num_filters: 4, filter_size: 3, pad: 1}
          - unit:   {name: unit0, filters: 4}
          - unit:   {name: unit1, filters: 4, stride: 2}
          - unit:   {name: unit2, filters: 8}
          - unit:   {name: unit3, filters: 8, stride: 2}
          - unit:   {name: unit4, filters: 12}
          - unit:   {name: unit5, filters: 12, stride: 2}

        """)
    let units = (0..<6).flatMap { ["unit\($0)/a.W", "unit\($0)/b.W"] }
    #expect(network.weights.map(\.name) == ["stem.W"] + units)
    #expect(network.outputs == ["unit5"])
    let folded = try Networks.of(network.spec(comment: "folded"))
    #expect(folded.layers.map(\.shape) == flat.layers.map(\.shape))
    #expect(
      folded.weights.map { $0.name.replacing("/", with: "_") } == flat.weights.map(\.name))
  }

  @Test func shortNetworksStayAsTheyAre() {
    var network = residual(4)
    let before = network.spec(comment: "short")
    network.foldRepeats(isTaken: isTaken)
    #expect(network.spec(comment: "short") == before)
  }

  /// What is read from outside, a result, tied to another layer or spoken of elsewhere keeps its name.
  @Test(arguments: ["reader", "output", "tied", "section"])
  func whatOthersNeedStays(_ need: String) throws {
    var network = residual(8)
    switch need {
    case "reader":
      network.layers.append(Layer(type: "GlobalPool", name: "look", incomings: ["unit3_b"], options: []))
      network.outputs.append("look")
    case "output": network.outputs.append("unit3_b")
    case "tied":
      let place = try #require(network.place(of: "unit3_b"))
      network.layers[place].options.append(("W", "unit1_b"))
    default: network.sections = ["train:", "  learning_rates: {unit3_b: 2}"]
    }
    network.foldRepeats(isTaken: isTaken)
    #expect(network.layers.map(\.name).contains("unit3_b"))
    #expect(network.layers.map(\.name).contains("unit5"))
    if need != "tied" { _ = try Networks.of(network.spec(comment: need)) }
  }

  @Test func namesThatSayNothingBecomeTypes() throws {
    var network = residual(8)
    let names = Dictionary(uniqueKeysWithValues: network.layers.enumerated().map { ($1.name, "n\($0)") })
    for index in network.layers.indices {
      network.layers[index].name = try #require(names[network.layers[index].name])
      network.layers[index].incomings = network.layers[index].incomings.compactMap { names[$0] }
    }
    network.outputs = network.outputs.compactMap { names[$0] }
    network.weights = []
    network.foldRepeats(isTaken: isTaken)
    #expect(network.blocks.map(\.name) == ["block"])
    #expect(network.blocks[0].layers.map(\.name) == ["conv1", "bn1", "conv2", "pool1", "sum1"])
    #expect(network.layers.map(\.name) == ["n0", "n1"] + (1...8).map { "block\($0)" })
    _ = try Networks.of(network.spec(comment: "types"))
  }

  /// A block is not called like a layer type.
  @Test func namesOfTypesAreAvoided() throws {
    var network = residual(6)
    for index in network.layers.indices {
      network.layers[index].name = network.layers[index].name.replacing("unit", with: "dense")
      network.layers[index].incomings = network.layers[index].incomings.map { $0.replacing("unit", with: "dense") }
    }
    network.outputs = network.outputs.map { $0.replacing("unit", with: "dense") }
    network.foldRepeats(isTaken: isTaken)
    #expect(network.blocks.map(\.name) == [isTaken("dense") ? "dense_block" : "dense"])
    _ = try Networks.of(network.spec(comment: "dense"))
  }
}
