/// Branches, shapes and nonlinearities.
extension LayerNets {
  package static let joins = [
    Net(
      name: "concat-of-unaligned-channels",
      yaml: """
        - Input: {name: x, shape: [null, 3, 8, 8]}
        - Conv2D: {name: a, num_filters: 5, filter_size: 1}
        - Conv2D: {name: b, incoming: x, num_filters: 17, filter_size: 3, pad: same}
        - Conv2D: {name: c, incoming: x, num_filters: 8, filter_size: 5, pad: same}
        - MaxPool2D: {name: d, incoming: x, pool_size: 3, stride: 1, pad: 1}
        - Concat: {name: all, incomings: [a, b, c, d, x]}
        - Conv2D: {num_filters: 16, filter_size: 3, pad: same}
        - Concat: {incomings: [all, all]}
        """),
    Net(
      name: "concat-along-other-axes",
      yaml: """
        outputs: [rows, columns, features, last]
        layers:
          - Input: {name: x, shape: [null, 3, 6, 6]}
          - Conv2D: {name: a, num_filters: 9, filter_size: 1}
          - Conv2D: {name: b, incoming: x, num_filters: 9, filter_size: 3, pad: same}
          - Concat: {name: rows, incomings: [a, b], axis: 2}
          - Concat: {name: columns, incomings: [a, b], axis: -1}
          - Dense: {name: c, incoming: x, num_units: 7}
          - Dense: {name: d, incoming: x, num_units: 4}
          - Concat: {name: features, incomings: [c, d]}
          - Reshape: {name: e, incoming: x, shape: [[0], 3, 36]}
          - Concat: {name: last, incomings: [e, e], axis: 2}
        """),
    Net(
      name: "sums",
      yaml: """
        - Input: {name: x, shape: [null, 3, 6, 6]}
        - Conv2D: {name: a, num_filters: 11, filter_size: 1, nonlinearity: linear}
        - Conv2D: {name: b, incoming: x, num_filters: 11, filter_size: 3, pad: same, nonlinearity: linear}
        - Conv2D: {name: c, incoming: x, num_filters: 11, filter_size: 5, pad: same, nonlinearity: linear}
        - ElemwiseSum: {name: s, incomings: [a, b, c], coeffs: [1, -0.5, 2], nonlinearity: tanh}
        - ElemwiseSum: {name: t, incomings: [s, a], coeffs: 0.5}
        - ElemwiseSum: {name: u, incomings: [t, b, s]}
        - ElemwiseSum: {incomings: [u], coeffs: -1}
        """),
    Net(
      name: "several-inputs-and-outputs",
      yaml: """
        outputs: [score, left, both]
        layers:
          - Input: {name: image, shape: [null, 1, 8, 8]}
          - Conv2D: {name: left, num_filters: 6, filter_size: 3, pad: same}
          - Input: {name: vector, shape: [null, 12]}
          - Dense: {name: right, num_units: 6}
          - GlobalPool: {name: pooled, incoming: left}
          - Concat: {name: both, incomings: [pooled, right]}
          - Dense: {name: score, num_units: 3, nonlinearity: softmax}
        """),
    Net(
      name: "outputs-that-are-read-again",
      yaml: """
        outputs: [a, flat, d, again, x]
        layers:
          - Input: {name: x, shape: [null, 3, 6, 6]}
          - Conv2D: {name: a, num_filters: 8, filter_size: 3, pad: same}
          - Conv2D: {name: b, num_filters: 8, filter_size: 3, pad: same}
          - Flatten: {name: flat, incoming: a}
          - Dense: {name: d, num_units: 5}
          - Dense: {name: e, num_units: 5}
          - Dropout: {name: again, incoming: d}
        """),
    Net(
      name: "tied-weights",
      yaml: """
        - Input: {name: x, shape: [null, 4, 6, 6]}
        - Conv2D: {name: a, num_filters: 4, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {name: b, num_filters: 4, filter_size: 3, pad: same, W: a}
        - Conv2D: {name: c, num_filters: 4, filter_size: 3, stride: 2, pad: 1, W: a, b: b}
        - Dense: {name: d, num_units: 36}
        - Dense: {name: e, num_units: 36, W: d, b: d}
        """),
  ]

