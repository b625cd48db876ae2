import CPUBackend
import Diagnostics
import Driver
import Exchange
import FileTestSupport
import Layers
import NetIR
import NetworkTestSupport
import Testing

/// Weights of other libraries: other names, other orders.
@Suite struct MappedWeightsTests {
  private static let spec = """
    layers:
      - Input:     {name: in, shape: [null, 3, 6, 4]}
      - Conv2D:    {name: conv, num_filters: 4, filter_size: [3, 2], pad: same, b: null, nonlinearity: linear}
      - BatchNorm: {name: norm}
      - Conv2D:    {name: each, num_filters: 8, filter_size: 3, num_groups: 4}
      - Dense:     {name: fc, num_units: 5}
      - Dense:     {name: out, num_units: 2}

    """

  private let folder = TemporaryFolder()
  private let network: Network

  init() throws { network = try Networks.of(Self.spec, name: "net") }

  private func own(_ name: String) throws -> (shape: [Int], values: [Float]) {
    let weight = try #require(network.weights.first { $0.name == name })
    return (weight.shape, NoiseWeights.values(name, weight.shape).map { abs($0) + 0.5 })
  }

  /// Stores what the parameters are to be, under other names and in other orders.
  private func store(_ tensors: [(name: String, from: String, change: (([Int], [Float]) -> ([Int], [Float]))?)]) throws
    -> String
  {
    var writer = SafetensorsWriter()
    for tensor in tensors {
      var (shape, values) = try own(tensor.from)
      if let change = tensor.change { (shape, values) = change(shape, values) }
      writer.add(tensor.name, shape, floats: values)
    }
    let path = folder.path + "/w.safetensors"
    try writer.write(to: path)
    return path
  }

  /// (O, I, H, W) → (H, W, I, O) by index arithmetic.
  private static func hwio(_ shape: [Int], _ values: [Float]) -> ([Int], [Float]) {
    let (o, i, h, w) = (shape[0], shape[1], shape[2], shape[3])
    var result = [Float](repeating: 0, count: values.count)
    for a in 0..<o {
      for b in 0..<i {
        for y in 0..<h {
          for x in 0..<w { result[((y * w + x) * i + b) * o + a] = values[((a * i + b) * h + y) * w + x] }
        }
      }
    }
    return ([h, w, i, o], result)
  }

  private static func transposed(_ shape: [Int], _ values: [Float]) -> ([Int], [Float]) {
    let (rows, columns) = (shape[0], shape[1])
    return ([columns, rows], (0..<values.count).map { values[$0 % rows * columns + $0 / rows] })
  }

  /// (C·M, 1, H, W) → (H, W, C, M).
  private static func hwcm(_ shape: [Int], _ values: [Float]) -> ([Int], [Float]) {
    let (c, m, h, w) = (4, 2, shape[2], shape[3])
    var result = [Float](repeating: 0, count: values.count)
    for a in 0..<c {
      for b in 0..<m {
        for y in 0..<h {
          for x in 0..<w { result[((y * w + x) * c + a) * m + b] = values[((a * m + b) * h + y) * w + x] }
        }
      }
    }
    return ([h, w, c, m], result)
  }

  /// Columns from (C, H, W) to (H, W, C), then transposed; the image in front of `fc` is 8×4×2.
  private static func kerasDense(_ shape: [Int], _ values: [Float]) -> ([Int], [Float]) {
    let (c, h, w) = (8, 4, 2)
    var result = values
    for unit in 0..<shape[0] {
      for a in 0..<c {
        for y in 0..<h {
          for x in 0..<w {
            result[unit * shape[1] + (y * w + x) * c + a] = values[unit * shape[1] + (a * h + y) * w + x]
          }
        }
      }
    }
    return transposed(shape, result)
  }

  private func expectAll(_ weights: Weights, except: Set<String> = []) throws {
    for weight in network.weights where !except.contains(weight.name) {
      #expect(try weights.values(weight.name, weight.shape) == (try own(weight.name).values), "\(weight.name)")
    }
  }

  private var kerasFile: String {
    get throws {
      try store([
        ("conv/kernel:0", "conv.W", Self.hwio), ("norm/gamma:0", "norm.gamma", nil), ("norm/beta:0", "norm.beta", nil),
        ("norm/moving_mean:0", "norm.mean", nil), ("norm/moving_variance:0", "norm.var", nil),
        ("each/depthwise_kernel:0", "each.W", Self.hwcm), ("each/bias:0", "each.b", nil),
        ("fc/kernel:0", "fc.W", Self.kerasDense), ("fc/bias:0", "fc.b", nil),
        ("out/kernel:0", "out.W", Self.transposed), ("out/bias:0", "out.b", nil), ("optimizer/step:0", "out.b", nil),
      ])
    }
  }

  private static let kerasMap = """
    conv/kernel:0: {to: conv.W, as: hwio}
    each/depthwise_kernel:0: {to: each.W, as: hwcm}
    fc/kernel:0: {to: fc.W, as: [transposed, hwc_inputs]}
    out/kernel:0: {to: out.W, as: transposed}
    norm/moving_mean:0: norm.mean
    norm/moving_variance:0: norm.var
    'norm/(\\w+):0': norm.$1
    '(\\w+)/bias:0': $1.b
    'optimizer/.*':
    """

  @Test func layoutsOfKeras() throws {
    let map = folder.store(Array(Self.kerasMap.utf8), as: "map.yaml")
    let weights = try Weights.load(try kerasFile, map: map, for: network)
    try expectAll(weights)
    #expect(weights.remark?.contains("11 tensors") == true && weights.remark?.contains("1 tensor out") == true)
  }

