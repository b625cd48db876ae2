import Exchange
import FileTestSupport
import Testing

@Suite struct CheckTests {
  private let folder = TemporaryFolder()

  @Test func aGoodSpecIsSummedUp() {
    let run = NetcProcess.run(["check", Files.lenet])
    #expect(run.status == 0)
    #expect(run.output == "specs/lenet.yaml: 8 layers, 61,706 parameters, 1×32×32 → 10. No problems.\n")
    #expect(run.errors.isEmpty)
  }

  @Test func standardInputIsNamed() throws {
    let run = NetcProcess.run(["check", "-"], input: try Files.bytes(Files.lenet))
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("<stdin>: 8 layers"))
    let wrong = NetcProcess.run(["check", "-"], input: Array(Specs.wrong.utf8))
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("--> <stdin>:3:14\n"))
    #expect(wrong.errors.hasSuffix("error: 1 error in <stdin>\n"))
  }

  @Test func everyFileIsChecked() {
    let wrong = folder.store(Specs.wrong, as: "wrong.yaml")
    let run = NetcProcess.run(["check", wrong, Files.lenet, "none.yaml", Files.digits])
    #expect(run.status == 1)
    #expect(run.lines.count == 2)
    #expect(run.output.contains("specs/lenet.yaml: 8 layers") && run.output.contains("specs/digits.yaml: 9 layers"))
    #expect(run.errors.contains("error[N0103]: unknown parameter `num_filter` of Conv2D"))
    #expect(run.errors.contains("error[N0011]: cannot read `none.yaml`: No such file or directory"))
  }

  @Test func quietIsSilentWhenAllIsWell() {
    let run = NetcProcess.run(["check", "--quiet", Files.lenet, Files.digits])
    #expect(run.status == 0)
    #expect(run.output.isEmpty && run.errors.isEmpty)
    let wrong = NetcProcess.run(["check", "--quiet", "-"], input: Array(Specs.wrong.utf8))
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("N0103"))
  }

  @Test func warningsFailOnlyWhenStrict() {
    let spec = folder.store(Specs.warned, as: "warned.yaml")
    let run = NetcProcess.run(["check", spec])
    #expect(run.status == 0)
    #expect(run.output.hasSuffix("1×28×28 → 8×12×12. 1 warning.\n"))
    #expect(run.errors.hasPrefix("warning[W0201]: "))
    let strict = NetcProcess.run(["check", "--strict", spec])
    #expect(strict.status == 1)
    #expect(strict.output.isEmpty)
    #expect(strict.errors.hasSuffix("error: 1 warning in \(spec), and `--strict` allows none\n"))
    #expect(NetcProcess.run(["check", "--strict", Files.lenet]).status == 0)
  }

  @Test func shortIsALineForEach() {
    let spec = folder.store(Specs.wrong, as: "wrong.yaml")
    let run = NetcProcess.run(["check", "--diagnostics", "short", spec, Files.lenet])
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors == "\(spec):3:14: error: unknown parameter `num_filter` of Conv2D [N0103]\n")
  }

  @Test func jsonIsALineForEachOnStandardOutput() throws {
    let wrong = folder.store(Specs.wrong, as: "wrong.yaml")
    let warned = folder.store(Specs.warned, as: "warned.yaml")
    let run = NetcProcess.run(["check", "--diagnostics", "json", wrong, warned, Files.lenet, "none.yaml"])
    #expect(run.status == 1)
    #expect(run.errors.isEmpty)
    let values = try run.lines.map { try JSONValue(parsing: String($0)) }
    try #require(values.count == 3)
    for value in values {
      #expect(
        value.keys == [
          "code", "severity", "message", "file", "line", "column", "notes", "help", "replacement", "rendered",
        ])
    }
    #expect(values[0]["code"] == "N0103" && values[0]["severity"] == "error")
    #expect(values[0]["file"]?.stringValue == wrong)
    #expect(values[0]["line"] == 3 && values[0]["column"] == 14)
    #expect(
      values[0]["replacement"] == ["line": 3, "column": 14, "end_line": 3, "end_column": 24, "text": "num_filters"])
    #expect(values[1]["code"] == "W0201" && values[1]["severity"] == "warning")
    #expect(values[2]["code"] == "N0011" && values[2]["line"] == .null)
  }

  @Test func filesThatAreNoSpecsAreNamedForWhatTheyAre() {
    let run = NetcProcess.run(["check", Files.logits, Files.images, "specs"])
    #expect(run.status == 1)
    #expect(run.errors.contains("is no spec: it looks like a NumPy array (.npy)"))
    #expect(run.errors.contains("is no spec: it looks like a gzip file"))
    #expect(run.errors.contains("cannot read `specs`: Is a directory"))
  }

  @Test func aLayerThatCouldNotBeReadSilencesTheWarningAboutTheOneAbove() {
    let run = NetcProcess.run(["check", "--diagnostics", "short", "-"], input: Array(Specs.wrong.utf8))
    #expect(!run.errors.contains("W0301"))
  }
}
