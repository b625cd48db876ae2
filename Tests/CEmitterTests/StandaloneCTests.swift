import CEmitter
import Compiler
import FileTestSupport
import Glibc
import Layers
import NetIR
import NetworkTestSupport
import Testing

/// What is written is compiled as others would, and computes what the interpreter does in double precision.
@Suite(.enabled(if: !CCompiler.available.isEmpty, "SKIPPED: no C compiler is on the PATH"))
struct StandaloneCTests {
  private static let tolerance = 1e-5
  private static let specs = ["digits", "lenet", "lenet-caffe", "mnist", "cifar10-quick"]

  /// A batch of one, as most uses have it, or of two.
  private static func networks(batch: (Int) -> Int, form: StandaloneC.WeightsForm = .array) throws -> [CNetwork] {
    try CNets.all.enumerated().map { index, net in
      try CNetwork(net.yaml, name: "n\(index)-\(net.name)", batch: batch(index), form: form)
    }
  }

  /// With GCC, whose warnings are others; many small files are compiled in one call.
  @Test(.enabled(if: CCompiler.isOnPath("gcc"), "SKIPPED: gcc is not on the PATH; clang alone is tried"))
  func computesWhatTheInterpreterDoesByGCC() throws {
    try check(Self.networks { $0 % 2 + 1 }, CCompiler(name: "gcc"))
  }

  @Test(.enabled(if: CCompiler.isOnPath("clang"), "SKIPPED: clang is not on the PATH; gcc alone is tried"))
  func computesWhatTheInterpreterDoesByClang() throws {
    let specs = try Self.specs.map { try CNetwork(Networks.spec($0)) }
    try check(Self.networks { 2 - $0 % 2 } + specs, CCompiler(name: "clang"))
  }

  private func check(_ networks: [CNetwork], _ compiler: CCompiler) throws {
    let library = try CLibrary(networks, compiler)
    for network in networks {
      #expect(network.error(of: try library.run(network)) < Self.tolerance, "\(network.code.name), \(compiler)")
    }
  }

  /// Every layer type of the language is in one of the networks.
  @Test func everyLayerIsTried() throws {
    let used = Set(try CNets.all.flatMap { try Networks.of($0.yaml).layers.map(\.typeName) })
    #expect(Set(LayerRegistry.names).subtracting(used).isEmpty)
  }

  @Test func weightsComeFromAFileAsWell() throws {
    let network = try CNetwork(Networks.spec("resnet20"), form: .binary)
    let weights = network.files.compactMap { if case .floats(let numbers) = $0.content { numbers } else { nil } }
    try #require(network.files.map(\.name) == ["resnet20.h", "resnet20.c", "resnet20.weights"] && weights.count == 1)
    let library = try CLibrary([network], CCompiler.available[0])
    #expect(network.error(of: try library.run(network, weights: weights[0])) < Self.tolerance)
    typealias Check = @convention(c) (UnsafePointer<Float>?) -> Int32
    let check = try #require(library.function("resnet20_weights_are_right", as: Check.self))
    func isRight(_ weights: [Float]) -> Bool { weights.withUnsafeBufferPointer { check($0.baseAddress) } == 1 }
    #expect(isRight(weights[0]))
    for place in [0, 4711, weights[0].count - 1] {
      var damaged = weights[0]
      damaged[place] = damaged[place].nextUp
      #expect(!isRight(damaged))
    }
  }

