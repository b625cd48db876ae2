/// N01: the YAML is fine, but a key, a type or a value is none that the language knows.
enum SchemaCodes {
  static let unknownTopLevelKey = CatalogueEntry(
    title: "unknown key at the top of the spec",
    essay: """
      The outermost mapping of a spec holds `name`, `layers`, `outputs`, `data`, `train` and a few more, and
      in the nolearn spelling keys such as `conv1_num_filters`. Every other key is an error, since a misspelt
      setting that is silently ignored costs a training run.

      Check the spelling. A key in the nolearn spelling must begin with the name of a layer.
      """,
    example: """
      nmae: tiny
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """,
    fixed: """
      name: tiny
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """)

  static let unknownLayerType = CatalogueEntry(
    title: "unknown layer type",
    essay: """
      No layer has this name. Types are spelled as in Lasagne, with or without the ending `Layer`: `Conv2D`,
      `MaxPool2D`, `Dense`, `Dropout`.

      `netc explain` followed by a type shows what it does and what it takes.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2d2: {num_filters: 8, filter_size: 5}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 5}
      """)

  static let unknownParameter = CatalogueEntry(
    title: "unknown parameter of a layer",
    essay: """
      The layer has no parameter of this name. netc never ignores a key, because the network would then differ
      from the one that was meant.

      The nearest parameter is suggested under the carets; `netc explain` followed by the type lists all.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 3, strides: 2}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 3, stride: 1}
      """)

  static let missingParameter = CatalogueEntry(
    title: "a parameter without a default is missing",
    essay: """
      Some parameters have no sensible default: the number of filters of a convolution, the units of a dense
      layer, the shape of an input. They have to be given.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 3}
      """)

  static let wrongType = CatalogueEntry(
    title: "a value is of the wrong type",
    essay: """
      A number stands where a list is expected, a text where a number, or the like. netc does not guess:
      "8" in quotes is a text.

      Only `true` and `false` are booleans, as in YAML 1.2; `yes`, `no`, `on` and `off` are texts. Only `null`,
      `~` and nothing at all are null. `010` is ten.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 3, untie_biases: yes}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 3, untie_biases: true}
      """)

  static let outOfRange = CatalogueEntry(
    title: "a value is none of those allowed",
    essay: """
      The value has the right type, but lies outside of what makes sense: sizes and counts are at least 1,
      probabilities lie between 0 and 1, the window of LRN is odd. Or it is a word where the parameter knows a
      few others, such as the `mode` of a pooling layer.

      Remember that `p` of Dropout is the probability of dropping a value, not of keeping it.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dropout: {p: 1.5}
        - Dense: {num_units: 10}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dropout: {p: 0.5}
        - Dense: {num_units: 10}
      """)

  static let duplicateLayerName = CatalogueEntry(
    title: "two layers have the same name",
    essay: """
      Incomings, outputs, tied weights and the tensors in a weights file refer to layers by name, so a name
      must be unique. A note points at the first layer that has it.

      A layer without a name gets one from its type and a number, such as `conv2d1`.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {name: hidden, num_units: 100}
        - Dense: {name: hidden, num_units: 10}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {name: hidden, num_units: 100}
        - Dense: {name: output, num_units: 10}
      """)

  static let malformedLayer = CatalogueEntry(
    title: "an entry of `layers` is no layer",
    essay: """
      A layer is written in one of three ways: `- Conv2D: {num_filters: 8}`, or as nolearn does it
      `- [conv1, Conv2DLayer]` or `- [Conv2DLayer, {name: conv1}]`. The marked entry is none of these.

      The usual slip are parameters that are indented no deeper than the type, so that they become its
      neighbours instead of its value.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D:
          num_filters: 8
          filter_size: 3
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D:
            num_filters: 8
            filter_size: 3
      """)

  static let badLayerName = CatalogueEntry(
    title: "a layer's name cannot be used",
    essay: """
      The name of a layer becomes part of the names of its tensors, such as `conv1.W`. So it may not be empty,
      and holds letters, digits, `_` and `-` alone: no dot, no slash and no space.

      A name of digits is a number to YAML. Put it in quotes.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {name: fully.connected, num_units: 10}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {name: fully_connected, num_units: 10}
      """)

  static let unknownNonlinearity = CatalogueEntry(
    title: "unknown nonlinearity",
    essay: """
      No nonlinearity has this name. There are `linear` (or null), `rectify` (or `relu`), `leaky_rectify`,
      `elu`, `sigmoid`, `tanh`, `softmax`, `gelu` and more.

      One with parameters is a mapping: `nonlinearity: {leaky_rectify: {leakiness: 0.2}}`.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10, nonlinearity: softmaxx}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10, nonlinearity: softmax}
      """)

  static let unknownInitialiser = CatalogueEntry(
    title: "unknown initialiser",
    essay: """
      No initialiser has this name. There are `normal`, `uniform`, `glorot_normal`, `glorot_uniform`,
      `he_normal`, `he_uniform`, `lecun_normal`, `lecun_uniform`, `constant`, `orthogonal` and `sparse`.

      A text that is no initialiser may also name a layer, whose parameter is then shared.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10, W: {he_norm: {gain: relu}}}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10, W: {he_normal: {gain: relu}}}
      """)

  static let noLayers = CatalogueEntry(
    title: "the spec has no layers",
    essay: """
      A network needs `layers:`, a list with at least an Input and one more layer.

      The example below is the smallest network there is; the folder `specs` has larger ones.
      """,
    example: """
      name: tiny
      layers: []
      """,
    fixed: """
      name: tiny
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """)

  static let conflictingParameters = CatalogueEntry(
    title: "two parameters exclude each other",
    essay: """
      Both of these say the same thing, and netc will not choose between them: `incoming` and `incomings`,
      `range` and `std` of a uniform initialiser, or one parameter in the layer's mapping and again in the
      nolearn spelling, such as `conv1_num_filters`.

      Keep one.
      """,
    example: """
      layers:
        - Input: {name: images, shape: [null, 784]}
        - Dense: {num_units: 10, incoming: images, incomings: [images]}
      """,
    fixed: """
      layers:
        - Input: {name: images, shape: [null, 784]}
        - Dense: {num_units: 10, incoming: images}
      """)

  static let notYetSupported = CatalogueEntry(
    title: "this version of netc does not have this part of the language yet",
    essay: """
      The word belongs to the netc language, but this version cannot act on it.
      Ignoring it would give another network than the one that was meant.

      Say it in another way, or use a newer netc.
      """)
}
