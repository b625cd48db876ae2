import Testing

@testable import Importing

/// Definitions with parts that netc cannot say.
@Suite struct CaffeProblemTests {
  private func read(_ text: String, options: ImportOptions = .init()) throws -> ImportedNetwork {
    try CaffeImport.read(try TextFormatParser.parse(Array(text.utf8)), name: "net", options: options).network
  }

  private func problems(_ text: String) -> [String] {
    let found = #expect(throws: DefinitionProblems.self) { try read(CaffeImportTests.input + text) }
    return found?.definition.map(\.message) ?? []
  }

  @Test func everythingThatIsUnsupportedIsNamed() {
    let found = problems(
      CaffeImportTests.layer("Convolution", "convolution_param { num_output: 4 kernel_size: 3 twist: 1 }", top: "c")
        + CaffeImportTests.layer("SPP", from: "c", top: "s") + CaffeImportTests.layer("ReLU", from: "s", top: "t")
        + CaffeImportTests.layer("Pooling", "pooling_param { pool: STOCHASTIC kernel_size: 2 }")
        + CaffeImportTests.layer("Softmax", "softmax_param { axis: 2 }", from: "lost") + "speed: 5")
    #expect(
      found == [
        "netc does not know `speed` of the network", "netc does not know `twist` of convolution_param",
        "netc has no layer such as `SPP`, a SPP", "netc does not pool by `STOCHASTIC`",
        "nothing makes `lost`, which `Softmax` reads",
      ])
  }

  @Test(arguments: [
    (
      CaffeImportTests.layer("Convolution", "convolution_param { num_output: 4 kernel_size: 30 }"),
      "nothing is left of the image"
    ),
    (CaffeImportTests.layer("Convolution", "convolution_param { num_output: 4 }"), "has no size or step of a window"),
    (CaffeImportTests.layer("Convolution", "convolution_param { kernel_size: 3 }"), "has 0 filters in 1 groups"),
    (
      CaffeImportTests.layer("Convolution", "convolution_param { num_output: 4 kernel_size: 3 group: 2 }"),
      "in 2 groups for 3 channels"
    ),
    (
      CaffeImportTests.layer("Pooling", "pooling_param { kernel_size: 2 stride: 0 }"), "has no size or step of a window"
    ),
    (CaffeImportTests.layer("Power", "power_param { power: 0.5 }"), "netc has a power of 1"),
    (CaffeImportTests.layer("Reshape", "reshape_param { shape { dim: 0 dim: 7 } }"), "makes [0, 7] of 3×8×8"),
    ("layers { layer { name: 'x' } }", "this is a definition of 2013"),
  ])
  func faults(_ text: String, _ part: String) {
    let found = problems(text)
    #expect(found.contains { $0.contains(part) }, "\(found)")
  }

  @Test func sizesThatOnlyTheDataKnow() throws {
    let text = "layer { name: 'd' type: 'Data' top: 'data' top: 'label' }\n" + CaffeImportTests.layer("Flatten")
    let found = #expect(throws: DefinitionProblems.self) { try read(text) }
    #expect(found?.definition.map(\.message) == ["the definition does not say how large `data` is"])
    var options = ImportOptions()
    options.inputShape = [1, 28, 28]
    #expect(try read(text, options: options).layers[0]["shape"] == "[null, 1, 28, 28]")
  }
}
