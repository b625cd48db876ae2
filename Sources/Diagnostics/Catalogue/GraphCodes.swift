/// N03: the layers are fine, but not their connections.
enum GraphCodes {
  static let unknownIncoming = CatalogueEntry(
    title: "an incoming names no layer",
    essay: """
      `incoming` and `incomings` name the layers that feed this one. No layer has this name. The order in the
      file does not matter: a layer may be named before it is written.

      Without either key the layer above is the input.
      """,
    example: """
      layers:
        - Input: {name: images, shape: [null, 784]}
        - Dense: {num_units: 10, incoming: image}
      """,
    fixed: """
      layers:
        - Input: {name: images, shape: [null, 784]}
        - Dense: {num_units: 10, incoming: images}
      """)

  static let cycle = CatalogueEntry(
    title: "the layers feed each other in a circle",
    essay: """
      A layer can only be computed after its inputs. These layers wait for each other; the message shows the
      way round.

      One of the incomings is not the one that was meant. Recurrent networks are not part of the language.
      """,
    example: """
      layers:
        - Input: {name: images, shape: [null, 64]}
        - ElemwiseSum: {name: sum, incomings: [images, hidden]}
        - Dense: {name: hidden, num_units: 64, incoming: sum}
      """,
    fixed: """
      layers:
        - Input: {name: images, shape: [null, 64]}
        - Dense: {name: hidden, num_units: 64, incoming: images}
        - ElemwiseSum: {name: sum, incomings: [images, hidden]}
      """)

  static let wrongIncomingCount = CatalogueEntry(
    title: "a layer has the wrong number of incomings",
    essay: """
      Most layers have exactly one input, an Input has none, and Concat and ElemwiseSum join several.

      To feed several layers into one, join them first with a Concat or an ElemwiseSum.
      """,
    example: """
      layers:
        - Input: {name: images, shape: [null, 784]}
        - Dense: {name: hidden, num_units: 100}
        - Dense: {name: output, num_units: 10, incomings: [images, hidden]}
      """,
    fixed: """
      layers:
        - Input: {name: images, shape: [null, 784]}
        - Dense: {name: hidden, num_units: 100}
        - Concat: {name: both, incomings: [images, hidden]}
        - Dense: {name: output, num_units: 10}
      """)

  static let noIncoming = CatalogueEntry(
    title: "the first layer is no Input",
    essay: """
      A layer without `incoming` takes the layer above as its input. There is none above the first, so a
      network begins with an Input that gives the shape of the data.
      """,
    example: """
      layers:
        - Dense: {num_units: 10}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """)

  static let unknownOutput = CatalogueEntry(
    title: "an output names no layer",
    essay: """
      `outputs` lists the layers whose values the network gives out. No layer has this name.

      Without `outputs` the last layer is the output.
      """,
    example: """
      outputs: [classes]
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {name: output, num_units: 10}
      """,
    fixed: """
      outputs: [output]
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {name: output, num_units: 10}
      """)

  static let unknownTie = CatalogueEntry(
    title: "a shared parameter names no layer",
    essay: """
      `W: NAME` or `b: NAME` takes the parameter of the layer of that name. A name that is neither an
      initialiser nor a layer with such a parameter is an error.
      """,
    example: """
      layers:
        - Input: {shape: [null, 64]}
        - Dense: {name: hidden1, num_units: 64}
        - Dense: {name: hidden2, num_units: 64, W: hidden9}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 64]}
        - Dense: {name: hidden1, num_units: 64}
        - Dense: {name: hidden2, num_units: 64, W: hidden1}
      """)

  static let tieCycle = CatalogueEntry(
    title: "layers share a parameter in a circle",
    essay: """
      Each of these layers takes its parameter from the next, so none of them has it. One must own it, with an
      initialiser or the default.
      """,
    example: """
      layers:
        - Input: {shape: [null, 64]}
        - Dense: {name: hidden1, num_units: 64, W: hidden2}
        - Dense: {name: hidden2, num_units: 64, W: hidden1}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 64]}
        - Dense: {name: hidden1, num_units: 64}
        - Dense: {name: hidden2, num_units: 64, W: hidden1}
      """)
}
