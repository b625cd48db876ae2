/// W: the spec means something, but perhaps not what was intended. `netc check --strict` fails on these.
enum WarningCodes {
  static let droppedRows = CatalogueEntry(
    title: "a stride leaves rows or columns of the image unused",
    essay: """
      With a stride above 1 the last window may end before the image does: the rows and columns behind it never
      reach the output. That is how floor rounding works, and harmless for a row at the edge, but it often
      means that a size before is off by one.

      Choose sizes that divide evenly, pad the image, or use `round: ceil` on a pooling layer.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 4}
        - MaxPool2D: {pool_size: 2}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 5}
        - MaxPool2D: {pool_size: 2}
      """)

  static let evenSameFilter = CatalogueEntry(
    title: "`pad: same` with an even filter is lopsided",
    essay: """
      To keep the size of the image an even filter needs one row more of padding on one side than on the other,
      which shifts the output by half a pixel. Frameworks disagree about the side, so weights from elsewhere
      may give other results.

      Use an odd filter, or give the padding of each side: `pad: [[1, 2], [1, 2]]`.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 4, pad: same}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 5, pad: same}
      """)

  static let unusedLayer = CatalogueEntry(
    title: "nothing uses a layer",
    essay: """
      The output of this layer feeds no other layer and is no output of the network. So it is left out of the
      compiled network, with all that serves it alone, and its weights are never trained.

      Remove it, name it in `outputs`, or name it as an incoming of the layer that should use it.
      """,
    example: """
      layers:
        - Input: {name: images, shape: [null, 784]}
        - Dense: {name: hidden, num_units: 100}
        - Dense: {name: output, num_units: 10, incoming: images}
      """,
    fixed: """
      layers:
        - Input: {name: images, shape: [null, 784]}
        - Dense: {name: hidden, num_units: 100}
        - Dense: {name: output, num_units: 10, incoming: hidden}
      """)
}
