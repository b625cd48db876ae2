import CPUBackend
import Compiler
import Diagnostics
import Driver
import Exchange
import FileTestSupport
import Layers
import NetIR
import NetworkTestSupport
import Runtime
import Testing

/// Specs that start from another one and its weights.
@Suite struct BaseWeightsTests {
  private static let old = """
    layers:
      - Input:     {name: in, shape: [null, 3, 8, 8]}
      - Conv2D:    {name: conv, num_filters: 4, filter_size: 3, pad: same, batch_norm: true}
      - MaxPool2D: {name: pool, pool_size: 2}
      - Dropout:   {name: drop}
      - Dense:     {name: fc6, num_units: 10}
      - Dense:     {name: fc7, num_units: 5, nonlinearity: softmax}

    """

  private let folder = TemporaryFolder()

  /// Writes the base and its weights: noise, but for tensors that `change` replaces or removes.
  init() throws {
    _ = folder.store(Array(Self.old.utf8), as: "old.yaml")
    try store()
  }

  private func store(
    as name: String = "old.safetensors", without removed: Set<String> = [], adding more: [(String, [Int])] = []
  ) throws {
    var writer = SafetensorsWriter()
    let own = try Networks.of(Self.old, name: "old").weights.map { ($0.name, $0.storedShape) }
    for (name, shape) in own.filter({ !removed.contains($0.0) }) + more {
      writer.add(name, shape, floats: NoiseWeights.values(name, shape))
    }
    try writer.write(to: folder.path + "/" + name)
  }

  private func loaded(_ text: String, as name: String = "net.yaml") -> LoadedSpec {
    TestFile.write(text, to: folder.path + "/" + name)
    return SpecLoader.load(folder.path + "/" + name)
  }

  /// The weights of a spec that is as it should be.
  private func weights(_ text: String) throws -> (network: Network, weights: Weights) {
    let loaded = loaded(text)
    let network = try #require(loaded.network, "\(loaded.bag.sorted.map(\.message))")
    return (network, try #require(try Weights.load(nil, for: loaded, network)))
  }

  /// What is wrong with the weights of a spec that is as it should be.
  private func problems(_ text: String) throws -> [Diagnostic] {
    let loaded = loaded(text)
    let network = try #require(loaded.network, "\(loaded.bag.sorted.map(\.message))")
    do {
      _ = try Weights.load(nil, for: loaded, network)
      return []
    } catch let error as SpecProblems {
      return error.bag.sorted
    }
  }

  private func outputs(_ network: Network, _ weights: Weights) throws -> [Float] {
    let options = CompileOptions(batch: 2, target: try CompilerFront.target("native"), catalogue: KernelTable.catalogue)
    let model = try Model.compile(network, weights, options, threads: 1)
    let count = model.plan.inputs[0].shape.elements
    return model.executable.run(examples: 2, inputs: [Noise.floats(count, seed: 3)])[0]
  }

  // MARK: What is taken

  @Test func keptLayersHaveTheNumbersOfTheFileAndNewOnesFirstValues() throws {
    let (network, weights) = try weights(
      """
      base: {spec: old.yaml, weights: old.safetensors, until: pool}
      layers:
        - Dense: {name: fc6, num_units: 3}
        - Dense: {name: out, num_units: 2}
      """)
    #expect(network.weights.count == 9)
    let first = Weights.initialised(for: network)
    for weight in network.weights {
      let wanted =
        weight.name.hasPrefix("conv")
        ? NoiseWeights.values(weight.name, weight.shape) : try first.values(weight.name, weight.shape)
      #expect(try weights.values(weight.name, weight.shape) == wanted, "\(weight.name)")
    }
    #expect(
      weights.remark
        == "5 tensors of `old.safetensors`; `fc6.W`, `fc6.b`, `out.W`, `out.b` have their first values")
  }

