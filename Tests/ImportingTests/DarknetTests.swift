import NetworkTestSupport
import Testing

@testable import Importing

@Suite struct DarknetTests {
  private func read(_ text: String) throws -> ImportedNetwork {
    try DarknetImport.read(try DarknetSection.parse(Array(text.utf8)), name: "net")
  }

  private static let net = "[net]\nwidth=9\nheight=9\nchannels=3\n"

  /// The layers behind the input.
  private func layers(_ text: String) throws -> [String] {
    let spec = try read(Self.net + text).spec(comment: "test")
    _ = try Networks.of(spec)
    return spec.replacing(/,\n +/, with: ", ").split(separator: "\n").filter { $0.hasPrefix("  - ") }.dropFirst().map {
      String($0.dropFirst(4)).replacing(/: +/, with: ": ")
    }
  }

  @Test(arguments: [
    (
      "[convolutional]\nfilters=4\nsize=3\npad=1\nactivation=leaky",
      ["Conv2D: {name: conv1, num_filters: 4, filter_size: 3, pad: 1, nonlinearity: {leaky_rectify: {leakiness: 0.1}}}"]
    ),
    (
      "[convolutional]\nbatch_normalize=1\nfilters=4\nsize=3\nstride=2\nactivation=relu",
      [
        "Conv2D: {name: conv1, num_filters: 4, filter_size: 3, stride: 2, b: null, nonlinearity: linear}",
        "BatchNorm: {name: conv1_bn, epsilon: 1.0e-5, alpha: 0.01}",
        "Nonlinearity: {name: nonlin1, nonlinearity: rectify}",
      ]
    ),
    // 9 pixels by windows of 2: the last one hangs over the edge.
    ("[maxpool]\nsize=2\nstride=2", ["MaxPool2D: {name: pool1, pool_size: 2, pad: [[0, 1], [0, 1]]}"]),
    ("[maxpool]\nsize=3\nstride=1", ["MaxPool2D: {name: pool1, pool_size: 3, stride: 1, pad: 1}"]),
    ("[maxpool]\nsize=3\nstride=3\npadding=0", ["MaxPool2D: {name: pool1, pool_size: 3}"]),
    (
      "[avgpool]\n[softmax]\ngroups=1",
      [
        "Pool2D: {name: pool1, pool_size: 9, mode: average_exc_pad}", "Flatten: {name: flatten1}",
        "Nonlinearity: {name: nonlin1, nonlinearity: softmax}",
      ]
    ),
    (
      "[connected]\noutput=5\nactivation=logistic\n[dropout]\nprobability=.4\n[cost]\ntype=sse",
      ["Dense: {name: dense1, num_units: 5, nonlinearity: sigmoid}", "Dropout: {name: dropout1, p: 0.4}"]
    ),
    ("[upsample]\nstride=2", ["Upscale2D: {name: upscale1, scale_factor: 2}"]),
  ])
  func sections(_ text: String, _ expected: [String]) throws {
    #expect(try layers(text) == expected)
  }

  @Test func earlierLayers() throws {
    let text = """
      [convolutional]
      filters=4
      activation=linear
      [convolutional]
      filters=4
      activation=relu
      [shortcut]
      from=-2
      activation=relu
      [route]
      layers=-1,0
      """
    #expect(
      try layers(text) == [
        "Conv2D: {name: conv1, num_filters: 4, filter_size: 1, nonlinearity: linear}",
        "Conv2D: {name: conv2, num_filters: 4, filter_size: 1}",
        "ElemwiseSum: {name: sum1, incomings: [conv2, conv1], nonlinearity: rectify}",
        "Concat: {name: route1, incomings: [sum1, conv1]}",
      ])
  }

  /// Of a larger image every second pixel is added, to the first channels.
  @Test func shortcutsBetweenSizes() throws {
    let text = "[shortcut]\nfrom=0\n"
    let wide =
      "[convolutional]\nfilters=2\nactivation=linear\n[convolutional]\nfilters=5\nsize=2\nstride=3\nactivation=linear\n"
    #expect(
      try layers(wide + text).suffix(4) == [
        "Slice: {name: every1, incoming: conv1, indices: \"0:9:3\", axis: 2}",
        "Slice: {name: every2, indices: \"0:9:3\", axis: 3}",
        "Pad: {name: channels1, width: [[0, 3], 0, 0], batch_ndim: 1}",
        "ElemwiseSum: {name: sum1, incomings: [conv2, channels1]}",
      ])
  }

  @Test func everythingThatIsUnsupportedIsNamed() {
    let text = "[convolutional]\nfilters=4\nspin=2\nactivation=mish\n[reorg]\n[yolo]\n"
    let found = #expect(throws: DefinitionProblems.self) { try read(Self.net + text) }
    #expect(
      found?.definition.map(\.message) == [
        "netc has no nonlinearity `mish`", "netc has no layer such as [reorg]", "netc has no layer such as [yolo]",
      ])
    let unknown = #expect(throws: DefinitionProblems.self) {
      try read(Self.net + "[convolutional]\nspin=2\nfilters=x\nactivation=relu")
    }
    #expect(
      unknown?.definition.map(\.message) == [
        "`filters` has to be whole numbers", "netc does not know `spin` of [convolutional]",
      ])
  }

  @Test(arguments: [
    ("[net\n", "the name of a section ends in `]`", 0..<4), ("a=1", "this key stands in no section", 0..<3),
    ("[net]\n what\n", "expected `key=value`, a section or a comment", 7..<11),
  ])
  func faultsSayWhere(_ text: String, _ message: String, _ place: Range<Int>) {
    let fault = #expect(throws: TextFault.self) { try DarknetSection.parse(Array(text.utf8)) }
    #expect(fault == TextFault(message: message, place: place))
  }
}
