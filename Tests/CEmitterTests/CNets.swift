import NetworkTestSupport

/// Networks of the layers that `LayerNets` leaves out, and of what is peculiar to C.
enum CNets {
  static let all = LayerNets.all + otherLayers + convolutions + memory

  static let otherLayers: [LayerNets.Net] = [
    .init(
      name: "rows",
      yaml: """
        - Input: {shape: [null, 4, 40]}
        - Conv1D: {num_filters: 6, filter_size: 5, stride: 2, pad: same}
        - MaxPool1D: {pool_size: 3, stride: 2, pad: 1}
        - Conv1D: {num_filters: 5, filter_size: 3, pad: full}
        - InstanceNorm: {}
        """),
    .init(
      name: "boxes",
      yaml: """
        - Input: {shape: [null, 2, 5, 6, 7]}
        - Conv3D: {num_filters: 4, filter_size: 3, pad: same}
        - MaxPool3D: {pool_size: 2}
        - LayerNorm: {}
        - Dense: {num_units: 3}
        """),
    .init(
      name: "growing",
      yaml: """
        - Input: {shape: [null, 3, 5, 4]}
        - TransposedConv2D: {num_filters: 4, filter_size: 4, stride: 2, crop: 1}
        - DepthwiseConv2D: {filter_size: 3, pad: same}
        - Upscale2D: {scale_factor: [2, 3], mode: bilinear}
        - Upscale2D: {scale_factor: 2}
        - NIN: {num_units: 5}
        - LocallyConnected2D: {num_filters: 2, filter_size: 3, pad: same}
        - SpatialPyramidPooling: {pool_dims: [4, 2, 1]}
        """),
    .init(
      name: "per-channel",
      yaml: """
        - Input: {shape: [null, 6, 5, 4]}
        - Standardization: {}
        - ParametricRectifier: {}
        - RandomizedRectifier: {}
        - Bias: {}
        - Scale: {}
        - SpatialDropout: {}
        - GaussianNoise: {}
        - FeaturePool: {pool_size: 2}
        - Dimshuffle: {pattern: [0, 2, 3, 1]}
        - Slice: {indices: "1:4", axis: 1}
        - Flatten: {}
        - ParametricRectifier: {}
        """),
    .init(
      name: "merges",
      yaml: """
        outputs: [a, b, c, d]
        layers:
          - Input: {name: x, shape: [null, 3, 4, 4]}
          - Conv2D: {name: y, num_filters: 3, filter_size: 3, pad: same}
          - ElemwiseMerge: {name: a, incomings: [x, y], operation: mul}
          - ElemwiseMerge: {name: b, incomings: [x, y, a], operation: max}
          - ElemwiseMerge: {name: c, incomings: [x, y], operation: min}
          - ElemwiseMerge: {name: d, incomings: [x, y, b], operation: mean}
        """),
  ]

  /// Strides, paddings, dilations and groups that copy rows by phases, and counts that nothing divides.
  static let convolutions: [LayerNets.Net] = [
    .init(
      name: "phases",
      yaml: """
        - Input: {shape: [null, 3, 29, 31]}
        - Conv2D: {num_filters: 8, filter_size: 5, stride: 2, pad: 2}
        - Conv2D: {num_filters: 11, filter_size: [3, 1], stride: [3, 2], pad: [1, 0]}
        - Conv2D: {num_filters: 13, filter_size: 2, stride: 2, dilation: 3, pad: 2}
        """),
    .init(
      name: "large-filters",
      yaml: """
        - Input: {shape: [null, 2, 33, 37]}
        - Conv2D: {num_filters: 4, filter_size: 11, stride: 4, pad: 5}
        - Conv2D: {num_filters: 6, filter_size: [1, 10], pad: same, dilation: [1, 1]}
        - Conv2D: {num_filters: 5, filter_size: [7, 2], pad: same, stride: [2, 1]}
        """),
    .init(
      name: "long-filters",
      yaml: """
        - Input: {shape: [null, 1, 200]}
        - Conv1D: {num_filters: 3, filter_size: 13, stride: 3, pad: 6}
        - Conv1D: {num_filters: 4, filter_size: 24, pad: same, dilation: 2}
        - Conv1D: {num_filters: 3, filter_size: 17, stride: 2, dilation: 2, pad: full}
        """),
    .init(
      name: "pooled",
      yaml: """
        - Input: {shape: [null, 3, 23, 22]}
        - Conv2D: {num_filters: 6, filter_size: 3, nonlinearity: tanh}
        - MaxPool2D: {pool_size: [3, 2]}
        - Conv2D: {num_filters: 7, filter_size: 3, pad: same, nonlinearity: {leaky_rectify: {leakiness: -0.5}}}
        - MaxPool2D: {pool_size: 2}
        - Conv2D: {num_filters: 5, filter_size: 1, nonlinearity: swish}
        - MaxPool2D: {pool_size: 3, stride: 1}
        """),
    .init(
      name: "one-pixel",
      yaml: """
        - Input: {shape: [null, 1, 1, 1]}
        - Conv2D: {num_filters: 1, filter_size: 3, pad: same}
        - Conv2D: {num_filters: 2, filter_size: 1}
        - BatchNorm: {}
        - Dense: {num_units: 1}
        """),
  ]

