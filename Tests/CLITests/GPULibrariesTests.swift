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
}
