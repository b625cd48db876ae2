import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

@Suite struct ReceptiveFieldTests {
  /// The field of each layer, in rows; all of these networks are square.
  private func fields(_ network: Network) -> [String: Int] {
    let sizes = ReceptiveField.all(of: network)
    #expect(sizes.allSatisfy { $0.map { $0.size.height == $0.size.width } ?? true })
    return Dictionary(uniqueKeysWithValues: zip(network.layers.map(\.name), sizes.map { $0?.size.height ?? 0 }))
  }

  private func expect(_ network: Network, _ wanted: [String: Int]) {
    let found = fields(network)
    for (name, size) in wanted { #expect(found[name] == size, "\(network.name) \(name)") }
  }

  @Test func lenet() throws {
    expect(
      try Networks.spec("lenet"),
      ["conv1": 5, "pool1": 6, "conv2": 14, "pool2": 16, "conv3": 32, "hidden": 32, "output": 32])
  }

  /// The last convolution sees 196 pixels, and `pool5` 212 (Araujo et al. 2019, table 1).
  @Test func vgg16() throws {
    expect(
      try Networks.spec("vgg16"),
      [
        "conv1_2": 5, "pool1": 6, "conv2_2": 14, "pool2": 16, "conv3_3": 40, "pool3": 44, "conv4_3": 92,
        "pool4": 100, "conv5_3": 196, "pool5": 212, "fc8": 224,
      ])
  }

  /// 195 behind the last pooling (Araujo et al. 2019, table 1).
  @Test(arguments: ["alexnet", "alexnet-grouped"])
  func alexnet(name: String) throws {
    expect(
      try Networks.spec(name),
      [
        "conv1": 11, "pool1": 19, "conv2": 51, "pool2": 67, "conv3": 99, "conv4": 131, "conv5": 163, "pool5": 195,
      ])
  }

  @Test func branchesCountTheWidest() throws {
    let network = try Networks.of(
      """
      - Input: {name: x, shape: [null, 1, 32, 32]}
      - Conv2D: {name: a, num_filters: 2, filter_size: 3, pad: same, stride: 2}
      - Conv2D: {name: b, incoming: x, num_filters: 2, filter_size: 7, pad: same, stride: 2}
      - Concat: {name: both, incomings: [a, b]}
      - Conv2D: {name: c, num_filters: 2, filter_size: 3}
      """)
    expect(network, ["a": 3, "b": 7, "both": 7, "c": 11])
  }

  @Test func dilationAndAxesApart() throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 1, 32, 32]}
      - Conv2D: {num_filters: 2, filter_size: [3, 5], stride: [1, 2]}
      - Conv2D: {num_filters: 2, filter_size: 3, dilation: [2, 1]}
      - Pool2D: {pool_size: [1, 3], mode: average_exc_pad}
      """)
    let fields = ReceptiveField.all(of: network)
    #expect(fields.map { $0?.size } == [Size2D(1), Size2D(3, 5), Size2D(7, 9), Size2D(7, 13)])
    #expect(fields.map { $0?.jump } == [Size2D(1), Size2D(1, 2), Size2D(1, 2), Size2D(1, 6)])
  }

  @Test func globalPoolingSeesEverything() throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 1, 20, 30]}
      - Conv2D: {num_filters: 2, filter_size: 3}
      - GlobalPool: {}
      """)
    #expect(ReceptiveField.all(of: network).last??.size == Size2D(20, 30))
    #expect(network.image == Size2D(20, 30))
  }

  @Test func withoutAnImageThereIsNone() throws {
    let network = try Networks.of("- Input: {shape: [null, 20]}\n- Dense: {num_units: 3}")
    #expect(ReceptiveField.all(of: network) == [nil, nil])
    #expect(Capacity.all(of: network) == [nil, nil])
    #expect(network.image == nil)
  }
}
