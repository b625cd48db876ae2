import Exchange
import FileTestSupport
import GPUTestSupport
import Testing

/// `--device gpu` of the real binary, with the fake driver.
@Suite struct GPUTests {
  let folder = TemporaryFolder()

  private func netc(_ arguments: [String], _ more: [String: String] = [:]) -> NetcProcess {
    let environment = ["NETC_CUDA_PATH": FakeGPU.shared.path, "XDG_CACHE_HOME": folder.path + "/cache"]
    return NetcProcess.run(arguments, environment: environment.merging(more) { $1 })
  }

  private static let digits = [
    "run", Files.digits, "--weights", Files.weights, "--input", Files.images, "--labels", Files.labels,
  ]

  @Test(arguments: ["fp32", "bf16"])
  func classifiesAsTheCPUDoes(precision: String) {
    let options = Self.digits + ["--precision", precision]
    let (gpu, cpu) = (netc(options + ["--device", "gpu"]), netc(options))
    #expect(gpu.status == 0 && gpu.errors.isEmpty, "\(gpu.errors)")
    #expect(gpu.output.hasPrefix("accuracy 98.33 %"))
    #expect(gpu.output == cpu.output)
  }

  @Test func runsAnArtefactOfTheCPU() throws {
    let path = try folder.digitsArtefact()
    let arguments = ["run", path, "--input", Files.images, "--labels", Files.labels]
    let (gpu, cpu) = (netc(arguments + ["--device", "gpu"]), netc(arguments))
    #expect(gpu.status == 0 && gpu.output == cpu.output)
    let wrong = netc(["bench", path, "--device", "gpu", "--batch", "7"])
    #expect(wrong.status == 1 && wrong.errors.contains("was compiled for batches of"))
  }

  @Test func benchMeasuresAndChecks() throws {
    let run = netc(["bench", Files.lenet, "--device", "gpu", "--seconds", "0.01", "--check", "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let result = try JSONValue(parsing: run.output)
    #expect(result["device"]?.stringValue == "gpu" && (result["median_ms"]?.doubleValue ?? 0) > 0)
    #expect((result["check"]?["max_error"]?.doubleValue ?? 1) < 1e-6)
    let text = netc(["bench", Files.lenet, "--device", "gpu", "--seconds", "0.01"])
    #expect(text.output.contains("sm_80   Fake GPU 0"))
    let profile = netc(["bench", Files.lenet, "--device", "gpu", "--profile"])
    #expect(profile.status == 1 && profile.errors.contains("`--profile` and `--trace` watch the threads of a CPU"))
  }

  @Test func tooLittleMemory() {
    let run = netc(
      ["bench", Files.lenet, "--device", "gpu", "--batch", "512"], ["FAKE_CUDA_MEMORY": "1000000"])
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("error[N0402]: the plan for batch 512 needs 15.77 MiB of the GPU's memory, and 0.96"))
    #expect(run.errors.contains("help: `--batch 23` fits"))
    let smaller = netc(
      ["bench", Files.lenet, "--device", "gpu", "--batch", "23", "--seconds", "0.01"],
      ["FAKE_CUDA_MEMORY": "1000000"])
    #expect(smaller.status == 0)
  }

  @Test func aKernelThatFails() {
    let run = netc(Self.digits + ["--device", "gpu"], ["FAKE_CUDA_FAIL": "cuEventSynchronize:2=719"])
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.contains("unspecified launch failure (CUDA_ERROR_LAUNCH_FAILED, 719)"))
  }

  @Test func nothingIsLeftAtTheEnd() {
    let report = folder.path + "/report"
    #expect(netc(Self.digits + ["--device", "gpu"], ["FAKE_CUDA_REPORT": report]).status == 0)
    let counts = TestFile.text(report)?.split(separator: " ").compactMap { Int($0) } ?? []
    #expect(counts.count >= 8 && counts.dropLast().allSatisfy { $0 == 0 }, "\(TestFile.text(report) ?? "none")")
  }

  @Test func doctorTellsWhatThereIs() throws {
    let run = netc(["doctor"])
    #expect(run.status == 0)
    for words in [
      "Fake GPU 0: `--device gpu` uses it", "compute capability 8.0, 4 multiprocessors, 4.00 GiB", "CUDA 12.4",
      "NVRTC        12.4",
    ] { #expect(run.output.contains(words), "\(words)") }
    let facts = try #require(try JSONValue(parsing: netc(["doctor", "--json"]).output)["gpu"])
    #expect(facts["usable"] == .bool(true))
    #expect(facts["devices"]?.arrayValue?.first?["compute_capability"]?.intValue == 80)
    #expect(facts["libraries"]?["nvrtc"]?["version"]?.stringValue == "12.4")
    let none = netc(["doctor"], ["FAKE_CUDA_DEVICES": "0"])
    #expect(none.output.contains("no GPU can be used: the driver finds no device"))
  }
}