  /// What shares memory.
  static let memory: [LayerNets.Net] = [
    .init(
      name: "concat-of-concats",
      yaml: """
        - Input: {name: x, shape: [null, 3, 6, 6]}
        - Conv2D: {name: a, num_filters: 4, filter_size: 3, pad: same}
        - Concat: {name: b, incomings: [x, a]}
        - Conv2D: {name: c, num_filters: 4, filter_size: 3, pad: same}
        - Concat: {name: d, incomings: [b, c]}
        - Concat: {name: e, incomings: [c, d, a]}
        - Nonlinearity: {name: f, nonlinearity: tanh}
        - Concat: {name: g, incomings: [f]}
        - Concat: {name: h, incomings: [g, e, g]}
        - Conv2D: {num_filters: 3, filter_size: 1}
        """),
    .init(
      name: "outputs-in-parts",
      yaml: """
        outputs: [b, all, flat, b, x]
        layers:
          - Input: {name: x, shape: [null, 2, 4, 4]}
          - Conv2D: {name: a, num_filters: 3, filter_size: 3, pad: same}
          - Conv2D: {name: b, incoming: x, num_filters: 2, filter_size: 1}
          - Concat: {name: all, incomings: [a, b]}
          - Flatten: {name: flat, incoming: all}
          - Dense: {num_units: 2}
        """),
    .init(
      name: "shortcut-of-itself",
      yaml: """
        - Input: {name: x, shape: [null, 4, 7, 7]}
        - Conv2D: {name: a, num_filters: 4, filter_size: 1}
        - Conv2D: {name: b, num_filters: 4, filter_size: 3, pad: same, nonlinearity: linear}
        - ElemwiseSum: {name: c, incomings: [a, b], nonlinearity: rectify}
        - ElemwiseSum: {name: d, incomings: [c, x]}
        - Dense: {name: e, num_units: 9}
        - Dense: {name: f, num_units: 9, nonlinearity: linear}
        - ElemwiseSum: {name: g, incomings: [f, e], nonlinearity: tanh}
        - Nonlinearity: {nonlinearity: softmax}
        """),
    .init(
      name: "names",
      yaml: """
        outputs: [B, b, copy_floats]
        layers:
          - Input: {name: a, shape: [null, 2, 3, 3]}
          - Input: {name: A, shape: [null, 4]}
          - Conv2D: {name: rectify, incoming: a, num_filters: 3, filter_size: 2}
          - Nonlinearity: {name: larger, nonlinearity: softmax}
          - Pool2D: {name: sum, pool_size: 2}
          - Dense: {name: b, num_units: 2}
          - Dense: {name: B, incoming: A, num_units: 3}
          - Dropout: {name: copy_floats, incoming: A}
        """),
    .init(
      name: "for",
      yaml: """
        - Input: {name: float, shape: [null, 4]}
        - Dense: {name: conv2d, num_units: 3}
        - Dense: {name: expf, num_units: 3, nonlinearity: sigmoid}
        - Dense: {name: arena, num_units: 3}
        - Dense: {name: for_run, num_units: 3}
        - Dense: {name: größe, num_units: 2, nonlinearity: softmax}
        """),
  ]
}
