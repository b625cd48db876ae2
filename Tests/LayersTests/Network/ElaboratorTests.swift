import Diagnostics
import Layers
import Testing

struct ElaboratorTests {
  @Test func theLayerAboveIsTheInput() throws {
    let network = try Checked(layers: [
      "Input: {name: a, shape: [null, 4]}", "Dense: {name: b, num_units: 3}",
      "Dense: {name: c, num_units: 2, incoming: a}", "Concat: {name: d, incomings: [c, b]}",
    ]).good()
    #expect(network.layers.map(\.inputs) == [[], [0], [0], [2, 1]])
    #expect(network.layers.last?.shape == [nil, 5])
  }

  @Test(
    arguments: [
      (["Dense: {num_units: 3}"], ["N0304 Dense"]), (["Concat"], ["N0304 Concat"]),
      (["Input: {name: a, shape: [null, 4]}", "Dense: {num_units: 3, incoming: b}"], ["N0301 b"]),
      (["Input: {name: a, shape: [null, 4]}", "Concat: {incomings: [a, x, y]}"], ["N0301 x", "N0301 y"]),
      (["Input: {name: a, shape: [null, 4]}", "Dense: {num_units: 3, incomings: [a, a]}"], ["N0303 [a, a]"]),
      (["Input: {name: a, shape: [null, 4]}", "Dense: {name: a, num_units: 3}"], ["N0107 a"]),
    ])
  func connections(_ layers: [String], _ marks: [String]) {
    #expect(Checked(layers: layers).marks == marks)
  }

  @Test func anIncomingIsSuggested() throws {
    let checked = Checked(layers: ["Input: {name: images, shape: [null, 4]}", "Dense: {num_units: 3, incoming: image}"])
    #expect(try checked.only().replacement?.text == "images")
  }

  @Test func aNameThatNetcMadeIsNotBlamedOnTheSpec() throws {
    let checked = Checked(layers: [
      "Input: {shape: [null, 4]}", "Dense: {name: dense2, num_units: 3}", "Dense: {num_units: 3}",
    ])
    let diagnostic = try checked.only()
    #expect(diagnostic.code == .duplicateLayerName)
    #expect(checked.underlined(diagnostic) == "Dense")
    #expect(diagnostic.help == ["netc made this name by counting the layers of the type: give this layer another"])
  }

  // MARK: Outputs

  @Test func severalOutputs() throws {
    let network = try Checked(
      """
      outputs: [b, a]
      layers:
        - Input: {name: in, shape: [null, 4]}
        - Dense: {name: a, num_units: 3}
        - Dense: {name: b, num_units: 2, incoming: in}
      """
    ).good()
    #expect(network.outputs == [2, 1])
    let graph = try network.lowered(batch: 2).graph
    #expect(graph.outputs.map { graph[$0].shape } == [[2, 2], [2, 3]])
  }

  @Test func oneOutputNeedsNoList() throws {
    let text = """
      outputs: a
      layers:
        - Input: {name: in, shape: [null, 4]}
        - Dense: {name: a, num_units: 3}
      """
    #expect(try Checked(text).good().outputs == [1])
  }

  @Test func aBranchThatLeadsNowhereIsOneWarning() throws {
    let checked = Checked(layers: [
      "Input: {name: in, shape: [null, 4]}", "Dense: {name: a, num_units: 3}", "Dense: {name: b, num_units: 2}",
      "Dense: {name: c, num_units: 3, incoming: in}",
    ])
    #expect(checked.marks == ["W0301 b"])
    #expect(try checked.good().layers.count == 4)
  }

  @Test func anUnusedLayerWithBatchNormHasItsOwnName() throws {
    let checked = Checked(layers: [
      "Input: {name: in, shape: [null, 4]}", "Dense: {name: a, num_units: 3, batch_norm: true}",
      "Dense: {name: c, num_units: 3, incoming: in}",
    ])
    #expect(try checked.only().message == "nothing uses `a`")
  }

  // MARK: All errors, each once

  @Test func everyMistakeIsReportedInOrder() {
    let checked = Checked(
      """
      nmae: x
      layers:
        - Input: {name: in, shape: [null, 1, 12, 12]}
        - Conv2D: {name: conv1, num_filters: 0, filter_size: 3, strid: 2, pad: smae}
        - Conv2D: {name: conv2, num_filters: 8, filter_size: 20, incoming: in}
        - Dnse: {num_units: 10}
        - Dense: {name: conv2, num_units: 10, nonlinearity: sofmax}
        - Dense: {units: 10, incoming: conv9}
      outputs: [out]
      data: {preprocess: [{scale: 3}]}
      """)
    #expect(
      checked.marks == [
        "N0101 nmae", "N0106 0", "N0103 strid", "N0106 smae", "N0203 20", "N0102 Dnse", "N0107 conv2",
        "N0110 sofmax", "N0104 Dense", "N0103 units", "N0305 out", "N0105 3",
      ])
    #expect(checked.network == nil)
  }

  /// A layer without a shape, for whatever reason, keeps what depends on it silent.
  @Test(
    arguments: [
      ("Conv2D: {name: x, num_filters: 8, filter_size: 30}", "N0203 30"),
      ("Conv2D: {name: x, num_filters: 8}", "N0104 Conv2D"), ("Conv2e: {name: x}", "N0102 Conv2e"),
      ("Conv3D: {name: x, num_filters: 2, filter_size: 3}", "N0201 Conv3D"),
      ("Dense: {name: x, num_units: 3, incoming: lost}", "N0301 lost"),
      ("3", "N0108 3"),
    ])
  func dependantsAreSilent(_ layer: String, _ mark: String) {
    let checked = Checked(layers: [
      "Input: {name: in, shape: [null, 1, 12, 12]}", layer, "Conv2D: {num_filters: 8, filter_size: 50}",
      "Dense: {num_units: 3, num_leading_axes: 7}",
    ])
    #expect(checked.marks == [mark])
  }

  @Test func warningsStayBesideErrors() {
    let checked = Checked(layers: [
      "Input: {name: in, shape: [null, 1, 12, 12]}", "MaxPool2D: {pool_size: 5}",
      "Conv2D: {num_filters: 8, filter_size: 5}",
    ])
    #expect(checked.marks == ["W0201 5", "N0203 5"])
  }
}
