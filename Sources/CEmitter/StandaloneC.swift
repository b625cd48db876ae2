import Compiler
import NetIR

/// A network as C11 that needs nothing but its caller's memory: a header, a source file, and the weights in it or beside
/// it. The text depends on the network alone.
package struct StandaloneC {
  /// Where the weights are.
  package enum WeightsForm: String, CaseIterable, Sendable {
    /// A constant array of the source file.
    case array
    /// A file of little-endian floats, which the caller loads or maps.
    case binary
  }

  package struct File {
    package enum Content {
      case text(String)
      case floats([Float])
    }

    package var name: String
    package var content: Content
  }

  /// Up to as many weights, 4 MiB, are written as an array where nothing else is said.
  package static let largestArray = 1 << 20

  /// What functions and files are called after.
  package let name: String
  package let form: WeightsForm
  let program: CProgram
  let graph: Graph
  let classes: [String]
  let preprocessing: [PreprocessingStep]
  let version: String
  private let values: (ValueID) throws -> [Float]

  /// - Parameters:
  ///   - graph: behind the passes of `Pipeline.standalone`.
  ///   - classes: names of the last axis of the first output; may be empty.
  ///   - form: nil lets the size decide.
  ///   - version: netc's.
  ///   - values: the numbers of a constant of the graph, in C order.
  /// - Throws: `CompileError` for what C cannot say.
  package init(
    _ graph: Graph, classes: [String], preprocessing: [PreprocessingStep], form: WeightsForm?, version: String,
    values: @escaping (ValueID) throws -> [Float]
  ) throws {
    (self.graph, self.classes, self.preprocessing) = (graph, classes, preprocessing)
    (self.version, self.values) = (version, values)
    name = CWords.identifier(graph.name)
    program = try CProgram(graph, name: name)
    self.form = form ?? (program.weights.floats <= Self.largestArray ? .array : .binary)
    guard max(program.weights.floats, program.storage.arenaFloats) < 1 << 31 else {
      throw CompileError(.unsupported, "`\(graph.name)` has more weights or activations than an `int` of C counts")
    }
  }

  /// Whether a convolution's function takes the maxima over its epilogue's windows: what is pooled away is never stored.
  package static func canPool(_ convolution: Graph.Node, _ epilogue: Epilogue) -> Bool {
    guard let window = epilogue.pool else { return true }
    return epilogue.activation.isRising && window.height * window.width <= 16
  }

  package var arenaFloats: Int { program.storage.arenaFloats }
  /// The least that any placement would need.
  package var arenaBound: Int { program.storage.boundFloats }
  package var weightFloats: Int { program.weights.floats }

  /// - Parameter withExample: whether a program that calls the network is among them.
  /// - Throws: what `values` throws.
  package func files(withExample: Bool = false) throws -> [File] {
    let numbers = try weightNumbers()
    var files = [
      File(name: "\(name).h", content: .text(header(sum: Self.sum(of: numbers)))),
      File(name: "\(name).c", content: .text(try source(numbers))),
    ]
    if form == .binary { files.append(File(name: "\(name).weights", content: .floats(numbers))) }
    if withExample { files.append(File(name: "\(name)_main.c", content: .text(example()))) }
    return files
  }

  /// All weights, each at its place.
  private func weightNumbers() throws -> [Float] {
    var numbers: [Float] = []
    numbers.reserveCapacity(program.weights.floats)
    for entry in program.weights.entries {
      numbers += [Float](repeating: 0, count: entry.offset - numbers.count)
      numbers += try program.weights.numbers(entry, values)
    }
    return numbers + [Float](repeating: 0, count: program.weights.floats - numbers.count)
  }

  /// FNV-1a over the bits of the floats, 32 at a time: whether a file of weights is the one that belongs to the code.
  static func sum(of numbers: [Float]) -> UInt32 {
    numbers.reduce(2_166_136_261) { ($0 ^ $1.bitPattern) &* 16_777_619 }
  }

  // MARK: Words of all files

  var prefix: String { name.uppercased() }

  /// Names of the macros that say how long a buffer is.
  func sizeNames(_ word: String, _ names: [String]) -> [String] {
    guard names.count > 1 else { return ["\(prefix)_\(word)_FLOATS"] }
    // Names may differ in their case alone.
    var taken = CNames()
    return names.map { taken.unique("\(prefix)_\(word)_\($0.uppercased())_FLOATS") }
  }

  var parameters: [String] {
    (hasWeightsParameter ? ["const float *weights"] : []) + program.inputs.map { "const float *\($0)" }
      + program.outputs.map { "float *\($0)" } + ["float *arena"]
  }

  var hasWeightsParameter: Bool { form == .binary && program.weights.floats > 0 }

  /// A declaration in lines that end within 100 columns.
  func declaration(_ head: String, _ parameters: [String], end: String) -> String {
    let words = parameters.enumerated().map { $1 + ($0 == parameters.count - 1 ? ")" + end : ",") }
    return CWords.lines([head + "(" + words[0]] + words.dropFirst(), width: 98).enumerated()
      .map { ($0 == 0 ? "" : "    ") + $1 }.joined(separator: "\n") + "\n"
  }
}
