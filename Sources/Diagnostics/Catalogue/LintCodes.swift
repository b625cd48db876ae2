/// W: what compiles and is rarely meant, seen from the whole network. `warnings: {NAME: off}` in the spec silences one.
enum LintCodes {
  static let unusedBlock = CatalogueEntry(
    title: "nothing uses a block",
    essay: """
      The spec defines a block that no layer uses, perhaps because another was meant or its last use was removed.
      Blocks of included files may rest.

      Use it like a layer type, remove it, or write `warnings: {unused-block: off}`.
      """,
    example: """
      blocks:
        unit: {layers: [{Dense: {num_units: 100}}]}
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10, nonlinearity: softmax}
      """,
    fixed: """
      blocks:
        unit: {layers: [{Dense: {num_units: 100}}]}
      layers:
        - Input: {shape: [null, 784]}
        - unit: {name: hidden}
        - Dense: {num_units: 10, nonlinearity: softmax}
      """)

  static let unusedConstant = CatalogueEntry(
    title: "nothing uses a constant",
    essay: """
      `let` defines a constant that no value mentions, so changing it changes nothing.

      Write `$name` where it is meant, remove it, or write `warnings: {unused-constant: off}`.
      """,
    example: """
      let: {width: 100}
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10, nonlinearity: softmax}
      """,
    fixed: """
      let: {width: 100}
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: $width}
        - Dense: {num_units: 10, nonlinearity: softmax}
      """)

  static let receptiveField = CatalogueEntry(
    title: "the last features see a small part of the image",
    essay: """
      A unit of the last convolution or pooling sees a window of the image, its receptive field. Here it is less than
      a tenth of each side before a dense layer, which then has to learn every larger thing at every place anew; or
      less than a quarter before a global pool, behind which nothing puts parts together at all.

      Add convolutions or pooling, use a stride or a dilation, or write `warnings: {receptive-field: off}` where small
      details decide. `netc report` lists the field of every layer.
      """,
    example: """
      layers:
        - Input: {shape: [null, 3, 64, 64]}
        - Conv2D: {num_filters: 16, filter_size: 3}
        - GlobalPool: {}
        - Dense: {num_units: 10, nonlinearity: softmax}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 3, 64, 64]}
        - Conv2D: {num_filters: 16, filter_size: 3}
        - MaxPool2D: {pool_size: 2}
        - Conv2D: {num_filters: 16, filter_size: 8}
        - GlobalPool: {}
        - Dense: {num_units: 10, nonlinearity: softmax}
      """)

  static let lowCapacity = CatalogueEntry(
    title: "filters are small for what they look at",
    essay: """
      The learning capacity of a convolution (X. Cao) is the width of its filter, in pixels of the image, over its
      receptive field. Below 1/6 a filter hardly tells apart what lies in its field: many small filters follow each
      other without pooling between them. nolearn's tutorial shows such a network, and that it learns worse.
      Only chains are judged; with shortcuts and branches a field has many sizes.

      Pool earlier, use strides or larger filters, or write `warnings: {low-capacity: off}`.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {name: "conv$i", num_filters: 8, filter_size: 3, repeat: 9}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {name: "a$i", num_filters: 8, filter_size: 3, repeat: 4}
        - MaxPool2D: {pool_size: 2}
        - Conv2D: {name: "b$i", num_filters: 8, filter_size: 3, repeat: 3}
      """)

  static let filterBeyondImage = CatalogueEntry(
    title: "the edge of a filter only ever sees padding",
    essay: """
      The filter is so large for its input, or the padding so wide, that its outermost weights lie on no pixel at any
      position. They multiply zeros, are never trained, and cost time. It happens when an image has been pooled down to
      one pixel or two, as when a network meant for 224×224 is given 32×32.

      Use a smaller filter or pool less before it, or write `warnings: {filter-beyond-image: off}`.
      """,
    example: """
      layers:
        - Input: {shape: [null, 3, 8, 8]}
        - MaxPool2D: {pool_size: 8}
        - Conv2D: {num_filters: 16, filter_size: 3, pad: same}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 3, 8, 8]}
        - MaxPool2D: {pool_size: 4}
        - Conv2D: {num_filters: 16, filter_size: 3, pad: same}
      """)

