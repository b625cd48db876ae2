/// The spellings of layers, the order of keys, columns and long lines.
enum SpellingCases {
  static let all: [CorpusTests.Case] = [
    .init(
      "three spellings and a bare type",
      """
      layers:
      - [in, InputLayer]
      - [Conv2DDNNLayer, {num_filters: 4, filter_size: 3}]
      - [pool, MaxPool2DLayer, {pool_size: 2}]
      - FlattenLayer
      - [Dropout]
      - Dropout:
      - DenseLayer:
          num_units: 3
      in_shape: [null, 1, 8, 8]

      """,
      """
      layers:
        - Input:     {name: in, shape: [null, 1, 8, 8]}
        - Conv2D:    {num_filters: 4, filter_size: 3}
        - MaxPool2D: {name: pool, pool_size: 2}
        - Flatten:   {}
        - Dropout:   {}
        - Dropout:   {}
        - Dense:     {num_units: 3}

      """),
    .init(
      "nolearn, word for word",
      """
      layers:
        - [input,  InputLayer]
        - [conv1,  Conv2DLayer]
        - [conv1_b, Conv2DLayer]
        - [output, DenseLayer]
      input_shape: [null, 1, 96, 96]
      conv1_num_filters: 32
      conv1_b_num_filters: 16
      conv1_b_filter_size: 2
      conv1_filter_size: [3, 3]
      output_num_units: 30
      output_nonlinearity: null
      regression: true
      update: nesterov_momentum
      update_learning_rate: 0.01
      update_momentum: 0.9
      max_epochs: 1000

      """,
      """
      layers:
        - Input:  {name: input, shape: [null, 1, 96, 96]}
        - Conv2D: {name: conv1, num_filters: 32, filter_size: [3, 3]}
        - Conv2D: {name: conv1_b, num_filters: 16, filter_size: 2}
        - Dense:  {name: output, num_units: 30, nonlinearity: null}
      train:
        objective: squared_error
        update: {nesterov_momentum: {learning_rate: 0.01, momentum: 0.9}}
        max_epochs: 1000

      """),
    .init(
      "order of keys",
      """
      layers:
        - Input: {shape: [null, 3, 8, 8], name: in}
        - Conv2D: {b: null, pad: same, filter_size: 3, num_filters: 3, repeat: 2, incoming: in, name: a, when: true}
        - ElemwiseSum: {nonlinearity: rectify, incomings: [in, a_1], coeffs: [1, 0.5]}

      """,
      """
      layers:
        - Input: {name: in, shape: [null, 3, 8, 8]}
        - Conv2D: {name: a, incoming: in, when: true, repeat: 2,
                   num_filters: 3, filter_size: 3, pad: same, b: null}
        - ElemwiseSum: {incomings: [in, a_1], coeffs: [1, 0.5], nonlinearity: rectify}

      """),
    .init(
      "columns end at empty lines and at layers of several lines",
      """
      layers:
        - Input: {shape: [null, 3, 8, 8]}
        # a comment does not part columns
        - GlobalPool: {}

        - Dense: {num_units: 3, W: {normal: {std: 0.01, mean: 0.0}}, b: {uniform: {range: 0.25}}, name: hidden_layer_1}
        - Dense: {num_units: 4}
        - Dropout: {}

      """,
      """
      layers:
        - Input:      {shape: [null, 3, 8, 8]}
        # a comment does not part columns
        - GlobalPool: {}

        - Dense: {name: hidden_layer_1, num_units: 3, W: {normal: {std: 0.01, mean: 0.0}},
                  b: {uniform: {range: 0.25}}}
        - Dense:   {num_units: 4}
        - Dropout: {}

      """),
    .init(
      "a column that makes a line too long leaves it out",
      """
      layers:
        - Input: {shape: [null, 3, 8, 8]}
        - Conv2D: {name: a, num_filters: 3, filter_size: 3, pad: same, W: {normal: {std: 0.0123456}}, b: 0}
        - GlobalPool: {}

      """,
      """
      layers:
        - Input: {shape: [null, 3, 8, 8]}
        - Conv2D: {name: a, num_filters: 3, filter_size: 3, pad: same, W: {normal: {std: 0.0123456}},
                   b: 0}
        - GlobalPool: {}

      """),
    .init(
      "JSON",
      """
      {"name": "json", "layers": [
        {"Input": {"shape": [null, 1, 8, 8]}},
        {"Conv2D": {"filter_size": [3, 3], "num_filters": 2,
                    "nonlinearity": {"leaky_rectify": {"leakiness": 0.2}}}},
        ["out", "DenseLayer", {"num_units": 10}]
      ], "data": {"preprocess": [{"scale": [0, 1]}]}, "classes": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "nine"]}
      """,
      """
      name: json
      classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", nine]
      layers:
        - Input:  {shape: [null, 1, 8, 8]}
        - Conv2D: {num_filters: 2, filter_size: [3, 3], nonlinearity: {leaky_rectify: {leakiness: 0.2}}}
        - Dense:  {name: out, num_units: 10}
      data: {preprocess: [{scale: [0, 1]}]}

      """),
    .init(
      "scalars keep their spelling, quotes go where they can",
      """
      let: {width: 4, "half": 0.5}
      layers:
        - 'Input': {shape: [~, 0x1, 8, 8], name: "in"}
        - Dense: {num_units: "${width * 2}", name: 'rest$width', b: }
        - Dense: {num_units: "$width", name: "1", W: {constant: {value: 1.0e-4}}, nonlinearity: Null}
        - Dense: {num_units: 10, nonlinearity: "linear", name: 'no'}

      """,
      """
      let: {width: 4, half: 0.5}
      layers:
        - Input: {name: in, shape: [null, 0x1, 8, 8]}
        - Dense: {name: 'rest$width', num_units: "${width * 2}", b: null}
        - Dense: {name: "1", num_units: $width, W: {constant: {value: 1.0e-4}}, nonlinearity: null}
        - Dense: {name: 'no', num_units: 10, nonlinearity: linear}

      """),
    .init(
      "wide letters",
      """
      layers:
        - Input: {shape: [null, 3], name: 入口}
        - Dense: {num_units: 3, name: größe}   # 大
        - Dropout: {}   # é

      """,
      """
      layers:
        - Input:   {name: 入口, shape: [null, 3]}
        - Dense:   {name: größe, num_units: 3}   # 大
        - Dropout: {}                            # é

      """),
  ]
}