  /// The same in the spec itself.
  @Test func aSpecMayNameItsWeights() throws {
    _ = try kerasFile
    let indented = Self.kerasMap.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    let text = Self.spec + "weights:\n  file: w.safetensors\n  map:\n\(indented)\n"
    let path = folder.store(Array(text.utf8), as: "net.yaml")
    let loaded = SpecLoader.load(path)
    let network = try #require(loaded.network, "\(loaded.bag.sorted.map(\.message))")
    try expectAll(try #require(try Weights.load(nil, for: loaded, network)))
    // What is fresh has first values, what is unused may be there.
    let fewer = Self.spec + "weights: {file: w.safetensors, fresh: [out], unused: ['o*'], map: {"
    let rest =
      "conv/kernel:0: {to: conv.W, as: hwio}, each/depthwise_kernel:0: {to: each.W, as: hwcm}, "
      + "fc/kernel:0: {to: fc.W, as: [transposed, hwc_inputs]}, norm/moving_mean:0: norm.mean, "
      + "norm/moving_variance:0: norm.var, 'norm/(\\w+):0': norm.$1, '(\\w+)/bias:0': $1.b}}\n"
    let second = SpecLoader.load(folder.store(Array((fewer + rest).utf8), as: "fewer.yaml"))
    let again = try #require(second.network, "\(second.bag.sorted.map(\.message))")
    try expectAll(try #require(try Weights.load(nil, for: second, again)), except: ["out.W", "out.b"])
  }

  @Test func layoutsOfLasagne() throws {
    func flipped(_ shape: [Int], _ values: [Float]) -> ([Int], [Float]) {
      let size = shape[2] * shape[3]
      return (shape, (0..<values.count).map { values[$0 / size * size + size - 1 - $0 % size] })
    }
    func inverse(_ shape: [Int], _ values: [Float]) -> ([Int], [Float]) {
      (shape, values.map { 1 / ($0 + 1e-4).squareRoot() })
    }
    let path = try store([
      ("conv.0", "conv.W", flipped), ("norm.0", "norm.beta", nil), ("norm.1", "norm.gamma", nil),
      ("norm.2", "norm.mean", nil), ("norm.3", "norm.var", inverse), ("each.0", "each.W", flipped),
      ("each.1", "each.b", nil), ("fc.0", "fc.W", Self.transposed), ("fc.1", "fc.b", nil),
      ("out.0", "out.W", Self.transposed), ("out.1", "out.b", nil),
    ])
    let weights = try Weights.load(path, map: "nolearn", for: network)
    try expectAll(weights, except: ["norm.var"])
    let variance = try weights.values("norm.var", [4])
    #expect(zip(variance, try own("norm.var").values).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  /// Another ε: the sum of variance and ε is what counts.
  @Test func epsilons() throws {
    let path = try store([
      ("conv.weight", "conv.W", nil), ("norm.weight", "norm.gamma", nil), ("norm.bias", "norm.beta", nil),
      ("norm.running_mean", "norm.mean", nil), ("norm.running_var", "norm.var", nil), ("each.weight", "each.W", nil),
      ("each.bias", "each.b", nil), ("fc.weight", "fc.W", nil), ("fc.bias", "fc.b", nil), ("out.weight", "out.W", nil),
      ("out.bias", "out.b", nil), ("norm.num_batches_tracked", "out.b", nil),
    ])
    let weights = try Weights.load(path, map: "pytorch", for: network)
    try expectAll(weights, except: ["norm.var"])
    let variance = try weights.values("norm.var", [4])
    #expect(zip(variance, try own("norm.var").values).allSatisfy { abs($0 + 1e-4 - ($1 + 1e-5)) < 1e-7 })
  }

  // MARK: What is wrong

  private func problem(_ map: String) throws -> Diagnostic {
    let path = try kerasFile
    let file = folder.store(Array(map.utf8), as: "map.yaml")
    let error = try #require(throws: DiagnosticError.self) { try Weights.load(path, map: file, for: network) }
    return error.diagnostic
  }

  @Test func allThatDiffersIsNamedAtOnce() throws {
    let found = try problem(
      Self.kerasMap.replacing("as: hwio", with: "as: hwcm").replacing("'optimizer/.*':", with: "").replacing(
        "norm.mean", with: "norm.men"))
    #expect(found.code == .missingTensor)
    let notes = found.notes.joined(separator: "\n")
    #expect(notes.contains("missing: `norm.mean` 4"))
    #expect(notes.contains("`conv.W` is 3×2×3×4 in the file, made 12×1×3×2, and 4×3×3×2 in the network"))
    #expect(notes.contains("in the file, and not of the network: `norm/moving_mean:0` 4, `optimizer/step:0` 2"))
  }

  @Test func twoTensorsOfOneName() throws {
    let found = try problem(Self.kerasMap.replacing("'optimizer/.*':", with: "'optimizer/.*': out.b"))
    #expect(found.code == .unexpectedTensor)
    #expect(found.notes == ["`out.b` is `out/bias:0` and `optimizer/step:0`"])
  }

  @Test func placesInASpec() throws {
    _ = try kerasFile
    let path = folder.store(Array((Self.spec + "weights: w.safetensors\n").utf8), as: "net.yaml")
    let loaded = SpecLoader.load(path)
    let network = try #require(loaded.network)
    let problems = try #require(throws: SpecProblems.self) { try Weights.load(nil, for: loaded, network) }
    #expect(problems.bag.sorted.map(\.code) == [.missingTensor, .unexpectedTensor])
    let first = try #require(problems.bag.sorted.first)
    guard case .source(let label) = first.place else {
      Issue.record("no place")
      return
    }
    #expect(label.span.start.line == 8)
  }
}
