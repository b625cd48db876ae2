import Exchange
import FileTestSupport
import GPUTestSupport
import Testing

/// cuDNN and cuBLASLt behind `--device gpu`, and `--tune`, with fakes of both beside the fake driver.
@Suite struct GPULibrariesTests {
  let folder = TemporaryFolder()

  private static let spec = """
    name: small
    layers:
      - Input: {shape: [null, 4, 8, 8]}
      - Conv2D: {name: first, num_filters: 8, filter_size: 3}
      - Conv2D: {name: second, num_filters: 8, filter_size: 1}
      - Dense: {name: last, num_units: 6, nonlinearity: softmax}
    """

  private func netc(_ arguments: [String], _ more: [String: String] = [:]) -> NetcProcess {
    let environment = [
      "NETC_CUDA_PATH": FakeGPU.sharedWithLibraries.path, "XDG_CACHE_HOME": folder.path + "/cache",
    ]
    return NetcProcess.run(arguments, environment: environment.merging(more) { $1 })
  }

  private func path() -> String {
    folder.store(Array(Self.spec.utf8), as: "net.yaml")
    return folder.path + "/net.yaml"
  }

  @Test func doctorTellsWhatWillBeUsed() throws {
    let run = netc(["doctor"])
    #expect(run.status == 0, "\(run.errors)")
    for words in ["with cuDNN 9.4.0, cuBLASLt 12.4.5 for large convolutions and dense layers", "cuDNN        9.4.0"] {
      #expect(run.output.contains(words), "\(words)")
    }
    let facts = try JSONValue(parsing: netc(["doctor", "--json"]).output)["gpu"]
    #expect(facts?["libraries"]?["cudnn"]?["version"]?.stringValue == "9.4.0")
    let without = netc(["doctor"], ["NETC_GPU_LIBRARIES": "none"])
    #expect(without.output.contains("`--device gpu` uses it\n"))
  }

