import Exchange
import FileTestSupport
import Testing

/// `netc compile --emit c`.
@Suite struct EmitCTests {
  private let folder = TemporaryFolder()
  private let hasClang = NetcProcess.run(command: ["clang", "--version"]).status == 0

  private func emit(_ spec: String = Files.digits, _ options: [String] = []) -> NetcProcess {
    let weights = spec == Files.digits ? ["--weights", Files.weights] : []
    return NetcProcess.run(["compile", spec, "--emit", "c", "-o", folder.path + "/c"] + weights + options)
  }

  @Test func filesAreWrittenAndSummedUp() throws {
    let run = emit()
    #expect(run.status == 0 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("\(folder.path)/c: digits.h, digits.c; weights "))
    #expect(NetcProcess.run(command: ["ls", folder.path + "/c"]).output == "digits.c\ndigits.h\n")
    let header = try #require(TestFile.text(folder.path + "/c/digits.h"))
    #expect(header.contains("#define DIGITS_INPUT_FLOATS 64\n") && header.contains("#define DIGITS_CLASSES 10\n"))
    #expect(header.contains("void digits_run(const float *input1, float *output, float *arena);"))
    let first = TestFile.bytes(folder.path + "/c/digits.c")
    _ = emit()
    #expect(first != nil && TestFile.bytes(folder.path + "/c/digits.c") == first, "two emissions differ")
  }

  /// The example of a user: compiled, run on a picture, compared with netc itself.
  @Test(arguments: ["array", "binary"]) func theExampleComputesWhatRunDoes(form: String) throws {
    try #require(hasClang)
    #expect(emit(Files.digits, ["--c-main", "--c-weights", form]).status == 0)
    let pixels = (0..<64).map { Float($0 * 7 % 17) / 16 }
    try Npy.write(pixels, shape: [1, 8, 8], to: folder.path + "/in.npy")
    let own = NetcProcess.run([
      "run", Files.digits, "--weights", Files.weights, "--input", folder.path + "/in.npy", "--output",
      folder.path + "/out.npy",
    ])
    try #require(own.status == 0, "\(own.errors)")
    let build = NetcProcess.run(command: [
      "/bin/sh", "-c", "cd \"$1\" && clang -std=c11 -Wall -Wextra -Werror digits.c digits_main.c -lm -o digits", "sh",
      folder.path + "/c",
    ])
    try #require(build.status == 0 && build.errors.isEmpty, "\(build.errors)")
    func run() -> NetcProcess {
      NetcProcess.run(
        command: ["/bin/sh", "-c", "cd \"$1\" && ./digits", "sh", folder.path + "/c"],
        input: pixels.withUnsafeBytes { Array($0) })
    }
    let result = run()
    #expect(result.status == 0)
    let wanted = try Npy.read(path: folder.path + "/out.npy").elements
    let found = result.lines.compactMap { $0.split(separator: " ").last.flatMap { Float($0) } }
    #expect(found.count == 10 && zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(result.lines.first?.hasPrefix("zero ") == true)
    guard form == "binary" else { return }
    var weights = try #require(TestFile.bytes(folder.path + "/c/digits.weights"))
    weights[999] ^= 1
    TestFile.write("", to: folder.path + "/c/digits.weights")
    #expect(run().status == 1, "a file that is too short")
    let damaged = TemporaryFolder()
    damaged.store(weights, as: "digits.weights")
    #expect(NetcProcess.run(command: ["cp", damaged.path + "/digits.weights", folder.path + "/c"]).status == 0)
    #expect(run().status == 1, "a file of other weights")
  }

  @Test func withoutWeightsTheInitialisersAreUsedAndItIsSaid() {
    #expect(emit(Files.lenet).errors.hasPrefix("note: no `--weights`"))
    #expect(emit(Files.lenet, ["--quiet"]).errors.isEmpty)
  }

  @Test func batchesAreFixed() throws {
    #expect(emit(Files.digits, ["--batch", "4", "--quiet"]).status == 0)
    let header = try #require(TestFile.text(folder.path + "/c/digits.h"))
    #expect(header.contains("#define DIGITS_BATCH 4\n") && header.contains("#define DIGITS_INPUT_FLOATS 256\n"))
  }

  @Test func whatChoosesOtherKernelsIsRefused() {
    for options in [["--tune"], ["--precision", "bf16"], ["--target", "generic"]] {
      let run = emit(Files.digits, options)
      #expect(run.status == 1 && run.errors.contains("`\(options.joined(separator: " "))`"))
      #expect(run.errors.contains("leave") && folder.names.isEmpty)
    }
    #expect(NetcProcess.run(["compile", Files.lenet, "--c-main"]).status == 64)
    #expect(NetcProcess.run(["compile", Files.lenet, "--emit", "plan", "--c-weights", "array"]).status == 64)
    #expect(emit(Files.digits, ["--c-weights", "hex"]).status == 64)
  }

  @Test func foldersThatCannotBeMadeAreNamed() {
    let file = folder.store([], as: "file")
    let run = NetcProcess.run(["compile", Files.lenet, "--emit", "c", "-o", file + "/below", "--quiet"])
    #expect(run.status == 1 && run.errors.contains("error[N0513]: cannot make the folder `\(file)`"))
    #expect(folder.names == ["file"])
  }
}
