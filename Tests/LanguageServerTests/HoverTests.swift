import Exchange
import Testing

@testable import LanguageServer

@Suite struct HoverTests {
  @Test func aTypeIsExplainedAndCounted() throws {
    var client = try Client()
    let words = try #require(try client.hover(Sample.lenet.replacing(first: "Conv2D", with: "Con‸v2D")))
    #expect(words.contains("`num_filters` (required)"))
    #expect(words.contains("`pad` (default `0`)"))
    // 6·(25 + 1) parameters; 28·28·6·25 products.
    #expect(words.contains("output `6×28×28`, parameters 156, MACs 117,600, receptive field 5×5, jump 1×1"))
  }

  @Test func rangesCoverTheWord() throws {
    var client = try Client()
    let text = Sample.lenet.replacing(first: "pool_size", with: "pool‸_size")
    let answer = try client.ask("hover", text)
    #expect(Client.text(try #require(answer["range"]), in: text.filter { $0 != "‸" }) == "pool_size")
    #expect(answer["contents"]?["kind"] == "markdown")
  }

  @Test(arguments: [
    ("pool‸1", "receptive field 6×6, jump 2×2"), ("o‸utput", "parameters 11,770"), ("num_u‸nits", "required"),
    ("non‸linearity", "default `rectify`"), ("soft‸max", "Σeˣ"), ("na‸me: conv1", "layer's name"),
    ("la‸yers", "in order"), ("De‸nse", "num_leading_axes"), ("pool_size: ‸2", "parameter of MaxPool2D"),
  ])
  func wordsOfALayer(place: String, expected: String) throws {
    var client = try Client()
    let text = Sample.lenet.replacing(first: place.filter { $0 != "‸" }, with: place)
    #expect(try client.hover(text)?.contains(expected) == true)
  }

  @Test(arguments: [
    ("$wi‸dth", "= `8`"), ("$do‸uble", "= `16`"), ("$fil‸ters", "required"), ("$s‸tep", "= `1`"),
    ("dou‸ble:", "Written as `\"${2 * width}\"`"), ("* wid‸th}", "= `8`"), ("second, fil‸ters", "required"),
    ("- uni‸t", "**unit** — block"), ("incoming: sec‸ond", "output `16×8×8`"), ("name: firs‸t", "output `8×16×16`"),
    ("name: a‸,", "**second/a**"), ("[a‸, skip]", "**first/a**"), ("incoming: in‸put", "block is given"),
    ("  uni‸t:", "`filters` (required)"), ("le‸t:", "Constants"), ("par‸ameters:", "defaults"), ("ste‸p: 1", "= `1`"),
  ])
  func wordsOfBlocksAndConstants(place: String, expected: String) throws {
    var client = try Client()
    let text = Sample.blocks.replacing(first: place.filter { $0 != "‸" }, with: place)
    let words = try client.hover(text) ?? "nothing"
    #expect(words.contains(expected), "\(words)")
  }

  @Test(arguments: [
    ("W: he_n‸ormal", "gain/√fan_in"), ("W: {norm‸al: {std: 1}}", "N(mean, std²)"),
    ("W: {normal: {st‸d: 1}}", "`std` (default 0.01)"), ("W: con‸v1", "output `6×28×28`"),
    ("nonlinearity: {leaky_rect‸ify: }", "leakiness"), ("rep‸eat: 1", "copies"),
  ])
  func values(parameter: String, expected: String) throws {
    var client = try Client()
    let text = Sample.lenet.replacing(
      first: "num_units: 10, nonlinearity: softmax", with: "num_units: 10, " + parameter)
    client.open(Sample.lenet)
    _ = try client.diagnostics()
    let words = try client.hover(text) ?? "nothing"
    #expect(words.contains(expected), "\(words)")
  }

  @Test func nolearnsFlatKeys() throws {
    let text = """
      layers:
        - [input, InputLayer]
        - [dense, Dense‸Layer]
      input_shape: [null, 4]
      dense_num_units: 3

      """
    var client = try Client()
    #expect(try client.hover(text)?.contains("parameters 15") == true)
    let plain = text.filter { $0 != "‸" }
    #expect(
      try client.hover(plain.replacing(first: "dense_num", with: "dense‸_num"))?.contains("of DenseLayer") == true)
  }

  /// While a document is broken, the last good version serves.
  @Test func theLastGoodAnalysisServes() throws {
    var client = try Client()
    client.open(Sample.lenet)
    _ = try client.diagnostics()
    client.change([["text": .string(Sample.lenet + "  - Dense: {num_un")]])
    #expect(try !client.diagnostics().isEmpty)
    let answer = try client.at("hover", ["line": 3, "character": 24])
    #expect(answer["contents"]?["value"]?.stringValue?.contains("output `6×28×28`") == true)
  }

  @Test func nothingIsNull() throws {
    var client = try Client()
    #expect(try client.ask("hover", "# com‸ment\nlayers: []\n") == nil)
    #expect(try client.ask("hover", "\n‸\n") == nil)
    #expect(try client.ask("hover", "nothing: kno‸wn\n") == nil)
  }

  @Test func plainTextForClientsWithoutMarkdown() throws {
    let abilities: JSONValue = ["textDocument": ["hover": ["contentFormat": ["plaintext"]]]]
    var client = try Client(abilities: abilities)
    let answer = try client.ask("hover", Sample.lenet.replacing(first: "Dense", with: "De‸nse"))
    #expect(answer["contents"]?["kind"] == "plaintext")
  }
}