  @Test func aBaseAloneComputesWhatItComputes() throws {
    let (network, taken) = try weights("base: {spec: old.yaml, weights: old.safetensors}\n")
    let old = try Networks.of(Self.old)
    let direct = try Weights.load(folder.path + "/old.safetensors", for: old)
    #expect(try outputs(network, taken) == outputs(old, direct))
    #expect(taken.remark == "9 tensors of `old.safetensors`")
  }

  @Test func denseLayersAsConvolutionsComputeTheSame() throws {
    let (network, taken) = try weights(
      "base: {spec: old.yaml, weights: old.safetensors, transform: {fc_to_conv: [fc6, fc7]}}\n")
    #expect(network.layers.last?.shape == [nil, 5, 1, 1])
    let old = try Networks.of(Self.old)
    let wanted = try outputs(old, Weights.load(folder.path + "/old.safetensors", for: old))
    let found = try outputs(network, taken)
    #expect(found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-6 })
    // On a larger image one of the positions sees the top left corner as before.
    let (larger, _) = try weights(
      """
      base: {spec: old.yaml, weights: old.safetensors, transform: {fc_to_conv: [fc6, fc7]}}
      layers: [Input: {shape: [null, 3, 16, 12]}]
      """)
    #expect(larger.layers.last?.shape == [nil, 5, 5, 3])
  }

  /// What `until` and `drop` took away may be in the file, and need not be.
  @Test(arguments: [[], ["fc7.W", "fc7.b"]])
  func tensorsOfRemovedLayers(removed: [String]) throws {
    try store(without: Set(removed))
    let (network, _) = try weights("base: {spec: old.yaml, weights: old.safetensors, drop: [fc7]}\n")
    #expect(network.layers.last?.name == "fc6")
  }

  @Test func ofTwoBasesTheInnerWeightsRemain() throws {
    let middle = "base: {spec: ../old.yaml, weights: ../old.safetensors, until: pool}\n"
    TestFile.write(middle + "layers: [Dense: {name: fc6, num_units: 7}]\n", to: folder.path + "/sub/middle.yaml")
    let (network, weights) = try weights("base: sub/middle.yaml\nlayers: [Dense: {name: out, num_units: 2}]\n")
    #expect(network.weights.filter { $0.name.hasPrefix("conv") }.count == 5)
    #expect(weights.remark?.hasPrefix("5 tensors of `../old.safetensors`; `fc6.W`") == true)
    #expect(try weights.values("conv.W", [4, 3, 3, 3]) == NoiseWeights.values("conv.W", [4, 3, 3, 3]))
  }

  @Test func aFileOnTheCommandLineComesFirst() throws {
    let loaded = loaded("base: {spec: old.yaml, weights: none.safetensors}\n")
    let network = try #require(loaded.network)
    #expect(try Weights.load(folder.path + "/old.safetensors", for: loaded, network)?.remark == nil)
    #expect(try problems("base: old.yaml\n").isEmpty)
    #expect(try Weights.load(nil, for: self.loaded("base: old.yaml\n"), network) == nil)
  }

  // MARK: What is wrong

  private func only(_ text: String) throws -> Diagnostic {
    let found = try problems(text)
    try #require(found.count == 1, "\(found.map(\.message))")
    return found[0]
  }

  @Test func aMissingFile() throws {
    let problem = try only("name: x\nbase: {spec: old.yaml, weights: gone.safetensors}\n")
    #expect(problem.code == .unreadableFile)
    #expect(problem.message.hasSuffix("/gone.safetensors`: No such file or directory"))
    guard case .source(let label) = problem.place else { throw GraphProblem("no place") }
    #expect(label.span.start == SourcePosition(line: 2, column: 33))
    #expect(problem.help.first?.contains("folder of the spec") == true)
  }

  @Test func aDamagedFile() throws {
    _ = folder.store(Array("no safetensors file at all".utf8), as: "old.safetensors")
    #expect(try only("base: {spec: old.yaml, weights: old.safetensors}\n").code == .damagedSafetensors)
  }