  @Test func tunesOnceAndRemembers() throws {
    let bench = ["bench", path(), "--device", "gpu", "--batch", "9", "--seconds", "0.01", "--numerics", "strict"]
    let first = netc(bench + ["--tune", "--check", "--json"])
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.contains("tuned on Fake GPU 0 with cuDNN 9.4.0, cuBLASLt 12.4.5: 3 of 4 steps have a choice"))
    #expect(first.errors.contains(" kernels timed now"))
    let error = try JSONValue(parsing: first.output)["check"]?["max_error"]?.doubleValue ?? 1
    #expect(error < 1e-6)
    let again = netc(bench + ["--tune"])
    #expect(again.status == 0 && again.errors.contains("all times were known"), "\(again.errors)")
    // Another precision is another matter; without libraries netc's own tiles compete.
    let other = netc(bench + ["--tune"], ["NETC_GPU_LIBRARIES": "none"])
    #expect(other.errors.contains("tuned on Fake GPU 0: 3 of 4 steps"), "\(other.errors)")
    #expect(other.errors.contains(" kernels timed now"))
  }

  @Test func tuningIsForSpecsAndDevices() throws {
    let cpu = netc(["bench", path(), "--tune"])
    #expect(cpu.status == 64 && cpu.errors.contains("`netc compile --tune`"))
    let artefact = netc(["bench", try folder.digitsArtefact(), "--device", "gpu", "--tune"])
    #expect(artefact.status == 1 && artefact.errors.contains("`--tune` needs a spec"), "\(artefact.errors)")
  }

  @Test func explainTellsWhoComputes() throws {
    folder.store(
      Array(
        """
        name: large
        layers:
          - Input: {shape: [9, 64, 20, 20]}
          - Conv2D: {name: first, num_filters: 64, filter_size: 3}
          - Conv2D: {name: second, num_filters: 64, filter_size: 3}
        """.utf8), as: "large.yaml")
    let plan = ["explain", "--plan", folder.path + "/large.yaml", "--device", "gpu"]
    let listing = netc(plan)
    #expect(listing.status == 0 && listing.output.contains("cudnn_conv2d"), "\(listing.errors)")
    #expect(listing.output.contains("netc bench --device gpu --tune"))
    // The fake's cuDNN takes no images that are not channels last: the caller's.
    let first = netc(plan + ["first"])
    #expect(first.output.contains("not possible") && first.output.contains("netc may use"), "\(first.output)")
  }
  /// The file keeps what was chosen on the device, and what every candidate took.
  @Test func aTunedArtefactRunsAndTellsItsTimes() throws {
    let path = folder.path + "/tuned.netc"
    let compile = ["compile", Files.digits, "--weights", Files.weights, "-o", path, "--batch", "20", "--device", "gpu"]
    let tuned = netc(compile + ["--tune"])
    #expect(tuned.status == 0 && tuned.output.isEmpty)
    let title = "Fake GPU 0 with cuDNN 9.4.0, cuBLASLt 12.4.5"
    #expect(tuned.errors.contains("tuned on \(title): ") && tuned.errors.contains("kernels for sm_80 or newer, fp32"))
    // No device is needed to look at it.
    let none = ["FAKE_CUDA_DEVICES": "0"]
    let json = try JSONValue(parsing: netc(["explain", "--plan", path, "--json"], none).output)
    #expect(json["target"]?.stringValue == "sm_80" && json["tuning"]?["cpu"]?.stringValue == title)
    let steps = try #require(json["steps"]?.arrayValue).filter { $0["candidates"]?.arrayValue?.isEmpty == false }
    #expect(steps.count > 1)
    for step in steps {
      let times = step["candidates"]?.arrayValue?.filter { $0["excluded"] == .null }.map { $0["measured_ns"]?.intValue }
      #expect((times?.count ?? 0) > 1 && times?.allSatisfy { ($0 ?? 0) > 0 } == true, "\(step)")
    }
    let name = try #require(steps.first?["name"]?.stringValue)
    let one = netc(["explain", "--plan", path, name], none)
    #expect(one.output.contains("measured on \(title)") && one.output.contains("taken") && one.output.contains("×"))
    #expect(
      netc(["explain", "--plan", path, "--device", "cpu"], none).output.contains("`netc compile --tune` measures"))
    // What runs is what was chosen.
    let run = ["run", path, "--input", Files.images, "--labels", Files.labels]
    let (gpu, cpu) = (netc(run + ["--device", "gpu"]), netc(run))
    #expect(gpu.status == 0 && gpu.errors.isEmpty && gpu.output == cpu.output, "\(gpu.errors)")
    let bench = ["bench", path, "--device", "gpu", "--seconds", "0.01"]
    #expect(netc(bench).errors.isEmpty)
    let elsewhere = netc(bench, ["NETC_GPU_LIBRARIES": "none"])
    #expect(
      elsewhere.status == 0 && elsewhere.errors.contains("note: its kernels were chosen on \(title), and this is"))
    let judged = netc(["eval", path, "--spec", Files.digits, "--device", "gpu"], ["NETC_GPU_LIBRARIES": "none"])
    #expect(judged.status == 0 && judged.errors.contains("they are chosen anew, by rule"), "\(judged.errors)")
    // By rule, without times.
    #expect(netc(compile).status == 0)
    #expect(netc(["explain", "--plan", path], none).output.contains("`netc bench --device gpu --tune` measures"))
  }

  @Test func aDeviceIsNamedOnce() throws {
    let both = netc(["compile", path(), "--device", "gpu", "--target", "sm_80"])
    #expect(both.status == 64 && both.errors.contains("give one of them"))
    let c = netc(["compile", path(), "--device", "gpu", "--emit", "c", "-o", folder.path + "/c"])
    #expect(c.status == 1 && c.errors.contains("leave `--device gpu` out"), "\(c.errors)")
    let plan = netc(["explain", "--plan", try folder.digitsArtefact(), "--device", "gpu"])
    #expect(plan.status == 1 && plan.errors.contains("has no plan of a GPU"), "\(plan.errors)")
  }
  /// Training: convolutions and their gradients by cuDNN, chosen by their times, to the same numbers as without.
  @Test func trainsWithLibraries() throws {
    var rows = (0..<64).map { "p\($0)" }.joined(separator: ",") + ",kind\n"
    for row in 0..<40 {
      let values = (0..<64).map { "\(Double((row * 37 + $0 * (row % 5 + 1)) % 61) / 61)" }
      rows += values.joined(separator: ",") + (row % 2 == 0 ? ",even\n" : ",odd\n")
    }
    _ = folder.store(rows, as: "images.csv")
    let spec = folder.store(
      """
      name: images
      layers:
        - Input: {shape: [null, 64]}
        - Reshape: {shape: [[0], 1, 8, 8]}
        - Conv2D: {num_filters: 32, filter_size: 3, pad: same}
        - Conv2D: {num_filters: 32, filter_size: 3, pad: same}
        - GlobalPool: {}
        - Dense: {num_units: 2, nonlinearity: softmax}
      data: {train: {csv: {file: images.csv, targets: kind}}}
      train: {batch_size: 16, max_epochs: 1, update: {sgd: {learning_rate: 0.05}}, validation: {split: 0.2}}

      """, as: "images.yaml")
    func parameters(_ options: [String], _ more: [String: String] = [:]) throws -> [String: [Float]] {
      let output = TemporaryFolder()
      let run = netc(["train", spec, "--numerics", "strict", "--output", output.path] + options, more)
      try #require(run.status == 0, "\(run.errors)")
      #expect(run.errors.contains("tuned on") == options.contains("--tune"), "\(run.errors)")
      let file = try SafetensorsFile(path: output.path + "/last.safetensors")
      return try Dictionary(
        uniqueKeysWithValues: file.tensors.filter { $0.name.hasSuffix(".W") }.map {
          ($0.name, try file.floats(named: $0.name))
        })
    }
    let device = ["--device", "gpu"]
    let alone = try parameters(device, ["NETC_GPU_LIBRARIES": "none"])
    for found in [try parameters(device), try parameters(device + ["--tune"])] {
      #expect(Set(found.keys) == Set(alone.keys) && !alone.isEmpty)
      for (name, values) in alone {
        let worst = zip(found[name] ?? [], values).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(worst < 1e-5, "\(name): off by \(worst)")
      }
    }
    let bench = netc(["bench", spec, "--train", "--batch", "16", "--seconds", "0.01", "--tune", "--json"] + device)
    #expect(bench.status == 0 && bench.errors.contains("tuned on Fake GPU 0 with cuDNN 9.4.0"), "\(bench.errors)")
    #expect(try JSONValue(parsing: bench.output)["mode"]?.stringValue == "training")
    let cpu = netc(["train", spec, "--tune"])
    #expect(cpu.status == 64 && cpu.errors.contains("`--tune` goes with `--device gpu`"))
  }
}
