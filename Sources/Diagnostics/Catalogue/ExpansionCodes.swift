/// N01, continued: constants, blocks, and other files.
enum ExpansionCodes {
  static let unknownConstant = CatalogueEntry(
    title: "a constant that nobody defined",
    essay: """
      `$name` and the names within `${…}` are constants: those of `let:`, the parameters of the block that one is in,
      and `$i` in what is repeated. A block sees its own parameters and the constants of the file, not those of
      the blocks around it: hand them over as parameters.
      """,
    example: """
      let: {width: 64}
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: $widht}
      """,
    fixed: """
      let: {width: 64}
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: $width}
      """)

  static let badExpression = CatalogueEntry(
    title: "an expression has no value",
    essay: """
      Between `${` and `}` stands arithmetic: numbers, constants, + - * / // % ( ), min, max, and comparisons for
      `when`. Whole numbers stay whole where the division comes out even; // rounds down. Nothing else is evaluated,
      so a spec from a stranger is safe to read.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: "${10 / 0}"}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: "${100 // 10}"}
      """)

  static let recursiveBlock = CatalogueEntry(
    title: "a block uses itself",
    essay: """
      A block may use other blocks, but not itself, directly or through others: writing it out would never end. The
      message shows the way round. To chain copies of a block, use it with `repeat: N`.
      """,
    example: """
      blocks:
        tower:
          layers:
            - Dense: {num_units: 10}
            - tower: {}
      layers:
        - Input: {shape: [null, 784]}
        - tower: {}
      """,
    fixed: """
      blocks:
        tower:
          layers:
            - Dense: {num_units: 10}
      layers:
        - Input: {shape: [null, 784]}
        - tower: {repeat: 2}
      """)

  static let badInclude = CatalogueEntry(
    title: "another file cannot be used",
    essay: """
      `include` names files with blocks, defaults and constants, and `base` a spec to start from; both count from the
      folder of the file that names them. The file has to exist, an included one has no layers of its own, and files
      cannot name each other in a circle.
      """,
    example: """
      include: [no-such-blocks.yaml]
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """)

  static let expansionTooLarge = CatalogueEntry(
    title: "written out, the spec is too large",
    essay: """
      Blocks and repetitions multiply. A spec may come to 20,000 layers and to blocks nested 24 deep, far beyond any
      network that people train; more is nearly always a slip in a number behind `repeat`.
      """,
    example: """
      blocks:
        many:
          layers:
            - BatchNorm: {repeat: 10000}
      layers:
        - Input: {shape: [null, 784]}
        - many: {repeat: 10}
      """,
    fixed: """
      blocks:
        many:
          layers:
            - BatchNorm: {repeat: 2}
      layers:
        - Input: {shape: [null, 784]}
        - many: {repeat: 2}
      """)

  static let unknownBaseLayer = CatalogueEntry(
    title: "the base has no such layer",
    essay: """
      `until`, `drop` and `transform` of `base` name layers of the spec that one starts from. `netc report` of that
      spec lists them. Only Dense layers can become convolutions, and an Input of one's own can only replace the one
      Input of the base.
      """)
}
