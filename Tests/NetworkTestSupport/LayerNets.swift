/// Small networks that between them use every layer and every option of the language.
package enum LayerNets {
  package struct Net: Sendable, CustomStringConvertible {
    package var name: String
    package var yaml: String
    package var description: String { name }

    package init(name: String, yaml: String) { (self.name, self.yaml) = (name, yaml) }
  }

  package static let all = convolutions + pooling + joins + reshapes + nonlinearities

  package static let convolutions = [
    Net(
      name: "groups",
      yaml: """
        - Input: {shape: [null, 6, 9, 9]}
        - Conv2D: {num_filters: 10, filter_size: 3, pad: same, num_groups: 2}
        - Conv2D: {num_filters: 40, filter_size: 1, num_groups: 5}
        - Conv2D: {num_filters: 32, filter_size: 3, num_groups: 4, b: null, nonlinearity: tanh}
        """),
    Net(
      name: "depthwise",
      yaml: """
        - Input: {shape: [null, 5, 11, 10]}
        - Conv2D: {num_filters: 5, filter_size: 3, num_groups: 5, pad: same}
        - Conv2D: {num_filters: 20, filter_size: 1}
        - Conv2D: {num_filters: 20, filter_size: [5, 3], num_groups: 20, stride: 2, pad: 1, batch_norm: true}
        - Conv2D: {num_filters: 40, filter_size: 3, num_groups: 20, pad: full, dilation: 2}
        """),
    Net(
      name: "dilation-and-stride",
      yaml: """
        - Input: {shape: [null, 3, 17, 15]}
        - Conv2D: {num_filters: 9, filter_size: 3, dilation: 2, pad: same}
        - Conv2D: {num_filters: 17, filter_size: [3, 2], dilation: [1, 3], stride: [2, 1]}
        - Conv2D: {num_filters: 8, filter_size: 3, stride: 3, pad: same_upper}
        """),
    Net(
      name: "lopsided-padding",
      yaml: """
        - Input: {shape: [null, 1, 7, 8]}
        - Conv2D: {num_filters: 3, filter_size: 4, pad: [[3, 0], [1, 2]]}
        - Conv2D: {num_filters: 6, filter_size: 2, pad: same}
        - MaxPool2D: {pool_size: 3, stride: 2, pad: [[2, 1], [0, 1]], round: ceil}
        - Conv2D: {num_filters: 5, filter_size: 3, stride: 2, pad: [[0, 2], [2, 0]]}
        """),
    Net(
      name: "untied-biases",
      yaml: """
        - Input: {shape: [null, 4, 6, 5]}
        - Conv2D: {num_filters: 12, filter_size: 3, pad: same, untie_biases: true}
        - Conv2D: {num_filters: 7, filter_size: 3, untie_biases: true, nonlinearity: linear}
        """),
    Net(
      name: "batch-norms",
      yaml: """
        - Input: {shape: [null, 3, 8, 8]}
        - BatchNorm: {}
        - Conv2D: {num_filters: 12, filter_size: 3, batch_norm: true}
        - BatchNorm: {gamma: null, epsilon: 0.01}
        - Conv2D: {num_filters: 10, filter_size: 3, pad: 1}
        - BatchNorm: {beta: null}
        - Nonlinearity: {nonlinearity: elu}
        - Dense: {num_units: 9, batch_norm: true, nonlinearity: tanh}
        - BatchNorm: {}
        """),
    Net(
      name: "residual-blocks",
      yaml: """
        - Input: {shape: [null, 3, 12, 12]}
        - Conv2D: {name: stem, num_filters: 16, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {name: a1, num_filters: 16, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {name: a2, num_filters: 16, filter_size: 3, pad: same, batch_norm: true, nonlinearity: linear}
        - ElemwiseSum: {name: a, incomings: [stem, a2], nonlinearity: rectify}
        - Conv2D: {name: b1, num_filters: 20, filter_size: 3, stride: 2, pad: same, batch_norm: true}
        - Conv2D: {name: b2, num_filters: 20, filter_size: 3, pad: same, batch_norm: true, nonlinearity: linear}
        - Conv2D: {name: short, incoming: a, num_filters: 20, filter_size: 1, stride: 2, batch_norm: true,
                   nonlinearity: linear}
        - ElemwiseSum: {name: b, incomings: [b2, short], nonlinearity: rectify}
        - ElemwiseSum: {name: twice, incomings: [b, b]}
        - GlobalPool: {}
        - Dense: {name: c, num_units: 20}
        - Dense: {name: d, num_units: 20, nonlinearity: linear}
        - ElemwiseSum: {incomings: [d, c], nonlinearity: sigmoid}
        """),
  ]

  package static let pooling = [
    Net(
      name: "pooling",
      yaml: """
        - Input: {name: x, shape: [null, 5, 11, 10]}
        - MaxPool2D: {name: a, pool_size: 3, stride: 2, pad: 1}
        - Pool2D: {name: b, incoming: x, pool_size: 3, stride: 2, pad: 1, mode: average_exc_pad}
        - Pool2D: {name: c, incoming: x, pool_size: 3, stride: 2, pad: 1, mode: average_inc_pad}
        - Pool2D: {name: d, incoming: x, pool_size: 3, stride: 2, pad: 1, mode: l2}
        - Pool2D: {name: e, incoming: x, pool_size: 3, stride: 2, pad: 1, mode: max}
        - Concat: {incomings: [a, b, c, d, e]}
        - Conv2D: {num_filters: 9, filter_size: 3}
        """),
    Net(
      name: "pooling-up",
      yaml: """
        - Input: {name: x, shape: [null, 3, 10, 9]}
        - Conv2D: {name: y, num_filters: 18, filter_size: 1, nonlinearity: linear}
        - MaxPool2D: {name: a, pool_size: [3, 2], stride: 2, round: ceil}
        - Pool2D: {name: b, incoming: y, pool_size: [3, 2], stride: 2, round: ceil, mode: average_exc_pad}
        - Pool2D: {name: c, incoming: y, pool_size: [3, 2], stride: 2, round: ceil, mode: average_inc_pad}
        - Pool2D: {name: d, incoming: y, pool_size: [3, 2], stride: 2, round: ceil, mode: l2}
        - ElemwiseSum: {incomings: [a, b, c, d]}
        """),
    Net(
      name: "global-pooling",
      yaml: """
        outputs: [a, b, c, d]
        layers:
          - Input: {name: x, shape: [null, 3, 7, 5]}
          - GlobalPool: {name: d, mode: max}
          - Conv2D: {name: y, incoming: x, num_filters: 19, filter_size: 3, pad: same}
          - GlobalPool: {name: a, mode: mean}
          - GlobalPool: {name: b, incoming: y, mode: max}
          - GlobalPool: {name: c, incoming: y, mode: l2}
        """),
    Net(
      name: "local-response",
      yaml: """
        - Input: {shape: [null, 3, 8, 8]}
        - LRN: {n: 3, alpha: 0.5, beta: 0.75, k: 1}
        - Conv2D: {num_filters: 21, filter_size: 3}
        - LRN: {n: 5, alpha: 1.0, alpha_over_n: true, beta: 0.5, k: 2}
        - LRN: {n: 7, alpha: 0.3, beta: 1.3, k: 1.5}
        - LRN: {n: 3, alpha: 0.9, alpha_over_n: true, k: 1, region: within_channel}
        - Conv2D: {num_filters: 8, filter_size: 3, pad: same}
        """),
  ]
}
