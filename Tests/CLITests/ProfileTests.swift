import Exchange
import FileTestSupport
import Glibc
import Testing

/// Profiles, traces and the measurement behind them, through the binary; every test has a cache folder of its own.
@Suite struct ProfileTests {
  private let folder = TemporaryFolder()

  private func netc(_ arguments: [String]) -> NetcProcess {
    NetcProcess.run(arguments, environment: ["XDG_CACHE_HOME": folder.path])
  }

  private static let stepKeys = [
    "index", "name", "op", "algorithm", "kernel", "median_ms", "min_ms", "share", "busy", "gflop", "gflop_per_s",
    "peak_share", "weight_bytes", "input_bytes", "output_bytes", "bytes", "gb_per_s", "weights_from",
    "activations_from", "bandwidth_share", "limit_ms", "limit", "lost_ms", "arena_bytes",
  ]

  @Test(arguments: [1, 2, 3])
  func jsonHasEveryStep(threads: Int) throws {
    let run = netc(["bench", Files.lenet, "--threads", "\(threads)", "--seconds", "0.05", "--profile", "--json"])
    #expect(run.status == 0)
    #expect(run.errors.contains("quick look"))
    let result = try run.json()
    let profile = try #require(result["profile"])
    #expect(profile.keys == ["runs", "total_ms", "limits", "limits_measured", "steps", "kernels"])
    #expect(profile["limits_measured"] == .null && profile["limits"]?["threads"]?.intValue == threads)
    let steps = try #require(profile["steps"]?.arrayValue)
    #expect(steps.allSatisfy { $0.keys == Self.stepKeys })
    #expect(steps.map { $0["index"]?.intValue } == Array(0..<steps.count))
    func sum(_ key: String, of list: [JSONValue]? = nil) -> Double {
      (list ?? steps).reduce(0) { $0 + ($1[key]?.doubleValue ?? .nan) }
    }
    let kernels = try #require(profile["kernels"]?.arrayValue)
    #expect(abs(sum("share") - 1) < 1e-4 && abs(sum("share", of: kernels) - 1) < 1e-4)
    #expect(abs(sum("steps", of: kernels) - Double(steps.count)) < 0.5)
    let total = try #require(profile["total_ms"]?.doubleValue)
    #expect(abs(sum("median_ms") / total - 1) < 1e-3)
    #expect(try abs(sum("gflop") / #require(result["gflop"]?.doubleValue) - 1) < 1e-9)
    for step in steps {
      func number(_ key: String) throws -> Double { try #require(step[key]?.doubleValue) }
      #expect(try number("min_ms") <= number("median_ms") && number("min_ms") > 0)
      #expect(try number("bytes") == number("weight_bytes") + number("input_bytes") + number("output_bytes"))
      #expect(try (0...1).contains(number("busy")))
      let rate = try number("gflop") / number("median_ms") * 1000
      #expect(try abs(number("gflop_per_s") - rate) <= 0.02 * rate + 1e-6)
      #expect(["arithmetic", "memory"].contains(step["limit"]?.stringValue))
    }
  }

  @Test func withoutProfileNothingIsAdded() throws {
    let run = netc(["bench", Files.lenet, "--seconds", "0.01", "--json"])
    #expect(try run.json()["profile"] == nil && run.errors.isEmpty && folder.names.isEmpty)
  }

  @Test func textIsATableOfStepsAndKernels() {
    let run = netc(["bench", Files.lenet, "--seconds", "0.01", "--threads", "2", "--profile", "--quiet"])
    #expect(run.status == 0 && run.errors.isEmpty)
    for word in ["step", "kernel", "GFLOP/s", "peak%", "mem%", "arena", "conv1 + rectify", "lost", "limits", "quickly"]
    {
      #expect(run.output.contains(word), "\(word)")
    }
  }

  /// Slices lie inside one another or beside one another, thread by thread.
  @Test(arguments: [1, 2, 3])
  func traceIsNestedPerThread(threads: Int) throws {
    let path = folder.store("old", as: "trace.json")
    let run = netc(["bench", "specs/resnet20.yaml", "--threads", "\(threads)", "--seconds", "0.01", "--trace", path])
    #expect(run.status == 0)
    #expect(run.errors.hasPrefix("\(path): "))
    #expect(!run.output.contains("peak%"))
    let trace = try JSONValue(parsing: try #require(TestFile.text(path)))
    let events = try #require(trace["traceEvents"]?.arrayValue)
    #expect(events.allSatisfy { ["M", "X"].contains($0["ph"]?.stringValue) })
    let slices = events.filter { $0["ph"] == "X" }
    let tracks = Set(slices.compactMap { $0["tid"]?.intValue })
    let categories = Set(slices.compactMap { $0["cat"]?.stringValue })
    #expect(tracks == Set(0..<threads))
    #expect(categories == (threads == 1 ? ["run", "step"] : ["run", "step", "wait"]))
    for thread in 0..<threads {
      let own = try slices.filter { $0["tid"]?.intValue == thread }.map { slice in
        let begin = try #require(slice["ts"]?.doubleValue)
        let length = try #require(slice["dur"]?.doubleValue)
        #expect(length >= 0)
        return (begin: begin, end: begin + length)
      }
      // Outer slices come before what they hold.
      var open: [Double] = []
      for slice in own.sorted(by: { ($0.begin, $1.end) < ($1.begin, $0.end) }) {
        while let end = open.last, end <= slice.begin + 1e-3 { open.removeLast() }
        if let end = open.last { #expect(slice.end <= end + 1e-3) }
        open.append(slice.end)
      }
    }
  }

  @Test func aTraceThatCannotBeWrittenIsAnError() {
    let run = netc(["bench", Files.lenet, "--seconds", "0.01", "--trace", folder.path + "/no/such/folder.json"])
    #expect(run.status == 1)
    #expect(run.errors.contains("error[N0513]"))
  }

  @Test func aTraceOnStandardOutputIsAlone() throws {
    let run = netc(["bench", Files.lenet, "--seconds", "0.01", "--trace", "-"])
    #expect(run.status == 0)
    #expect(try run.json()["traceEvents"] != nil)
    #expect(run.errors.contains("median"))
  }

  @Test func measurementIsStoredAndUsed() throws {
    let doctor = netc(["doctor", "--measure", "--json", "--threads", "2"])
    #expect(doctor.status == 0)
    let facts = try doctor.json()
    #expect(
      facts.keys == [
        "version", "build", "cpu", "cores", "cache_bytes", "instruction_sets", "target", "targets",
        "unused_instruction_sets", "kernels", "gpu", "measured",
      ])
    let measured = try #require(facts["measured"]?["threads"]?.arrayValue)
    #expect(measured.map { $0["threads"]?.intValue } == [1, 2])
    for entry in measured {
      for key in ["fma_gflop_per_s", "tile_gflop_per_s", "dram_gb_per_s"] {
        let rate = ["min", "median", "max"].compactMap { entry[key]?[$0]?.doubleValue }
        #expect(rate.count == 3 && rate == rate.sorted() && rate[0] > 0)
      }
    }
    let path = try #require(facts["measured"]?["file"]?.stringValue)
    #expect(path.hasPrefix(folder.path + "/netc/"))
    defer {
      unlink(path)
      rmdir(folder.path + "/netc")
    }
    let again = try netc(["doctor", "--json"]).json()
    #expect(again["measured"]?["threads"]?.arrayValue == measured)

    func profile(_ threads: Int) throws -> (errors: String, limits: JSONValue?) {
      let run = netc(["bench", Files.lenet, "--seconds", "0.01", "--threads", "\(threads)", "--profile", "--json"])
      return (run.errors, try run.json()["profile"]?["limits"])
    }
    #expect(try profile(2) == ("", measured[1]))
    #expect(try profile(3).errors.contains("other numbers of threads"))
    // Damaged, or of another machine: measured anew, and said so.
    let text = try #require(TestFile.text(path))
    let foreign = text.replacing("\"cpu\": \"", with: "\"cpu\": \"x")
    for (bad, why) in [(String(text.dropLast(20)), "damaged"), (foreign, "another machine")] {
      TestFile.write(bad, to: path)
      let found = try profile(2)
      #expect(found.errors.contains(why) && found.errors.contains("quick look") && found.limits != measured[1])
    }
    #expect(netc(["doctor"]).output.contains("never"))
  }

  @Test func aCacheThatCannotBeWrittenIsARemark() {
    let file = folder.store("", as: "file")
    let run = NetcProcess.run(["doctor", "--measure", "--threads", "1"], environment: ["XDG_CACHE_HOME": file])
    #expect(run.status == 0)
    #expect(run.output.contains("read DRAM") && run.errors.contains("could not be stored"))
  }

  @Test func checkComparesBeforeTiming() throws {
    let good = netc([
      "bench", Files.digits, "--weights", Files.weights, "--seconds", "0.01", "--check", "--json",
    ])
    let check = try #require(try good.json()["check"])
    #expect(check.keys == ["max_error", "largest", "range"])
    #expect(try #require(check["max_error"]?.doubleValue) < 1e-5)
    let artefact = netc(["bench", try folder.digitsArtefact(), "--check"])
    #expect(artefact.status == 1 && artefact.errors.contains("--check"))
  }

  @Test func timesAStepOfTraining() throws {
    let run = netc([
      "bench", Files.lenet, "--train", "--batch", "2", "--seconds", "0.01", "--threads", "1", "--profile", "--json",
    ])
    let json = try run.json()
    #expect(json["mode"]?.stringValue == "training" && json["batch"]?.intValue == 2)
    #expect(try #require(json["median_ms"]?.doubleValue) > 0)
    // The three convolutions, forwards and backwards, count more than an inference does.
    let inference = try netc([
      "bench", Files.lenet, "--batch", "2", "--seconds", "0.01", "--threads", "1", "--json",
    ]).json()
    #expect(try #require(json["gflop"]?.doubleValue) > 2 * (try #require(inference["gflop"]?.doubleValue)))
    let steps = try #require(json["profile"]?["steps"]?.arrayValue)
    #expect(steps.contains { $0["op"]?.stringValue == "conv2d_weight_gradient" })
    let refused = netc(["bench", Files.lenet, "--train", "--device", "gpu"])
    #expect(refused.status == 1 && refused.errors.contains("error[N0402]"))
  }
}
