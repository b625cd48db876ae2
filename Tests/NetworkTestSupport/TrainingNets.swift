import Compiler
import NetIR

/// Small networks that have between them what steps of training are made of.
package enum TrainingNets {
  package static let all = [
    TrainingCase(
      name: "LeNet",
      yaml: """
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 20, filter_size: 5}
        - MaxPool2D: {pool_size: 2}
        - Conv2D: {num_filters: 33, filter_size: 5}
        - MaxPool2D: {pool_size: 2}
        - Dense: {num_units: 70}
        - Dense: {num_units: 10, nonlinearity: softmax}
        """),
    TrainingCase(
      name: "dropout",
      yaml: """
        - Input: {shape: [null, 3, 10, 10]}
        - Conv2D: {num_filters: 18, filter_size: 3, pad: same, nonlinearity: tanh}
        - Pool2D: {pool_size: 3, stride: 2, pad: 1, mode: average_exc_pad}
        - SpatialDropout: {p: 0.3}
        - Conv2D: {num_filters: 16, filter_size: 3, nonlinearity: elu}
        - Dropout: {p: 0.5}
        - Dense: {num_units: 10}
        - GaussianNoise: {sigma: 0.1}
        - Dense: {num_units: 5, nonlinearity: softmax}
        """),
    TrainingCase(
      name: "residual, batch normalisation",
      yaml: """
        - Input: {shape: [null, 3, 8, 8]}
        - Conv2D: {name: stem, num_filters: 16, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {name: a1, num_filters: 16, filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {name: a2, num_filters: 16, filter_size: 3, pad: same, batch_norm: true, nonlinearity: linear}
        - ElemwiseSum: {name: a, incomings: [stem, a2], nonlinearity: rectify}
        - Conv2D: {name: b1, num_filters: 32, filter_size: 3, stride: 2, pad: same, batch_norm: true}
        - Conv2D: {name: b2, num_filters: 32, filter_size: 3, pad: same, batch_norm: true, nonlinearity: linear}
        - Conv2D: {name: short, incoming: a, num_filters: 32, filter_size: 1, stride: 2, nonlinearity: linear}
        - ElemwiseSum: {name: b, incomings: [b2, short], nonlinearity: rectify}
        - GlobalPool: {}
        - Dense: {num_units: 5, nonlinearity: softmax}
        """),
    TrainingCase(
      name: "depthwise",
      yaml: """
        - Input: {shape: [null, 3, 11, 9]}
        - Conv2D: {num_filters: 20, filter_size: 3, stride: 2, pad: 1, batch_norm: true}
        - DepthwiseConv2D: {filter_size: 3, pad: same, batch_norm: true}
        - Conv2D: {num_filters: 24, filter_size: 1, batch_norm: true}
        - DepthwiseConv2D: {filter_size: 3, stride: 2, pad: 1, nonlinearity: swish}
        - GlobalPool: {}
        - Dense: {num_units: 5, nonlinearity: softmax}
        """),
    TrainingCase(
      name: "inception",
      yaml: """
        - Input: {name: x, shape: [null, 16, 7, 7]}
        - Conv2D: {name: one, num_filters: 16, filter_size: 1}
        - Conv2D: {name: reduce, incoming: x, num_filters: 8, filter_size: 1}
        - Conv2D: {name: three, num_filters: 32, filter_size: 3, pad: same}
        - MaxPool2D: {name: pooled, incoming: x, pool_size: 3, stride: 1, pad: 1}
        - Conv2D: {name: project, num_filters: 5, filter_size: 1}
        - Concat: {incomings: [one, three, project]}
        - LRN: {n: 3, alpha: 0.5, beta: 0.75, k: 1}
        - GlobalPool: {}
        - Dense: {num_units: 5, nonlinearity: softmax}
        """),
    TrainingCase(
      name: "other ops",
      yaml: """
        - Input: {name: x, shape: [null, 2, 6, 6]}
        - Conv2D: {name: down, num_filters: 6, filter_size: 3, stride: 2, pad: 1, nonlinearity: softplus}
        - ParametricRectifier: {}
        - TransposedConv2D: {num_filters: 4, filter_size: 4, stride: 2, crop: 1}
        - Conv2D: {num_filters: 3, filter_size: 3, pad: same, nonlinearity: gelu}
        - RandomizedRectifier: {}
        - GlobalPool: {mode: max}
        """, objectives: [Objective(.huber(delta: 0.3))]),
    TrainingCase(
      name: "a formula",
      yaml: """
        - Input: {shape: [null, 1, 6, 6]}
        - Conv2D: {num_filters: 3, filter_size: 3, pad: same}
        - Conv2D: {num_filters: 2, filter_size: 3, nonlinearity: sigmoid}
        """,
      objectives: [
        Objective(
          .sum(
            .reduction(.mean, .product(.weight, .power(.difference(.prediction, .target), 2))),
            .function(
              .squareRoot,
              .sum(
                .number(0.1),
                .reduction(.max, .function(.absolute, .difference(.prediction, .reduction(.mean, .target))))))))
      ]),
  ]
}
