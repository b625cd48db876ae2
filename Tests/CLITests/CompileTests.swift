import FileTestSupport
import Testing

@Suite struct CompileTests {
  private let folder = TemporaryFolder()

  @Test func theArtefactIsWrittenAndSummedUp() throws {
    let path = folder.path + "/digits.netc"
    let run = NetcProcess.run(["compile", Files.digits, "--weights", Files.weights, "-o", path])
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("\(path): "))
    #expect(run.errors.contains("batch 1"))
    #expect(folder.names == ["digits.netc"])
    let first = TestFile.bytes(path)
    _ = try folder.digitsArtefact()
    #expect(TestFile.bytes(path) == first, "two compilations differ")
  }

  @Test func withoutWeightsTheInitialisersAreUsedAndItIsSaid() {
    let path = folder.path + "/lenet.netc"
    let run = NetcProcess.run(["compile", Files.lenet, "-o", path])
    #expect(run.status == 0)
    #expect(run.errors.contains("note: no `--weights`"))
    let quiet = NetcProcess.run(["compile", Files.lenet, "-o", path, "--quiet"])
    #expect(quiet.status == 0)
    #expect(quiet.errors.isEmpty)
  }

  @Test(arguments: ["generic", "x86-64-avx2", "x86-64-avx512"])
  func plansAreMadeForEveryTarget(target: String) {
    let run = NetcProcess.run(["compile", Files.lenet, "--emit", "plan", "--target", target])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("plan lenet   batch 1   fp32 fast   \(target)   "))
    #expect(run.output.contains("conv1 + rectify"))
    #expect(run.errors.isEmpty && folder.names.isEmpty)
  }

  @Test func batchAndNumericsReachThePlan() {
    let run = NetcProcess.run([
      "compile", Files.lenet, "--emit", "plan", "--batch", "16", "--numerics", "strict", "--target", "native",
    ])
    #expect(run.output.hasPrefix("plan lenet   batch 16   fp32 strict   "))
  }

  @Test func graphsArePrinted() {
    let run = NetcProcess.run(["compile", Files.lenet, "--emit", "graph", "--batch", "2"])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("graph lenet\n"))
    #expect(run.output.contains("conv2d 5×5 + bias + rectify (%0, %1, %2)"))
    #expect(run.output.contains("→ 2×6×28×28"))
  }

  @Test func specsComeFromStandardInputToo() throws {
    let run = NetcProcess.run(["compile", "-", "--emit", "plan"], input: try Files.bytes(Files.lenet))
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("plan lenet "))
  }

  @Test func passesAreListedDumpedAndTimed() {
    let list = NetcProcess.run(["compile", "--list-passes"])
    #expect(list.status == 0)
    let names = list.lines.filter { !$0.hasPrefix("   ") }.map { String($0.split(separator: " ")[0]) }
    #expect(names.first == "remove-identities" && names.last == "plan-memory")
    for name in names {
      let dump = NetcProcess.run(["compile", Files.lenet, "--dump-after", name])
      #expect(dump.status == 0)
      #expect(dump.output.hasPrefix(name == "plan-memory" ? "plan lenet" : "graph lenet"))
      let stop = NetcProcess.run(["compile", Files.lenet, "--stop-after", name, "--time-passes"])
      #expect(stop.status == 0)
      #expect(stop.output == dump.output)
      let timed = stop.errors.split(separator: "\n").map { String($0.split(separator: " ")[0]) }
      #expect(timed == Array(names[...(names.firstIndex(of: name) ?? 0)]))
    }
  }

  @Test func dropoutGoesInTheFirstPass() {
    func dump(_ pass: String) -> String {
      NetcProcess.run(["compile", Files.digits, "--dump-after", pass]).output
    }
    #expect(!dump("remove-identities").contains("= dropout"))
    let both = NetcProcess.run([
      "compile", Files.digits, "--dump-after", "plan-memory", "--stop-after", "lower-batch-norm",
    ])
    #expect(both.output == dump("lower-batch-norm"), "stopping prints what there is")
  }

  @Test func aFailedWriteLeavesTheOldFile() throws {
    let path = try folder.digitsArtefact()
    let old = TestFile.bytes(path)
    // Without the signal the write itself fails, in the middle of the file.
    let command = "trap '' XFSZ; ulimit -f 16; exec \"$@\""
    let run = NetcProcess.run(command: [
      "/bin/sh", "-c", command, "sh", NetcProcess.binary, "compile", Files.lenet, "-o", path,
    ])
    #expect(run.status == 1)
    #expect(run.errors.contains("error[N0513]: cannot write `\(path)`: File too large"))
    #expect(folder.names == ["digits.netc"])
    #expect(TestFile.bytes(path) == old)
  }

  @Test func foldersAreNotOverwritten() {
    let run = NetcProcess.run(["compile", Files.lenet, "-o", folder.path])
    #expect(run.status == 1)
    #expect(run.errors.contains("error[N0513]"))
    #expect(folder.names.isEmpty)
  }

  @Test func aPlanPrintsWithin80ColumnsForLeNet() {
    let run = NetcProcess.run(["compile", Files.lenet, "--emit", "plan", "--target", "x86-64-avx512"])
    #expect(run.lines.allSatisfy { $0.count <= 80 })
  }
}
