/// N02: the layers do not fit together, seen by their shapes.
enum ShapeCodes {
  static let wrongRank = CatalogueEntry(
    title: "the input has the wrong number of dimensions",
    essay: """
      A layer for images takes batch, channels, height and width: four dimensions. The layer before gives
      more or fewer of them.

      Give the Input all of its dimensions, with the channels even if there is only one, or put a Reshape or
      Flatten in between.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Conv2D: {num_filters: 8, filter_size: 5}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 5}
      """)

  static let unknownDimension = CatalogueEntry(
    title: "a dimension other than the batch is unknown",
    essay: """
      Only the first dimension, the batch, may be null. netc compiles a network for one size of image, which
      is what lets it count parameters, plan memory and choose kernels beforehand.

      Give the size. To run a network on several sizes compile it for each. Layers that join along the batch,
      or move it elsewhere, need a number there as well.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, null, 28]}
        - Conv2D: {num_filters: 8, filter_size: 5}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 5}
      """)

  static let filterTooLarge = CatalogueEntry(
    title: "a filter is larger than its padded input",
    essay: """
      A convolution gives (input + padding − filter)/stride + 1 rows, rounded down, where the padding of both
      sides counts and a dilated filter is (filter − 1)·dilation + 1. Here the filter is larger than what it
      slides over, so nothing would come out.

      Usually the layers before have shrunk the image more than expected; a note shows how. Use a smaller
      filter, `pad: same`, or one pooling layer less.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 5, 5]}
        - Conv2D: {num_filters: 8, filter_size: 7}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 5, 5]}
        - Conv2D: {num_filters: 8, filter_size: 5}
      """)

  static let windowTooLarge = CatalogueEntry(
    title: "a pooling window is larger than its padded input",
    essay: """
      Pooling gives (input + padding − window)/stride + 1 rows, where the padding of both sides counts. Here
      the window is larger than the image, so nothing would come out.

      To pool the whole image whatever its size, use GlobalPool.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 5, 5]}
        - MaxPool2D: {pool_size: 8}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 5, 5]}
        - MaxPool2D: {pool_size: 5}
      """)

  static let groupsDoNotDivide = CatalogueEntry(
    title: "the groups do not divide the channels or the filters",
    essay: """
      A convolution in g groups cuts its input channels and its filters into g equal parts, and each part of
      the filters sees one part of the channels. So `num_groups` must divide both.

      FeaturePool makes one feature of every `pool_size` neighbours, which must divide their number for the same
      reason, and a channelwise LocallyConnected2D has one filter for each channel.
      """,
    example: """
      layers:
        - Input: {shape: [null, 4, 28, 28]}
        - Conv2D: {num_filters: 9, filter_size: 3, num_groups: 2}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 4, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 3, num_groups: 2}
      """)

  static let reshapeMismatch = CatalogueEntry(
    title: "a reshape would change the number of elements",
    essay: """
      Reshape only regroups values: the product of the dimensions must be the same before and after. `[0]`
      copies the batch of the input, and one -1 stands for whatever is left over.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Reshape: {shape: [[0], 1, 28, 27]}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Reshape: {shape: [[0], 1, 28, 28]}
      """)

  static let mergeShapesDiffer = CatalogueEntry(
    title: "the incomings of an elementwise layer differ in shape",
    essay: """
      ElemwiseSum works element by element, so its incomings need the same shape. The notes show how each came
      to its shape.

      Two branches that should meet often differ in a pad or a stride: a 3×3 convolution without padding takes
      two rows and columns away, and `pad: same` keeps the size.
      """,
    example: """
      layers:
        - Input: {name: images, shape: [null, 8, 28, 28]}
        - Conv2D: {name: conv1, num_filters: 8, filter_size: 3}
        - ElemwiseSum: {incomings: [images, conv1]}
      """,
    fixed: """
      layers:
        - Input: {name: images, shape: [null, 8, 28, 28]}
        - Conv2D: {name: conv1, num_filters: 8, filter_size: 3, pad: same}
        - ElemwiseSum: {incomings: [images, conv1]}
      """)