  static let hugeDense = CatalogueEntry(
    title: "a dense layer over an image has most of the weights",
    essay: """
      A dense layer has a weight for each unit and each number of its input, which is large while the input is still an
      image. Above 50 million weights netc warns. VGG-16 is the famous case, with 103 of its 138 million parameters in
      one layer; the networks after it pool each channel to one number first (Lin et al. 2013).

      Put a GlobalPool before it, pool the image further, or write `warnings: {huge-dense: off}`.
      """,
    example: """
      layers:
        - Input: {shape: [null, 256, 14, 14]}
        - Dense: {num_units: 1000, nonlinearity: softmax}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 256, 14, 14]}
        - GlobalPool: {}
        - Dense: {num_units: 1000, nonlinearity: softmax}
      """)

  static let repeatedNonlinearity = CatalogueEntry(
    title: "a nonlinearity follows another",
    essay: """
      A Nonlinearity layer works on the result of a layer that has a nonlinearity already. Conv2D and Dense have
      `rectify` unless the spec says otherwise, as in Lasagne, so a separate softmax sees numbers without a sign.

      Write `nonlinearity: linear` on the layer before, remove one of the two, or write
      `warnings: {repeated-nonlinearity: off}`.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
        - Nonlinearity: {nonlinearity: softmax}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10, nonlinearity: linear}
        - Nonlinearity: {nonlinearity: softmax}
      """)

  static let dropoutAtOutput = CatalogueEntry(
    title: "dropout works on the output",
    essay: """
      Dropout makes layers robust that come after it. Between the last weights and the output there is none: it deletes
      answers at random in training, and the loss can do nothing about it.

      Put it before the last layer with weights, or write `warnings: {dropout-at-output: off}`.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10, nonlinearity: softmax}
        - Dropout: {p: 0.5}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dropout: {p: 0.5}
        - Dense: {num_units: 10, nonlinearity: softmax}
      """)

  static let softmaxOfOne = CatalogueEntry(
    title: "softmax of a single unit is always 1",
    essay: """
      Softmax divides each exponential by their sum. With one unit the two are equal: the output is 1 for every input,
      and no gradient reaches the weights.

      Use `sigmoid` for the probability of one thing, or two units for two classes.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 1, nonlinearity: softmax}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 1, nonlinearity: sigmoid}
      """)

  static let biasBeforeNorm = CatalogueEntry(
    title: "a bias before batch normalisation has no effect",
    essay: """
      Batch normalisation subtracts the mean of each channel, and with it any constant that was added to the channel.
      The bias costs parameters and optimizer state and changes nothing; `beta` of the normalisation takes its part.

      Write `b: null`, or `batch_norm: true` on the layer, which drops the bias and moves the nonlinearity.
      """,
    example: """
      layers:
        - Input: {shape: [null, 3, 16, 16]}
        - Conv2D: {num_filters: 16, filter_size: 3, nonlinearity: linear}
        - BatchNorm: {}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 3, 16, 16]}
        - Conv2D: {num_filters: 16, filter_size: 3, nonlinearity: linear, b: null}
        - BatchNorm: {}
      """)

  static let objectiveMismatch = CatalogueEntry(
    title: "the output does not fit the objective",
    essay: """
      A loss expects numbers of a certain range: categorical_crossentropy probabilities that sum to 1 (softmax),
      binary_crossentropy a probability per unit (sigmoid), a regression any number (linear). Layers end in `rectify`
      unless the spec says otherwise, which cuts off everything below 0; that is reported for regressions and for
      outputs whose classes are named when nobody wrote it.

      Choose the nonlinearity of the output layer for the objective.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10, nonlinearity: linear}
      train: {objective: categorical_crossentropy}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10, nonlinearity: softmax}
      train: {objective: categorical_crossentropy}
      """)

  static let classCount = CatalogueEntry(
    title: "the output has another number of units than there are classes",
    essay: """
      `classes` names the units of the output in order. With too few names some answers have none, with too many some
      are never given. One unit for two classes is fine: a sigmoid tells them apart.

      Name every class, or change the number of units.
      """,
    example: """
      classes: [cat, dog, horse]
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 2, nonlinearity: softmax}
      """,
    fixed: """
      classes: [cat, dog, horse]
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 3, nonlinearity: softmax}
      """)
}
