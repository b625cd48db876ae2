import FileTestSupport
import Netc
import Testing

/// The library as another program sees it: public names only.
@Suite struct LibraryTests {
  private func spec(_ text: String, _ body: (String) throws -> Void) throws {
    let folder = TemporaryFolder()
    try body(folder.store(Array(text.utf8), as: "net.yaml"))
  }

  @Test func aSpecTellsItsShapesAndRuns() throws {
    let text = """
      layers:
        - Input: {shape: [null, 1, 4, 4]}
        - Conv2D: {name: conv, num_filters: 2, filter_size: 3, W: 0.5, b: 1}
        - Dense: {name: out, num_units: 1, W: 1, nonlinearity: linear}
      """
    try spec(text) { path in
      let spec = try NetworkSpec(path: path)
      #expect(spec.layerNames == ["input1", "conv", "out"])
      // 2·9 + 2 and 8 + 1
      #expect(spec.parameterCount == 29)
      #expect(spec.outputShape(of: "conv") == [2, 2, 2])
      let network = try spec.compile(threads: 1)
      #expect(network.inputShape == [1, 4, 4] && network.outputShape == [1])
      // Nine ones at one half, plus one, in eight places.
      #expect(try network.run([Float](repeating: 1, count: 32)) == [44, 44])
      #expect(throws: InputError.self) { try network.run([1, 2, 3]) }
    }
  }

  @Test func everyMistakeIsReported() throws {
    let text = "layers:\n  - Input: {shape: [null, 4]}\n  - Dense: {num_unit: 3}\n  - Dens: {num_units: 2}\n"
    try spec(text) { path in
      let error = #expect(throws: SpecError.self) { try NetworkSpec(path: path) }
      #expect(error?.problems.map(\.code) == ["N0103", "N0102"])
      #expect(error?.problems.map(\.line) == [3, 4])
    }
  }

  @Test func aMissingArtefactIsAProblem() {
    let error = #expect(throws: Problem.self) { try CompiledNetwork(path: "no-such-file.netc") }
    #expect(error?.code == "N0501")
  }
}