  /// Exactly as much memory as the header says, watched by the sanitizers: nothing is read or written beyond it.
  @Test(.enabled(if: CCompiler.sanitizing != nil, "SKIPPED: no compiler with sanitizers is on the PATH"))
  func staysInItsMemory() throws {
    let networks = try Self.networks { 2 - $0 % 2 }
    let folder = TemporaryFolder()
    for network in networks { network.store(in: folder) }
    let calls = networks.map { network in
      """
      static void check_\(network.code.name)(void) {
        float *in[\(network.inputs.count)], *out[\(network.wanted.count)];
        const float *given[\(network.inputs.count)];
        const int sizes[] = {\(network.inputs.map { "\($0.count)" }.joined(separator: ", "))};
        const int results[] = {\(network.wanted.map { "\($0.count)" }.joined(separator: ", "))};
        for (int i = 0; i < \(network.inputs.count); i++) given[i] = in[i] = floats(sizes[i]);
        for (int i = 0; i < \(network.wanted.count); i++) out[i] = floats(results[i]);
        float *arena = floats(\(network.code.name.uppercased())_ARENA_FLOATS);
        call_\(network.code.name)(0, given, out, arena);
        for (int i = 0; i < \(network.inputs.count); i++) free(in[i]);
        for (int i = 0; i < \(network.wanted.count); i++) free(out[i]);
        free(arena);
      }

      """
    }
    let head = """
      #include <stdlib.h>
      static float *floats(int count) {
        float *result = malloc(sizeof(float) * (size_t)count);
        for (int i = 0; result && i < count; i++) result[i] = (float)(i % 17) * 0.125f - 1.0f;
        return result;
      }

      """
    let main = "int main(void) {\n" + networks.map { "  check_\($0.code.name)();\n" }.joined() + "  return 0;\n}\n"
    let text = head + networks.map(\.caller).joined() + calls.joined() + main
    let caller = folder.store(Array(text.utf8), as: "calls.c")
    let sources = networks.map { "\(folder.path)/\($0.code.name).c" } + [caller]
    let (compiler, flags) = try #require(CCompiler.sanitizing)
    let problem = compiler.compile(
      CCompiler.strict + flags + ["-O1", "-I", folder.path] + sources
        + ["-lm", "-o", "\(folder.path)/check"])
    try #require(problem == nil, "\(problem ?? "")")
    let run = NetcProcess.run(command: ["\(folder.path)/check"])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors.prefix(2000))")
  }

  @Test func headersAreForCPlusPlusToo() throws {
    let folder = TemporaryFolder()
    for form in StandaloneC.WeightsForm.allCases {
      try CNetwork(Networks.spec("digits"), form: form).store(in: folder)
      folder.store(Array("#include \"digits.h\"\nint main() { return DIGITS_CLASSES - 10; }\n".utf8), as: "main.cpp")
      let problem = CCompiler.available[0].compile([
        "-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only",
        "\(folder.path)/main.cpp",
      ])
      #expect(problem == nil, "\(problem ?? "")")
    }
  }

  @Test func bytesArePreparedAsTheSpecSays() throws {
    var network = try Networks.of("- Input: {shape: [null, 3, 4, 5]}\n- Dense: {num_units: 2}", name: "pictures")
    let means = Noise.floats(60, seed: 1)
    network.preprocessing = [
      .resize(.shortSide(9)), .centerCrop(Size2D(4, 5)), .scale(low: -1, high: 2), .subtract([0.5, 0.25, -0.125]),
      .reverseChannels, .divide([0.3]), .multiply([1, 2, 3]), .subtract(means),
    ]
    let code = try CNetwork(network, batch: 2)
    let library = try CLibrary([code], CCompiler.available[0])
    typealias Prepare = @convention(c) (UnsafePointer<UInt8>?, UnsafeMutablePointer<Float>?) -> Void
    let prepare = try #require(library.function("pictures_prepare", as: Prepare.self))
    let raw = (0..<120).map { UInt8($0 * 37 % 256) }
    var found = [Float](repeating: 0, count: 120)
    found.withUnsafeMutableBufferPointer { found in
      raw.withUnsafeBufferPointer { prepare($0.baseAddress, found.baseAddress) }
    }
    var wanted = raw.map(Float.init)
    for step in network.preprocessing { step.apply(to: &wanted, shape: [3, 4, 5]) }
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) })
    let header = try #require(code.text("pictures.h"))
    let words = header.split { $0 == " " || $0 == "*" || $0 == "\n" }.joined(separator: " ")
    #expect(words.contains("the size of the picture apart: resize the shorter side to 9 pixels; keep the middle 4 x 5"))
  }

  /// What is no loop over the numbers is left to the caller, in words.
  @Test func whatIsNotPreparedIsSaid() throws {
    var network = try Networks.of("- Input: {shape: [null, 2]}\n- Dense: {num_units: 2}", name: "rows")
    network.preprocessing = [.project(matrix: [1, 0, 0, 1])]
    let header = try #require(try CNetwork(network).text("rows.h"))
    #expect(!header.contains("rows_prepare") && header.contains("what the caller has to do to bytes"))
  }

  /// What is computed in place, joined or pooled takes no memory of its own.
  @Test func arenasAreSmall() throws {
    // While a shortcut waits with 16×32×32 numbers: two results of 32×16×16, 10 rows of all channels and 4 stretches.
    // Where the residual of 16×32×32 is added, it makes way for the result.
    let code = try CNetwork(Networks.spec("resnet20")).code
    #expect(code.arenaBound == 16_384 + 2 * 8192 + 32 * 10 * 18 + 4 * 144 + 16)
    #expect(code.arenaFloats >= code.arenaBound && code.arenaFloats < code.arenaBound + code.arenaBound / 8)
    // Neither the 6×28×28 nor the 16×10×10 numbers that are pooled away.
    #expect(try CNetwork(Networks.spec("lenet")).code.arenaFloats < 6 * 14 * 14 + 6 * 124 + 16 * 25 + 128)
    let joined = try #require(CNets.memory.first { $0.name == "concat-of-concats" })
    #expect(try CNetwork(joined.yaml, name: "joined").text("joined.c")?.contains("lies there already") == true)
  }

  @Test func largeWeightsBecomeAFile() throws {
    let small = try Networks.of("- Input: {shape: [null, 1024]}\n- Dense: {num_units: 1023}", name: "small")
    let large = try Networks.of("- Input: {shape: [null, 1024]}\n- Dense: {num_units: 1025}", name: "large")
    #expect(try CNetwork(small, form: nil).code.form == .array)
    #expect(try CNetwork(large, form: nil).code.form == .binary)
  }

  /// Nothing but the network decides what is written.
  @Test func textsAreTheSameEachTime() throws {
    let texts = try (0..<2).map { _ in try CNetwork(Networks.spec("digits")).text("digits.c") }
    #expect(texts[0] != nil && texts[0] == texts[1])
    #expect(texts[0]?.utf8.allSatisfy { $0 < 128 } == true)
  }

  @Test func whatOnlyTrainingHasIsRefused() throws {
    var graph = Graph(name: "training")
    let x = try graph.add(.input(index: 0, shape: [2, 3]), name: "x")
    graph.outputs = [try graph.add(.training(.function(.exponential)), [x], name: "objective")]
    let error = #expect(throws: CompileError.self) {
      try StandaloneC(graph, classes: [], preprocessing: [], form: nil, version: "0") { _ in [] }
    }
    #expect(error?.message.contains("`objective`") == true)
  }
}