  @Test func aMissingTensor() throws {
    try store(without: ["conv.W", "conv_bn.mean"])
    let spec = "base: {spec: old.yaml, weights: old.safetensors, fresh: FRESH}\n"
    let problem = try only(spec.replacing(", fresh: FRESH", with: ""))
    #expect(problem.code == .missingTensor)
    #expect(problem.message == "`old.safetensors` lacks 2 tensors of the base `old.yaml`")
    #expect(problem.notes == ["missing: `conv.W` 4×3×3×3, `conv_bn.mean` 4"])
    #expect(problem.help.last == "`fresh: [conv, conv_bn]` in `base` would initialise them")
    #expect(try only(spec.replacing("FRESH", with: "conv.W")).notes == ["missing: `conv_bn.mean` 4"])
    for fresh in ["[conv, conv_bn]", "[conv*]", "[conv.W, conv_bn.mean]", "'*[vn].[Wm]*'"] {
      #expect(try problems(spec.replacing("FRESH", with: fresh)).isEmpty, "\(fresh)")
    }
  }

  @Test func anUnknownTensor() throws {
    try store(adding: [("aux1/conv.W", [2, 2]), ("aux2/conv.W", [3])])
    let problem = try only("base: {spec: old.yaml, weights: old.safetensors, until: pool}\n")
    #expect(problem.code == .unexpectedTensor)
    #expect(problem.notes == ["of no layer of the base: `aux1/conv.W` 2×2, `aux2/conv.W` 3"])
    #expect(problem.help.first?.contains("`unused: [aux1/conv, aux2/conv]`") == true)
    for unused in ["[aux1, aux2]", "'aux*'", "[aux1/conv.W, aux2/conv]", "'aux[12]'", "'*/*'"] {
      #expect(try problems("base: {spec: old.yaml, weights: old.safetensors, unused: \(unused)}\n").isEmpty)
    }
  }

  @Test func anotherShape() throws {
    let problem = try only(
      "base: {spec: old.yaml, weights: old.safetensors}\nlayers: [Input: {shape: [null, 3, 16, 8]}]\n")
    #expect(problem.code == .tensorShapeDiffers)
    #expect(problem.notes == ["`fc6.W` is 10×64 in the file, and 10×128 in `net`"])
    #expect(problem.help.first?.contains("`transform: {fc_to_conv: [fc6]}`") == true)
    try store(without: ["conv.W"], adding: [("conv.W", [4, 3, 5, 5])])
    let convolution = try only("base: {spec: old.yaml, weights: old.safetensors}\n")
    #expect(convolution.help.first?.contains("`fresh: [conv]`") == true)
  }

  @Test func numbersThatAreNone() throws {
    var writer = SafetensorsWriter()
    for weight in try Networks.of(Self.old).weights {
      writer.add(weight.name, .i32, weight.shape, bytes: [UInt8](repeating: 0, count: 4 * weight.shape.elements))
    }
    try writer.write(to: folder.path + "/old.safetensors")
    let problem = try only("base: {spec: old.yaml, weights: old.safetensors}\n")
    #expect(problem.code == .unsupportedType && problem.notes.count == 9)
  }

  @Test func everythingThatIsWrongIsSaidAtOnce() throws {
    try store(without: ["conv.W"], adding: [("more", [1])])
    let found = try problems(
      """
      base: {spec: old.yaml, weights: old.safetensors, fresh: [cnv_bn], unused: [les]}
      layers: [Input: {shape: [null, 3, 16, 8]}]
      """)
    #expect(
      Set(found.map(\.code))
        == [.missingTensor, .unexpectedTensor, .tensorShapeDiffers, .unknownBaseLayer] && found.count == 5)
  }

  @Test func patternsThatNameNothing() throws {
    let fresh = try only("base: {spec: old.yaml, weights: old.safetensors, until: pool, fresh: [fc6]}\n")
    #expect(fresh.code == .unknownBaseLayer)
    let unused = try only("base: {spec: old.yaml, weights: old.safetensors, unused: ['aux*']}\n")
    #expect(unused.code == .missingTensor)
  }
}
