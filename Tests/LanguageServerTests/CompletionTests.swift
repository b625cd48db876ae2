import Exchange
import Layers
import Testing

@testable import LanguageServer

@Suite struct CompletionTests {
  @Test func topLevelKeys() throws {
    var client = try Client()
    let labels = try client.labels(Sample.lenet + "tr‸")
    #expect(labels.contains("train") && labels.contains("outputs") && labels.contains("blocks"))
    #expect(!labels.contains("layers") && !labels.contains("name"))
    #expect(try client.labels("‸") == SpecReader.keys.map(\.key))
    #expect(try client.labels("lay‸") == SpecReader.keys.map(\.key))
  }

  @Test func typesAndBlocks() throws {
    var client = try Client()
    let labels = try client.labels(Sample.blocks + "  - ‸\n")
    #expect(Set(labels).isSuperset(of: LayerRegistry.names))
    #expect(labels.contains("unit"))
    let items = try client.items(Sample.blocks.replacing(first: "  - Dense: {name", with: "  - D‸\n  - Dense: {name"))
    let dense = try #require(items.first { $0["label"] == "Dense" })
    #expect(dense["insertTextFormat"] == 2)
    #expect(dense["textEdit"]?["newText"] == "Dense: {name: $1, num_units: $2}")
    #expect(dense["documentation"]?["value"]?.stringValue?.contains("num_leading_axes") == true)
    let unit = try #require(items.first { $0["label"] == "unit" })
    #expect(unit["textEdit"]?["newText"] == "unit: {name: $1, filters: $2}")
    // Inside of its own definition a block cannot be used.
    #expect(
      try !client.labels(Sample.blocks.replacing(first: "- ElemwiseSum", with: "- ‸\n      - ElemwiseSum")).contains(
        "unit"))
  }

  @Test func plainTextWithoutSnippets() throws {
    var client = try Client(abilities: [:])
    let item = try #require(try client.items(Sample.lenet + "  - Den‸").first { $0["label"] == "Dense" })
    #expect(item["insertTextFormat"] == 1 && item["textEdit"]?["newText"] == "Dense: ")
  }

  @Test func theWrittenWordIsReplaced() throws {
    var client = try Client()
    let text = "# 😀\n" + Sample.lenet.replacing(first: "softmax", with: "\"😀so‸")
    let item = try #require(try client.items(text).first { $0["label"] == "softmax" })
    let range = try #require(item["textEdit"]?["range"])
    #expect(Client.text(range, in: text.filter { $0 != "‸" }) == "😀so")
  }

  @Test func parameterKeys() throws {
    var client = try Client()
    let flow = try client.labels(Sample.lenet.replacing(first: "filter_size: 5}", with: "‸}"))
    #expect(flow.contains("filter_size") && flow.contains("pad") && flow.contains("incoming") && flow.contains("when"))
    #expect(!flow.contains("num_filters") && !flow.contains("name") && !flow.contains("incomings"))
    let all = Set(Conv2D.parameterInfos.map(\.key))
    let open = try client.labels(Sample.lenet + "  - Conv2D: {‸")
    #expect(Set(open).isSuperset(of: all))
    let below = try client.labels(Sample.lenet + "  - Conv2D:\n      ‸\n")
    #expect(Set(below).isSuperset(of: all))
    let between = try client.labels(Sample.lenet + "  - Conv2D:\n      num_filters: 3\n      ‸\n      pad: same\n")
    #expect(between.contains("stride") && !between.contains("pad") && !between.contains("num_filters"))
    let list = try client.labels(Sample.lenet + "  - [Conv2DLayer, {name: x, ‸}]\n")
    #expect(list.contains("stride") && !list.contains("name"))
    let three = try client.labels(Sample.lenet + "  - [x, Conv2DLayer, {‸")
    #expect(three.contains("stride"))
    #expect(try client.labels("defaults:\n  Conv2D: {‸}\n").contains("pad"))
    #expect(try !client.labels("defaults:\n  Conv2D: {‸}\n").contains("name"))
    #expect(try client.labels("defaults:\n  Con‸\n") == LayerRegistry.names)
    let block = try client.labels(Sample.blocks.replacing(first: "filters: $width", with: "‸"))
    #expect(block.contains("filters") && block.contains("step") && block.contains("repeat"))
  }

  @Test func requiredParametersComeFirst() throws {
    var client = try Client()
    let items = try client.items("layers:\n  - Conv2D: {‸}\n")
    let sorted = items.sorted { ($0["sortText"]?.stringValue ?? "") < ($1["sortText"]?.stringValue ?? "") }
    #expect(sorted.prefix(2).map { $0["label"] } == ["num_filters", "filter_size"])
    #expect(sorted.first?["detail"] == "required")
    let flag = try #require(items.first { $0["label"] == "batch_norm" })
    #expect(flag["textEdit"]?["newText"] == "batch_norm: ${1|true,false|}")
  }

  @Test(arguments: [
    ("Conv2D: {nonlinearity: ‸}", ["rectify", "softmax", "null"]), ("Conv2D: {W: ‸}", ["he_normal", "conv1"]),
    ("Conv2D: {pad: ‸}", ["same", "valid"]), ("Conv2D: {batch_norm: ‸}", ["true", "false"]),
    ("Conv2D: {nonlinearity: {‸}}", ["leaky_rectify", "scaled_tanh"]),
    ("Conv2D: {nonlinearity: {leaky_rectify: {‸}}}", ["leakiness"]), ("Conv2D: {W: {normal: {‸", ["std", "mean"]),
    ("Pool2D: {mode: ‸", ["max", "average_exc_pad", "l2"]), ("Pool2D: {round: c‸", ["floor", "ceil"]),
    ("Dense: {incoming: ‸", ["conv1", "pool1", "input1"]), ("Concat: {incomings: [conv1, ‸", ["pool1"]),
    ("Concat:\n      incomings:\n        - ‸", ["conv1", "pool1"]), ("BatchNorm: {axes: ‸}", ["auto"]),
    ("Dense: {when: ‸}", ["true", "false"]),
  ])
  func values(layer: String, expected: [String]) throws {
    var client = try Client()
    client.open(Sample.lenet)
    _ = try client.diagnostics()
    let labels = try client.labels(Sample.lenet + "  - \(layer)\n")
    #expect(Set(labels).isSuperset(of: expected), "\(labels)")
  }

  @Test(arguments: [
    ("outputs: ‸", ["conv1", "output"]), ("outputs: [conv1, ‸]", ["output"]), ("outputs:\n  - ‸", ["conv1"]),
    ("train: {‸}", ["update", "seed"]), ("train:\n  update: ‸", ["adam", "nesterov_momentum"]),
    ("train:\n  update: {‸}", ["adam"]), ("data:\n  ‸", ["preprocess"]),
    ("data: {preprocess: [{‸", ["scale", "divide"]),
    ("warnings: {‸}", ["receptive-field"]), ("warnings: {unused-layer: ‸}", ["off"]),
    ("base:\n  ‸", ["spec", "until"]), ("blocks:\n  new:\n    ‸", ["parameters", "layers"]),
  ])
  func sections(text: String, expected: [String]) throws {
    var client = try Client()
    let labels = try client.labels(Sample.lenet + text + "\n")
    #expect(Set(labels).isSuperset(of: expected), "\(labels)")
  }

  @Test func layersOfABlockAndOfTheSpec() throws {
    var client = try Client()
    let inside = try client.labels(Sample.blocks.replacing(first: "[a, skip]", with: "[a, ‸]"))
    #expect(inside == ["a", "skip", "input", "inputs"])
    let outside = try client.labels(Sample.blocks.replacing(first: "incoming: second", with: "incoming: ‸"))
    #expect(outside.contains("first") && outside.contains("second") && !outside.contains("skip"))
    #expect(!outside.contains("output"))
  }

  @Test func constants() throws {
    var client = try Client()
    let text = Sample.blocks.replacing(first: "filters: $width", with: "filters: $wi‸")
    let item = try #require(try client.items(text).first { $0["label"] == "$width" })
    #expect(item["detail"] == "8")
    let range = try #require(item["textEdit"]?["range"])
    #expect(Client.text(range, in: text.filter { $0 != "‸" }) == "$wi")
    #expect(
      try client.labels(Sample.blocks.replacing(first: "$step", with: "$‸")) == [
        "$filters", "$step", "$width", "$double",
      ])
    #expect(try client.labels(Sample.blocks.replacing(first: "$double", with: "\"${2 * ‸}\"")) == ["width", "double"])
    #expect(try client.labels(Sample.blocks.replacing(first: "$double", with: "‸")).contains("$width"))
  }

  @Test func nolearnsFlatKeys() throws {
    var client = try Client()
    let labels = try client.labels("layers:\n  - [in, InputLayer]\n  - [fc, DenseLayer]\nin_shape: [null, 3]\nfc‸\n")
    #expect(labels.contains("fc_num_units") && !labels.contains("in_shape"))
    #expect(try client.labels("layers:\n  - [in, InputLayer]\n  - [fc, De‸]\n").contains("DenseLayer"))
    #expect(try client.labels("layers:\n  - [fc, DenseLayer]\nfc_nonlinearity: ‸\n").contains("softmax"))
    #expect(try client.labels("layers:\n  - [fc‸, DenseLayer]\n").isEmpty)
  }

  @Test func commentsAndNamesHaveNone() throws {
    var client = try Client()
    #expect(try client.labels(Sample.lenet + "# com‸ment").isEmpty)
    #expect(try client.labels(Sample.lenet.replacing(first: "conv1", with: "con‸v1")).isEmpty)
  }
}