  static let concatShapesDiffer = CatalogueEntry(
    title: "the incomings of a concatenation differ beside the axis",
    essay: """
      Concat joins its incomings along one axis, the channels unless told otherwise. All other dimensions must
      be equal. The notes show how each came to its shape.

      `pad: same` on the branch that shrinks makes them meet.
      """,
    example: """
      layers:
        - Input: {name: images, shape: [null, 3, 28, 28]}
        - Conv2D: {name: small, incoming: images, num_filters: 8, filter_size: 1}
        - Conv2D: {name: large, incoming: images, num_filters: 8, filter_size: 5}
        - Concat: {incomings: [small, large]}
      """,
    fixed: """
      layers:
        - Input: {name: images, shape: [null, 3, 28, 28]}
        - Conv2D: {name: small, incoming: images, num_filters: 8, filter_size: 1}
        - Conv2D: {name: large, incoming: images, num_filters: 8, filter_size: 5, pad: same}
        - Concat: {incomings: [small, large]}
      """)

  static let tooLarge = CatalogueEntry(
    title: "a tensor would have more than 2⁴⁰ elements",
    essay: """
      2⁴⁰ floats are 4 TiB. A result or a parameter beyond that is a slip in a number rather than a plan, often
      a dense layer that sees an image which was never pooled.

      The message shows the factors; the largest one is the place to look. A layer of more than 2⁵⁰ operations
      is refused as well.
      """,
    example: """
      layers:
        - Input: {shape: [null, 3, 224, 224]}
        - Dense: {num_units: 10000000}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 3, 224, 224]}
        - Dense: {num_units: 100}
      """)

  static let tiedShapeDiffers = CatalogueEntry(
    title: "a shared parameter has another shape here",
    essay: """
      `W: NAME` makes a layer use the weights of another one. Both must then need the same shape: the same
      filters, the same filter size and the same number of inputs.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {name: hidden1, num_units: 64}
        - Dense: {name: hidden2, num_units: 64}
        - Dense: {name: hidden3, num_units: 64, W: hidden1}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {name: hidden1, num_units: 64}
        - Dense: {name: hidden2, num_units: 64}
        - Dense: {name: hidden3, num_units: 64, W: hidden2}
      """)

  static let badAxis = CatalogueEntry(
    title: "there is no such axis",
    essay: """
      Axes count from 0, the batch; 1 is the channels, 2 and 3 are height and width. Negative ones count from
      the end, -1 being the last. The layer's input has fewer axes than this one names.
      """,
    example: """
      layers:
        - Input: {name: images, shape: [null, 3, 28, 28]}
        - Concat: {incomings: [images, images], axis: 4}
      """,
    fixed: """
      layers:
        - Input: {name: images, shape: [null, 3, 28, 28]}
        - Concat: {incomings: [images, images], axis: 1}
      """)

  static let padTooLarge = CatalogueEntry(
    title: "the padding is as large as the pooling window",
    essay: """
      With a pad as large as the window some windows would lie in the padding alone and hold no value of the
      image; the maximum or mean of nothing has no meaning. So the pad must be smaller than the window.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 29, 29]}
        - MaxPool2D: {pool_size: 3, stride: 2, pad: 3}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 29, 29]}
        - MaxPool2D: {pool_size: 3, stride: 2, pad: 1}
      """)

  static let cropTooLarge = CatalogueEntry(
    title: "the crop or output size of a transposed convolution does not fit",
    essay: """
      A transposed convolution of n rows gives (n − 1)·stride + filter rows, from which `crop` cuts on both sides;
      at least one has to be left. With a stride above 1 several sizes come from the same n: a convolution that
      rounds down maps `stride` different sizes to it. `output_size` says which is meant, and must be one of them.

      Cut less, or leave `output_size` out.
      """,
    example: """
      layers:
        - Input: {shape: [null, 8, 14, 14]}
        - TransposedConv2D: {num_filters: 4, filter_size: 2, stride: 2, output_size: 32}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 8, 14, 14]}
        - TransposedConv2D: {num_filters: 4, filter_size: 2, stride: 2, output_size: 28}
      """)
}
