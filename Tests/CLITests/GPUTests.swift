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
    let bench = ["bench", Files.lenet, "--device", "gpu", "--seconds", "0.01"]
    let run = netc(bench + ["--check", "--json", "--numerics", "strict"])
    #expect(run.status == 0, "\(run.errors)")
    let result = try JSONValue(parsing: run.output)
    #expect(result["device"]?.stringValue == "gpu" && (result["median_ms"]?.doubleValue ?? 0) > 0)
    #expect((result["check"]?["max_error"]?.doubleValue ?? 1) < 1e-6)
    let text = netc(bench)
    #expect(text.output.contains("sm_80   Fake GPU 0"))
    let trace = netc(bench + ["--trace", folder.path + "/trace.json"])
    #expect(trace.status == 1 && trace.errors.contains("`--trace` watches the threads of a CPU"))
    // TF32, bf16 and fp16: the error of each against double precision.
    for (precision, most) in [("fp32", 1e-3), ("bf16", 1e-2), ("fp16", 1e-3)] {
      let rounded = netc(bench + ["--check", "--json", "--precision", precision])
      let error = try JSONValue(parsing: rounded.output)["check"]?["max_error"]?.doubleValue ?? 1
      #expect(rounded.status == 0 && error < most && error > 1e-7, "\(precision): \(error) \(rounded.errors)")
    }
  }

  @Test(arguments: [[], ["--train", "--batch", "2"]]) func benchTimesLaunches(options: [String]) throws {
    let bench = ["bench", Files.lenet, "--device", "gpu", "--seconds", "0.01", "--profile"] + options
    let text = netc(bench)
    #expect(text.status == 0 && text.output.contains("launches") && text.output.contains("conv2d_"), "\(text.errors)")
    let launches = try JSONValue(parsing: netc(bench + ["--json"]).output)["launches"]?.arrayValue ?? []
    #expect(launches.count >= 5 && launches.allSatisfy { ($0["median_us"]?.doubleValue ?? 0) > 0 })
    #expect(launches.contains { ($0["gflop"]?.doubleValue ?? 0) > 0 })
    let updates = launches.filter { $0["kernel"]?.stringValue == "update_parameters" }
    #expect(updates.count == (options.isEmpty ? 0 : 1))
    // LeNet's 61,706 numbers, their gradients and velocities, of which the first and the last are written, too.
    for update in updates { #expect(update["bytes"]?.intValue == 5 * 4 * 61_706) }
  }

  @Test func fp16IsForGPUs() {
    let options = Self.digits + ["--precision", "fp16"]
    let gpu = netc(options + ["--device", "gpu"])
    #expect(gpu.status == 0 && gpu.output.hasPrefix("accuracy 98.33 %"), "\(gpu.errors)")
    let cpu = netc(options)
    #expect(cpu.status == 1 && cpu.errors.contains("fp16 is a precision of GPUs (`--device gpu`)"))
  }

  @Test func judgesAsTheCPUDoes() {
    let eval = ["eval", Files.digits, "--weights", Files.weights, "--numerics", "strict"]
    let (gpu, cpu) = (netc(eval + ["--device", "gpu"]), netc(eval))
    #expect(gpu.status == 0 && gpu.output == cpu.output, "\(gpu.errors)")
    let half = netc(eval + ["--device", "gpu", "--precision", "fp16"])
    #expect(half.status == 0 && half.output.contains("98.33 %"))
  }

  /// Where there is no run-time compiler, the driver loads what was compiled before.
  @Test(arguments: [["--precision", "fp32"], ["--precision", "fp16"], ["--numerics", "strict"]])
  func runsWhatWasCompiledAhead(arithmetic: [String]) throws {
    let path = folder.path + "/ahead.netc"
    let compile = netc(
      ["compile", Files.digits, "--weights", Files.weights, "-o", path, "--batch", "20", "--target", "sm_80"]
        + arithmetic)
    #expect(compile.status == 0 && compile.errors.contains("kernels for sm_80 or newer"), "\(compile.errors)")
    let driver = FakeGPU()
    driver.remove("libnvrtc.so.12")
    let run = ["run", path, "--input", Files.images, "--labels", Files.labels]
    let gpu = netc(run + ["--device", "gpu"], ["NETC_CUDA_PATH": driver.path])
    #expect(gpu.status == 0 && gpu.output.hasPrefix("accuracy 98.33 %"), "\(gpu.errors)")
    // The same file on the CPU, and on a device that is too old for it.
    #expect(netc(run).output == gpu.output)
    let old = netc(run + ["--device", "gpu"], ["NETC_CUDA_PATH": driver.path, "FAKE_CUDA_CAPABILITY": "75"])
    #expect(old.status == 1 && old.errors.contains("the kernels in the file are for sm_80 or newer"))
    // Without such kernels in the file it says what is missing.
    let plain = netc(
      ["run", try folder.digitsArtefact(), "--input", Files.images, "--device", "gpu"],
      ["NETC_CUDA_PATH": driver.path])
    #expect(plain.status == 1 && plain.errors.contains("libnvrtc") && plain.errors.contains("--target sm_NN"))
  }

  @Test func damagedKernelsAreNoticed() throws {
    let path = folder.path + "/ahead.netc"
    let compile = ["compile", Files.digits, "--weights", Files.weights, "-o", path, "--target", "sm_80"]
    #expect(netc(compile).status == 0)
    var bytes = try #require(TestFile.bytes(path))
    let place = try #require(bytes.firstRange(of: Array("fake binary".utf8))).lowerBound
    bytes[place] ^= 1
    folder.store(bytes, as: "ahead.netc")
    let run = netc(["run", path, "--input", Files.images, "--device", "gpu"])
    #expect(run.status == 1 && run.errors.contains("the checksum of its kernels differs"), "\(run.errors)")
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
