import Exchange
import FileTestSupport
import Testing

@Suite struct TuneTests {
  private let folder = TemporaryFolder()

  @Test func aTunedArtefactRunsAndTellsItsTimes() throws {
    let plain = try folder.digitsArtefact()
    let path = folder.path + "/tuned.netc"
    let tuned = NetcProcess.run([
      "compile", Files.digits, "--weights", Files.weights, "-o", path, "--tune", "--threads", "1",
    ])
    #expect(tuned.status == 0 && tuned.output.isEmpty)
    #expect(tuned.errors.contains("tuned on ") && tuned.errors.contains(" with 1 thread: "))
    #expect(folder.names == ["digits.netc", "tuned.netc"])
    let results = [plain, path].map {
      NetcProcess.run(["run", $0, "--input", Files.images, "--output", "-", "--threads", "1"])
    }
    #expect(results.allSatisfy { $0.status == 0 } && results[0].outputBytes.count == results[1].outputBytes.count)
    let json = try NetcProcess.run(["explain", "--plan", path, "--json"]).json()
    #expect(json["tuning"]?["threads"]?.intValue == 1)
    for step in try #require(json["steps"]?.arrayValue) {
      let possible = step["candidates"]?.arrayValue?.filter { $0["excluded"] == .null } ?? []
      #expect(!possible.isEmpty && possible.allSatisfy { ($0["measured_ns"]?.intValue ?? 0) > 0 })
    }
    let text = NetcProcess.run(["explain", "--plan", path])
    #expect(text.output.contains("measured on ") && text.lines.allSatisfy { $0.count <= 80 })
  }

  @Test func aTunedPlanIsPrintedWithoutAFile() {
    let run = NetcProcess.run(["compile", Files.lenet, "--emit", "plan", "--tune", "--quiet"])
    #expect(run.status == 0 && run.errors.isEmpty && run.output.hasPrefix("plan lenet "))
  }

  @Test func anInterruptionLeavesNoFile() {
    let path = folder.path + "/vgg.netc"
    // The signal comes while kernels are timed.
    let script = "exec timeout --foreground -s INT 0.7 env --default-signal=INT \"$@\""
    let run = NetcProcess.run(command: [
      "/bin/sh", "-c", script, "sh", NetcProcess.binary, "compile", "specs/resnet50.yaml", "--batch", "4", "--tune",
      "-o",
      path,
    ])
    #expect(run.status != 0)
    #expect(folder.names.isEmpty)
  }
}