  package static let reshapes = [
    Net(
      name: "dense-on-images",
      yaml: """
        - Input: {name: x, shape: [null, 5, 4, 3]}
        - Conv2D: {num_filters: 7, filter_size: 3, pad: same}
        - Dense: {num_units: 65, b: null}
        - Dense: {num_units: 1}
        - Dense: {num_units: 10, nonlinearity: softmax}
        """),
    Net(
      name: "leading-axes",
      yaml: """
        - Input: {name: x, shape: [null, 3, 4, 5]}
        - Dense: {num_units: 6, num_leading_axes: 3}
        - Dense: {num_units: 8, num_leading_axes: 2, nonlinearity: tanh}
        - Dense: {num_units: 9, num_leading_axes: -1}
        - BatchNorm: {}
        - Nonlinearity: {nonlinearity: swish}
        """),
    Net(
      name: "pad-layer",
      yaml: """
        - Input: {shape: [null, 3, 5, 6]}
        - Pad: {width: 2}
        - Conv2D: {num_filters: 9, filter_size: 3}
        - Pad: {width: [[1, 0], 3], value: -0.5}
        - Conv2D: {num_filters: 4, filter_size: 3, pad: same}
        - Pad: {width: [[1, 2], 0, 1], batch_ndim: 1, value: 1.5}
        """),
    Net(
      name: "reshapes",
      yaml: """
        - Input: {shape: [null, 4, 6, 2]}
        - Reshape: {shape: [[0], 2, 6, -1]}
        - Conv2D: {num_filters: 6, filter_size: 3, pad: same}
        - Reshape: {shape: [[0], 3, [2], 8]}
        - MaxPool2D: {pool_size: 2}
        - Flatten: {outdim: 3}
        - Flatten: {}
        - Reshape: {shape: [[0], 4, 3, 3]}
        - Conv2D: {num_filters: 5, filter_size: 2}
        """),
    Net(name: "nothing", yaml: "- Input: {shape: [null, 3, 4, 4]}"),
  ]

  package static let nonlinearities = [
    Net(
      name: "nonlinearities-fused",
      yaml: """
        - Input: {name: x, shape: [null, 3, 5, 5]}
        - Conv2D: {name: a, num_filters: 5, filter_size: 3, nonlinearity: null}
        - Conv2D: {name: b, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: rectify}
        - Conv2D: {name: c, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: leaky_rectify}
        - Conv2D: {name: d, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: very_leaky_rectify}
        - Conv2D: {name: e, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: elu}
        - Conv2D: {name: f, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: selu}
        - Conv2D: {name: g, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: softplus}
        - Conv2D: {name: h, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: sigmoid}
        - Conv2D: {name: i, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: tanh}
        - Conv2D: {name: j, incoming: x, num_filters: 5, filter_size: 3,
                   nonlinearity: {scaled_tanh: {scale_in: 0.6666, scale_out: 1.7159}}}
        - Conv2D: {name: k, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: swish}
        - Conv2D: {name: l, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: hard_swish}
        - Conv2D: {name: m, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: gelu}
        - Conv2D: {name: n, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: softmax}
        - Conv2D: {name: o, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: {clip: {min: -0.2, max: 0.3}}}
        - Conv2D: {name: r, incoming: x, num_filters: 5, filter_size: 3, nonlinearity: relu6}
        - Concat: {incomings: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, r]}
        """),
    Net(
      name: "nonlinearities-apart",
      yaml: """
        - Input: {name: x, shape: [null, 3, 5, 5]}
        - MaxPool2D: {name: p, pool_size: 2}
        - Nonlinearity: {name: b, nonlinearity: rectify}
        - Nonlinearity: {name: c, incoming: p, nonlinearity: {leaky_rectify: {leakiness: 0.2}}}
        - Nonlinearity: {name: e, incoming: p, nonlinearity: elu}
        - Nonlinearity: {name: f, incoming: p, nonlinearity: selu}
        - Nonlinearity: {name: g, incoming: p, nonlinearity: softplus}
        - Nonlinearity: {name: h, incoming: p, nonlinearity: sigmoid}
        - Nonlinearity: {name: i, incoming: p, nonlinearity: tanh}
        - Nonlinearity: {name: k, incoming: p, nonlinearity: swish}
        - Nonlinearity: {name: l, incoming: p, nonlinearity: hard_swish}
        - Nonlinearity: {name: m, incoming: p, nonlinearity: gelu}
        - Nonlinearity: {name: n, incoming: p, nonlinearity: softmax}
        - Nonlinearity: {name: o, incoming: p, nonlinearity: {clip: {min: -0.2, max: 0.3}}}
        - ElemwiseSum: {incomings: [b, c, e, f, g, h, i, k, l, m, n, o]}
        """),
    Net(
      name: "softmax-on-images",
      yaml: """
        - Input: {shape: [null, 3, 6, 5]}
        - Conv2D: {num_filters: 21, filter_size: 3, pad: same, nonlinearity: softmax}
        - Conv2D: {num_filters: 4, filter_size: 1, nonlinearity: linear}
        - Nonlinearity: {nonlinearity: softmax}
        """),
  ]
}
