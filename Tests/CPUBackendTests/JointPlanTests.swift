import CPUBackend
import NetIR
import NetworkTestSupport
import Testing

/// Concatenations whose operands are written straight into the result compute what the network says.
@Suite struct JointPlanTests {
  struct Net: Sendable, CustomTestStringConvertible {
    var name: String
    /// Concatenations that are left to do, and those that are gone, for blocks of 4, 8 and 16.
    var steps: [Int]
    var inPlace: [Int]
    var yaml: String
    var testDescription: String { name }

    init(_ name: String, steps: [Int], inPlace: [Int], _ yaml: String) {
      (self.name, self.steps, self.inPlace, self.yaml) = (name, steps, inPlace, yaml)
    }
  }

  static let nets = [
    Net(
      "branches of every kind", steps: [0, 0, 0], inPlace: [1, 1, 1],
      """
      - Input: {name: x, shape: [null, 3, 13, 9]}
      - Conv2D: {name: stem, num_filters: 32, filter_size: 3, pad: same}
      - Conv2D: {name: one, num_filters: 16, filter_size: 1}
      - Conv2D: {name: many, incoming: stem, num_filters: 48, filter_size: 3, pad: same}
      - Conv2D: {name: deep, incoming: stem, num_filters: 32, filter_size: 3, pad: same, nonlinearity: linear}
      - ElemwiseSum: {name: sum, incomings: [deep, stem], coeffs: [0.5, 2]}
      - MaxPool2D: {name: pool, incoming: stem, pool_size: 3, stride: 1, pad: 1}
      - LRN: {name: lrn, incoming: stem}
      - Nonlinearity: {name: bent, incoming: stem, nonlinearity: tanh}
      - BatchNorm: {name: scaled, incoming: stem}
      - ParametricRectifier: {name: sloped, incoming: stem}
      - Conv2D: {name: odd, incoming: stem, num_filters: 7, filter_size: 5, pad: same}
      - Concat: {incomings: [one, many, sum, pool, lrn, bent, scaled, sloped, odd]}
      - Conv2D: {num_filters: 24, filter_size: 1}
      - GlobalPool: {}
      """),
    Net(
      "the widest halo is everybody's", steps: [0, 0, 0], inPlace: [1, 1, 1],
      """
      outputs: [wide, narrow, small]
      layers:
        - Input: {name: x, shape: [null, 3, 9, 8]}
        - Conv2D: {name: a, num_filters: 16, filter_size: 3, pad: same}
        - Conv2D: {name: b, incoming: x, num_filters: 16, filter_size: 1}
        - Conv2D: {name: c, incoming: x, num_filters: 19, filter_size: 3, pad: same}
        - Concat: {name: all, incomings: [a, b, c]}
        - Conv2D: {name: wide, incoming: b, num_filters: 5, filter_size: 7, pad: same}
        - Conv2D: {name: narrow, incoming: all, num_filters: 17, filter_size: 3, pad: same}
        - GlobalPool: {name: small, incoming: c}
      """),
    Net(
      "dense blocks", steps: [0, 0, 2], inPlace: [4, 4, 2],
      """
      - Input: {name: x, shape: [null, 3, 8, 8]}
      - Conv2D: {name: stem, num_filters: 16, filter_size: 3, pad: same}
      - Conv2D: {name: f1, num_filters: 8, filter_size: 3, pad: same}
      - Concat: {name: c1, incomings: [stem, f1]}
      - Conv2D: {name: f2, num_filters: 8, filter_size: 3, pad: same}
      - Concat: {name: c2, incomings: [c1, f2]}
      - BatchNorm: {name: n3}
      - Nonlinearity: {}
      - Conv2D: {name: f3, num_filters: 24, filter_size: 3, pad: same}
      - Concat: {name: c3, incomings: [c1, f2, f3]}
      - MaxPool2D: {name: p3, pool_size: 2}
      - Conv2D: {name: f4, num_filters: 9, filter_size: 1}
      - Concat: {name: c4, incomings: [p3, f4]}
      - Conv2D: {num_filters: 10, filter_size: 3}
      """),
    Net(
      "a value in two results, the caller's, and twice", steps: [0, 0, 0], inPlace: [3, 3, 3],
      """
      outputs: [y, z, again]
      layers:
        - Input: {name: x, shape: [null, 16, 6, 6]}
        - Conv2D: {name: a, num_filters: 32, filter_size: 3, pad: same}
        - Conv2D: {name: b, incoming: x, num_filters: 48, filter_size: 3, pad: same}
        - Concat: {name: one, incomings: [a, x]}
        - Concat: {name: two, incomings: [a, b]}
        - Conv2D: {name: c, incoming: x, num_filters: 16, filter_size: 1}
        - Concat: {name: three, incomings: [c, c]}
        - Conv2D: {name: y, incoming: one, num_filters: 5, filter_size: 1}
        - Conv2D: {name: z, incoming: two, num_filters: 5, filter_size: 3, pad: same}
        - Conv2D: {name: again, incoming: three, num_filters: 5, filter_size: 3}
      """),
    Net(
      "channels that fill no block", steps: [1, 1, 1], inPlace: [0, 0, 0],
      """
      - Input: {name: x, shape: [null, 3, 6, 7]}
      - Conv2D: {name: a, num_filters: 18, filter_size: 3, pad: same}
      - Conv2D: {name: b, incoming: x, num_filters: 16, filter_size: 1}
      - Concat: {incomings: [a, b]}
      - Conv2D: {num_filters: 8, filter_size: 3, pad: same}
      """),
    Net(
      "an output that is read again", steps: [1, 1, 1], inPlace: [1, 1, 1],
      """
      outputs: [all, a, y]
      layers:
        - Input: {name: x, shape: [null, 3, 6, 7]}
        - Conv2D: {name: a, num_filters: 16, filter_size: 3, pad: same}
        - Conv2D: {name: b, incoming: x, num_filters: 32, filter_size: 1}
        - Concat: {name: all, incomings: [a, b]}
        - Reshape: {name: flat, incoming: x, shape: [[0], 3, 42]}
        - Reshape: {name: image, incoming: flat, shape: [[0], 6, 3, 7]}
        - MaxPool2D: {name: p, incoming: x, pool_size: [4, 1], stride: 1}
        - Concat: {name: plain, incomings: [image, image]}
        - Dense: {name: y, num_units: 4}
      """),
    Net(
      "plain images", steps: [0, 0, 0], inPlace: [1, 1, 1],
      """
      - Input: {name: x, shape: [null, 3, 7, 6]}
      - Nonlinearity: {name: a, nonlinearity: tanh}
      - BatchNorm: {name: b, incoming: x}
      - Nonlinearity: {name: c, incoming: b, nonlinearity: elu}
      - Concat: {incomings: [a, b, c]}
      """),
  ]

  @Test(arguments: nets, Agreement.targets)
  func agreesWithTheInterpreter(net: Net, target: String) throws {
    let target = try #require(TargetDescription.named(target))
    let network = try Networks.of(net.yaml, name: net.name)
    let place = target.instructionSets.contains(.avx512) ? 2 : target.instructionSets.contains(.avx2) ? 1 : 0
    for batch in [1, 3] {
      let plan = try Agreement(network, batch: batch).check(on: target, batch: batch).plan
      #expect(plan.steps.count { $0.op == .concat(axis: 1) } == net.steps[place])
      let gone = net.inPlace[place]
      #expect(plan.printed().contains("\(gone) concat\(gone == 1 ? "" : "s") in place") == (gone > 0))
    }
  }
}
