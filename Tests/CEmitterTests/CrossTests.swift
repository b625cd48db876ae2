import Driver
import FileTestSupport
import NetIR
import NetworkTestSupport
import Testing

private enum Arm {
  static let flags = ["--target=aarch64-linux-gnu", "-fuse-ld=lld", "-static"]

  static let isThere: Bool = {
    guard ["clang", "ld.lld", "qemu-aarch64"].allSatisfy(CCompiler.isOnPath) else { return false }
    let folder = TemporaryFolder()
    let source = folder.store(Array("#include <math.h>\nint main(void) { return 0; }\n".utf8), as: "empty.c")
    return CCompiler(name: "clang").compile(flags + [source, "-lm", "-o", folder.path + "/empty"]) == nil
  }()
}

/// The example programs on another kind of machine, where a compiler for it and an emulator are at hand.
@Suite(.enabled(if: Arm.isThere, "SKIPPED: no clang, lld, libraries or qemu-aarch64 for arm64: see ./netc.sh cross"))
struct CrossTests {
  @Test(arguments: ["digits", "lenet", "resnet20"]) func arm64GivesTheSameNumbers(spec: String) throws {
    let folder = TemporaryFolder()
    let network = try Networks.spec(spec)
    var emission = StandaloneEmission(folder: "")
    (emission.form, emission.withExample) = (.array, true)
    let (code, files) = try emission.files(of: network, batch: 1, weights: NoiseWeights.values)
    for file in files { if case .text(let text) = file.content { folder.store(Array(text.utf8), as: file.name) } }
    let graph = try network.lowered(batch: 1).graph
    let input = Noise.floats(graph[try #require(graph.inputs.first)].shape.elements, seed: 5)
    let sources = ["\(folder.path)/\(code.name).c", "\(folder.path)/\(code.name)_main.c"]
    func numbers(_ flags: [String], _ launcher: [String], _ name: String) throws -> [Float] {
      let program = "\(folder.path)/\(name)"
      let problem = CCompiler(name: "clang").compile(flags + ["-O2"] + sources + ["-lm", "-o", program])
      try #require(problem == nil, "\(problem ?? "")")
      let run = NetcProcess.run(command: launcher + [program], input: input.withUnsafeBytes { Array($0) })
      try #require(run.status == 0, "\(run.errors)")
      return run.output.split(separator: "\n").compactMap { $0.split(separator: " ").last.flatMap { Float($0) } }
    }
    let here = try numbers(CCompiler.strict, [], "here")
    let there = try numbers(CCompiler.strict + Arm.flags, ["qemu-aarch64"], "there")
    #expect(here.count == 10 && there.count == 10)
    #expect(zip(here, there).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
