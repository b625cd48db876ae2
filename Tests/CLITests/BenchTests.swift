import Exchange
import FileTestSupport
import Testing

@Suite struct BenchTests {
  @Test func jsonHasTheKeysOfTheContract() throws {
    let run = NetcProcess.run([
      "bench", Files.lenet, "--batch", "2", "--threads", "1", "--seconds", "0.01", "--json", "--numerics", "strict",
    ])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.lines.count == 1)
    let result = try run.json()
    #expect(
      result.keys == [
        "name", "mode", "device", "batch", "threads", "precision", "numerics", "median_ms", "min_ms", "p10_ms",
        "p90_ms", "max_ms", "runs", "load_ms", "first_ms", "peak_rss_bytes", "memory", "gflop",
        "gflop_per_s",
      ])
    #expect(result["name"] == "lenet" && result["mode"] == "inference" && result["device"] == "cpu")
    #expect(result["batch"] == 2 && result["threads"] == 1)
    #expect(result["precision"] == "fp32" && result["numerics"] == "strict")
    func number(_ key: String) throws -> Double { try #require(result[key]?.doubleValue) }
    let times = try ["min_ms", "p10_ms", "median_ms", "p90_ms", "max_ms"].map(number)
    #expect(times == times.sorted() && times[0] > 0)
    #expect(try number("runs") >= 5)
    // Twice 2 · 416,520 multiplications and additions, and a little for biases, pooling and softmax.
    #expect((1.66e-3..<1.75e-3).contains(try number("gflop")))
    let rate = try number("gflop") / number("median_ms") * 1000
    #expect(try abs(number("gflop_per_s") / rate - 1) < 0.01)
    #expect(try number("load_ms") > 0 && number("first_ms") > 0 && number("peak_rss_bytes") > 1e6)
    let memory = try #require(result["memory"])
    #expect(memory.keys == ["process_bytes", "weight_bytes", "arena_bytes", "input_output_bytes", "peak_ratio"])
    // Two images of 32 × 32 and their ten scores each.
    #expect(memory["input_output_bytes"] == 8272)
    #expect(try number("peak_rss_bytes") >= #require(memory["process_bytes"]?.doubleValue))
    // 61,706 parameters, and what fills up their tiles.
    #expect((4 * 61_706..<4 * 80_000).contains(try #require(memory["weight_bytes"]?.intValue)))
  }

  /// Objective, rule, bounds and frozen layers are the spec's; without a word a step has momentum.
  @Test func aStepOfTrainingIsTheSpecs() throws {
    let folder = TemporaryFolder()
    func slotBytes(_ train: String) throws -> Int? {
      let spec = folder.store(
        """
        layers:
          - Input: {shape: [null, 6]}
          - Dense: {name: hidden, num_units: 5}
          - Dense: {name: out, num_units: 3, nonlinearity: sigmoid}
        \(train)

        """, as: "net.yaml")
      let run = NetcProcess.run(["bench", spec, "--train", "--batch", "4", "--seconds", "0.01", "--json"])
      try #require(run.status == 0, "\(run.errors)")
      #expect(try run.json()["mode"] == "training")
      return try run.json()["memory"]?["weight_bytes"]?.intValue
    }
    let (hidden, out) = (4 * (6 * 5 + 5), 4 * (5 * 3 + 3))
    #expect(try slotBytes("") == hidden + out)
    let formula = "objective: {expression: \"mean(w * abs(p - t)^1.5)\"}"
    #expect(try slotBytes("train: {\(formula), update: amsgrad, clip: {norm: 1, value: 1}}") == 3 * (hidden + out))
    #expect(try slotBytes("train: {update: sgd, regularization: {l2: 1.0e-3}}") == 0)
    #expect(try slotBytes("train: {freeze: hidden, update: adam}") == 2 * out)
    let frozen = folder.store(
      "layers:\n  - Input: {shape: [null, 2]}\n  - Dense: {num_units: 2, trainable: false}\n", as: "frozen.yaml")
    let run = NetcProcess.run(["bench", frozen, "--train"])
    #expect(run.status == 1 && run.errors.contains("N0602"))
  }

  @Test func textIsForPeople() {
    let run = NetcProcess.run(["bench", Files.lenet, "--threads", "1", "--seconds", "0.01"])
    #expect(run.status == 0)
    #expect(run.lines[0].hasPrefix("lenet   batch 1   fp32 fast   ") && run.lines[0].hasSuffix("   1 thread"))
    for word in ["median", "GFLOP/s", "load", "peak"] { #expect(run.output.contains(word)) }
    #expect(run.lines.allSatisfy { $0.count <= 80 })
  }

  @Test func artefactsAreMeasuredToo() throws {
    let folder = TemporaryFolder()
    let path = try folder.digitsArtefact(["--batch", "4"])
    let run = NetcProcess.run(["bench", path, "--seconds", "0.01", "--json"])
    #expect(run.status == 0)
    #expect(try run.json()["batch"] == 4)
  }

  @Test func doctorTellsTheTarget() {
    let run = NetcProcess.run(["doctor"])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("netc "))
    for word in ["CPU", "cores", "caches", "instructions", "target", "kernels", "GPU", "x86-64-avx2"] {
      #expect(run.output.contains(word))
    }
    #expect(run.errors.isEmpty)
  }
}
