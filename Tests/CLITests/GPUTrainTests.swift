import Exchange
import FileTestSupport
import GPUTestSupport
import Testing

/// `netc train --device gpu` of the real binary, with the fake driver.
@Suite struct GPUTrainTests {
  private let folder = TemporaryFolder()

  private func netc(_ arguments: [String], _ more: [String: String] = [:]) -> NetcProcess {
    let environment = ["NETC_CUDA_PATH": FakeGPU.shared.path, "XDG_CACHE_HOME": folder.path + "/cache"]
    return NetcProcess.run(arguments, environment: environment.merging(more) { $1 })
  }

  /// Points in the plane; their class is the quadrant's parity.
  private func spec() -> String {
    var rows = "x,y,kind\n"
    for index in 0..<60 {
      let (x, y) = (Double((index * 37) % 61 - 30) / 15, Double((index * 53) % 59 - 29) / 14)
      rows += "\(x),\(y),\((x > 0) == (y > 0) ? "same" : "other")\n"
    }
    _ = folder.store(rows, as: "points.csv")
    return folder.store(
      """
      name: points
      layers:
        - Input: {shape: [null, 2]}
        - Dense: {name: hidden, num_units: 8, nonlinearity: tanh}
        - BatchNorm: {}
        - Dropout: {p: 0.1}
        - Dense: {name: out, num_units: 2, nonlinearity: softmax}
      data: {train: {csv: {file: points.csv, targets: kind}}}
      train: {batch_size: 8, max_epochs: 3, update: {adam: {learning_rate: 0.02}}, validation: {split: 0.2}}

      """, as: "points.yaml")
  }

  private func tensors(_ folder: String) throws -> [String: [Float]] {
    let file = try SafetensorsFile(path: folder + "/last.safetensors")
    return try Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, try file.floats(named: $0.name)) })
  }

  @Test(arguments: ["fp32", "bf16", "fp16"]) func trainsAsTheCPUDoes(precision: String) throws {
    let (spec, one, two) = (spec(), TemporaryFolder(), TemporaryFolder())
    let gpu = netc(["train", spec, "--device", "gpu", "--precision", precision, "--output", one.path])
    // A CPU trains in fp16 not at all.
    let own = precision == "fp16" ? "fp32" : precision
    let cpu = netc(["train", spec, "--numerics", "strict", "--precision", own, "--output", two.path])
    try #require(gpu.status == 0 && cpu.status == 0, "\(gpu.errors)\(cpu.errors)")
    // How the loss is scaled is said of each epoch, where it is.
    let history = TestFile.text(one.path + "/history.jsonl") ?? ""
    #expect(history.split(separator: "\n").count { $0.contains("\"loss_scale\"") } == (precision == "fp16" ? 3 : 0))
    #expect(gpu.lines[0].contains("Fake GPU 0") && gpu.lines[0].contains("of its memory"))
    let (found, wanted) = (try tensors(one.path), try tensors(two.path))
    #expect(Set(found.keys) == Set(wanted.keys))
    for (name, values) in wanted where name.hasSuffix(".W") {
      let worst = zip(found[name] ?? [], values).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect(worst < (precision == "fp32" ? 1e-4 : 0.1), "\(name): off by \(worst)")
    }
  }

  @Test func fp16IsForGPUs() {
    for command in [["train", spec(), "--output", folder.path + "/out"], ["bench", spec(), "--train"]] {
      let run = netc(command + ["--precision", "fp16"])
      #expect(run.status == 1 && run.errors.contains("(`--device gpu`)"), "\(run.errors)")
    }
  }

  /// What failed in the middle of an epoch goes on behind the epoch before, to the same bits.
  @Test(arguments: ["fp32", "fp16"]) func faultsLeaveACheckpoint(precision: String) throws {
    let (spec, one, two) = (spec(), TemporaryFolder(), TemporaryFolder())
    let train = ["train", spec, "--device", "gpu", "--precision", precision, "--output"]
    #expect(netc(train + [one.path]).status == 0)
    let broken = netc(train + [two.path], ["FAKE_CUDA_FAIL": "cuGraphLaunch:17=719"])
    #expect(broken.status == 1 && broken.errors.contains("unspecified launch failure"), "\(broken.errors)")
    #expect(netc(train + [two.path, "--resume"]).status == 0)
    #expect(try tensors(one.path) == tensors(two.path))
  }

  @Test(arguments: ["fp32", "fp16"]) func benchMeasuresSteps(precision: String) throws {
    let run = netc(
      [
        "bench", Files.lenet, "--train", "--batch", "2", "--device", "gpu", "--seconds", "0.01", "--json",
        "--precision", precision,
      ])
    try #require(run.status == 0, "\(run.errors)")
    let result = try JSONValue(parsing: run.output)
    #expect(result["device"]?.stringValue == "gpu" && (result["median_ms"]?.doubleValue ?? 0) > 0)
  }

  /// With convolutions on tensor cores, whose numbers have too few bits for differences.
  @Test(arguments: ["fp32", "fp16"]) func sanityIsOfFP32(precision: String) {
    let run = netc(["train", Files.digits, "--device", "gpu", "--precision", precision, "--sanity"])
    #expect(run.status == 0 && run.output.contains("gradients     passed"), "\(run.output)\(run.errors)")
  }

  @Test func tooLittleMemory() {
    let run = netc(
      ["train", spec(), "--device", "gpu", "--output", folder.path + "/out", "--set", "train.batch_size=400"],
      ["FAKE_CUDA_MEMORY": "60000"])
    #expect(run.status == 1 && run.errors.hasPrefix("error[N0402]: the plan for batch 400 needs"), "\(run.errors)")
    #expect(run.errors.contains("`--set train.batch_size="))
  }

  @Test func withoutADevice() {
    let run = NetcProcess.run(
      ["train", spec(), "--device", "gpu", "--output", folder.path + "/out"],
      environment: ["NETC_CUDA_PATH": folder.path])
    #expect(run.status == 1 && run.errors.contains("no GPU can be used"))
  }
}
