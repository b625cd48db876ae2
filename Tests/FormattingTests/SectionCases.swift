/// The sections beside the layers.
enum SectionCases {
  static let all: [CorpusTests.Case] = [
    .init(
      "blocks, let, defaults",
      """
      let:
        growth: 8
        rate:   0.5
      defaults: {DropoutLayer: {p: $rate}, "Conv2DLayer":
        {nonlinearity: linear, pad: same}}
      blocks:
         unit:   # grows
            parameters:
              width: required    # how many
              depth: 1
            layers:
            - [c, Conv2DLayer, {filter_size: 3, repeat: $depth, num_filters: $width}]
            - ConcatLayer: {incomings: [input, c]}
         unused: {layers: [FlattenLayer, {Dense: {num_units: "$growth"}}]}
      layers:
        - Input: {shape: [null, 3, 8, 8]}
        - unit: {depth: 1, width: $growth, name: u}
        - unit: {width: "${growth * 2}"}
        - Dropout: {}

      """,
      """
      let:
        growth: 8
        rate: 0.5
      defaults:
        Dropout: {p: $rate}
        Conv2D:  {pad: same, nonlinearity: linear}
      blocks:
        unit:   # grows
          parameters: {width: required,   # how many
                       depth: 1}
          layers:
            - Conv2D: {name: c, repeat: $depth, num_filters: $width, filter_size: 3}
            - Concat: {incomings: [input, c]}
        unused:
          layers:
            - Flatten: {}
            - Dense:   {num_units: $growth}
      layers:
        - Input:   {shape: [null, 3, 8, 8]}
        - unit:    {name: u, width: $growth, depth: 1}
        - unit:    {width: "${growth * 2}"}
        - Dropout: {}

      """),
    .init(
      "data and train keep their style",
      """
      layers: [Input: {shape: [null, 4]}, Dense: {num_units: 2}]
      data:
          train: {npz: {file: "a.npz"}}
          test: {npz: {file: b.npz}}
          preprocess:
          - scale: [ 0,1 ]
          -
            divide: 2
          - { multiply: 3 }
      train:
        update:
            adam:
                learning_rate:   0.001
        schedule: {plateau: {factor: 0.5, patience: 3}}
        max_epochs:    20

      """,
      """
      layers:
        - Input: {shape: [null, 4]}
        - Dense: {num_units: 2}
      data:
        train: {npz: {file: a.npz}}
        test:  {npz: {file: b.npz}}
        preprocess:
          - scale: [0, 1]
          - divide: 2
          - {multiply: 3}
      train:
        update:
          adam:
            learning_rate: 0.001
        schedule: {plateau: {factor: 0.5, patience: 3}}
        max_epochs: 20

      """),
    .init(
      "flat keys join the section there is, unless it says the same",
      """
      layers: [[in, Input, {shape: [null, 4]}], Dense: {num_units: 2}]
      max_epochs: 3
      update: sgd
      train: {max_epochs: 4}

      """,
      """
      layers:
        - Input: {name: in, shape: [null, 4]}
        - Dense: {num_units: 2}
      max_epochs: 3
      train: {max_epochs: 4, update: sgd}

      """),
    .init(
      "nolearn's classification",
      """
      layers: [[in, Input, {shape: [null, 4]}], [out, Dense, {num_units: 2, nonlinearity: softmax}]]
      max_epochs: 9
      regression: false

      """,
      """
      layers:
        - Input: {name: in, shape: [null, 4]}
        - Dense: {name: out, num_units: 2, nonlinearity: softmax}
      train:
        objective: categorical_crossentropy
        max_epochs: 9

      """),
    .init(
      "nolearn's loss function",
      """
      layers: [[in, Input, {shape: [null, 4]}], [out, Dense, {num_units: 2, nonlinearity: sigmoid}]]
      objective_loss_function: binary_crossentropy   # per unit

      """,
      """
      layers:
        - Input: {name: in, shape: [null, 4]}
        - Dense: {name: out, num_units: 2, nonlinearity: sigmoid}
      train:
        objective: binary_crossentropy   # per unit

      """),
    .init(
      "what has no certain meaning stays",
      """
      layers: [[in, Input, {shape: [null, 4]}], [out, Dense, {num_units: 3}]]
      update_learning_rate: 0.5
      regression: true
      objective: squared_error
      eval_size: 0.2

      """,
      """
      layers:
        - Input: {name: in, shape: [null, 4]}
        - Dense: {name: out, num_units: 3}
      update_learning_rate: 0.5
      regression: true
      objective: squared_error
      eval_size: 0.2

      """),
    .init(
      "long lists are filled",
      """
      layers: [Input: {shape: [null, 4]}, Dense: {num_units: 2}]
      classes: [a_rather_long_name, a_rather_long_name, a_rather_long_name, a_rather_long_name, a_rather_long_name, b]

      """,
      """
      classes: [a_rather_long_name, a_rather_long_name, a_rather_long_name, a_rather_long_name,
                a_rather_long_name, b]
      layers:
        - Input: {shape: [null, 4]}
        - Dense: {num_units: 2}

      """),
  ]
}
