/// Comments and empty lines everywhere.
enum CommentCases {
  static let all: [CorpusTests.Case] = [
    .init(
      "above, behind, below",
      """
      # heads the file


      # second
      name:   x    # the name
      layers:   # the stack
      # above the first
        - Input: {shape: [null, 3]} # one
        -   # behind a dash
          Dense: {num_units: 3}      # three


        # above the last
        - Dense: {num_units: 2}
        # below the last
            # deeper

      # above data
      data:
         # inside
         preprocess: [{scale: [0, 1]}]
         # at the end of data
      # at the end
      """,
      """
      # heads the file

      # second
      name: x   # the name
      layers:   # the stack
        # above the first
        - Input: {shape: [null, 3]}   # one
        # behind a dash
        - Dense: {num_units: 3}   # three

        # above the last
        - Dense: {num_units: 2}
        # below the last
        # deeper

      # above data
      data:
        # inside
        preprocess: [{scale: [0, 1]}]
        # at the end of data
      # at the end

      """),
    .init(
      "inside of layers",
      """
      layers:
        - Input: {shape: [null, 3, 8, 8]}
        - Conv2D:   # the stem
            # small
            filter_size: 3   # by 3
            num_filters: 8   # eight
            # same size
            pad: same
            # stride: 2
        - Conv2D: {num_filters: 8, # first
                   filter_size: 3,
                   # below
                  } # behind
        - Dense:
            num_units: 2   # only

      """,
      """
      layers:
        - Input: {shape: [null, 3, 8, 8]}
        # the stem
        - Conv2D: {num_filters: 8,   # eight
                   # small
                   filter_size: 3,   # by 3
                   # same size
                   pad: same}
        # stride: 2
        - Conv2D: {num_filters: 8,   # first
                   filter_size: 3}   # behind
        # below
        - Dense: {num_units: 2}   # only

      """),
    .init(
      "on flat keys",
      """
      layers:
        - [input, InputLayer]   # where it begins
        - [out, DenseLayer]

      # sizes
      input_shape: [null, 4]
      out_num_units: 2   # two
      # which function
      out_nonlinearity: softmax

      # how to learn
      update: adam   # Kingma
      # small
      update_learning_rate: 0.001   # rate
      verbose: 1   # kept

      max_epochs: 3

      """,
      """
      layers:
        # sizes
        - Input: {name: input, shape: [null, 4]}   # where it begins
        # which function
        - Dense: {name: out, num_units: 2,   # two
                  nonlinearity: softmax}

      # how to learn
      train:
        # small
        # Kingma
        update: {adam: {learning_rate: 0.001}}   # rate
        max_epochs: 3
      verbose: 1   # kept

      """),
    .init(
      "in values and lists",
      """
      classes: [  # open
        a, # first
        # second
        b
        # no more
      ]
      layers:
        - Input:
            shape:
              - null   # batch
              - 4   # features
        - Dense: {num_units: 2, W: {normal: # which
            {std: 0.1}}}

      """,
      """
      # open
      classes: [a,   # first
                # second
                b]
      # no more
      layers:
        # batch
        - Input: {shape: [null, 4]}                        # features
        - Dense: {num_units: 2, W: {normal: {std: 0.1}}}   # which

      """),
    .init(
      "title below the layers",
      """
      # heads the file

      # above the layers
      layers: [Input: {shape: [null, 2]}, Dense: {num_units: 2}]   # both

      # above the name
      name: late

      """,
      """
      # heads the file

      # above the name
      name: late
      # above the layers
      layers:   # both
        - Input: {shape: [null, 2]}
        - Dense: {num_units: 2}

      """),
  ]
}
