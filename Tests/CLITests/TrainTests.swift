import Exchange
import FileTestSupport
import Testing

@Suite struct TrainTests {
  private let folder = TemporaryFolder()

  /// Points in the plane; their class is the quadrant's parity.
  private func spec(_ train: String = "", layers: String = "") -> String {
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
        - Dropout: {p: 0.1}
        - Dense: {name: out, num_units: 2, nonlinearity: softmax}
      data:
        train: {csv: {file: points.csv, targets: kind}}
        test: {csv: points.csv}
        preprocess: [{standardize: pixel}]
      train: {batch_size: 8, max_epochs: 3, update: {adam: {learning_rate: 0.05}}, validation: {split: 0.2}\(train)}

      """, as: "points.yaml")
  }

  private func train(_ spec: String, _ out: TemporaryFolder, _ options: [String] = []) -> NetcProcess {
    NetcProcess.run(["train", spec, "--output", out.path] + options)
  }

  private func tensors(_ out: TemporaryFolder, _ name: String = "last") throws -> [String: [Float]] {
    let file = try SafetensorsFile(path: "\(out.path)/\(name).safetensors")
    return try Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, try file.floats(named: $0.name)) })
  }

  @Test func leavesWhatItPromises() throws {
    let out = TemporaryFolder()
    let run = train(spec(), out, ["--epochs", "4"])
    try #require(run.status == 0, "\(run.errors)")
    #expect(out.names == ["best.safetensors", "history.jsonl", "history.svg", "last.safetensors", "spec.yaml"])
    let history = try #require(TestFile.text(out.path + "/history.jsonl")).split(separator: "\n")
    #expect(history.count == 4)
    let last = try JSONValue(parsing: String(try #require(history.last)))
    #expect(
      last.keys.filter { !["penalty", "update_ratio", "update_ratios", "dead_relu"].contains($0) } == [
        "epoch", "train_loss", "valid_loss", "train_accuracy", "valid_accuracy", "learning_rate", "seconds",
        "examples_per_s",
      ])
    #expect(run.lines[0].hasPrefix("points   42 parameters   48 train   12 valid   batch 8"))
    #expect(run.lines[1].split(separator: " ").prefix(3) == ["epoch", "train", "loss"])
    #expect(run.lines.count >= 7 && run.lines[6].hasPrefix("best epoch "))
    #expect(run.lines.prefix(6).allSatisfy { $0.count <= 80 })
    #expect(
      try tensors(out, "best").keys.sorted().prefix(2) == ["data.preprocess0.deviation", "data.preprocess0.mean"])
  }

  /// In parts or at once, with one thread or two: the same bits.
  @Test(arguments: ["fp32", "bf16"]) func goesOnToTheSameBits(precision: String) throws {
    let spec = spec(", schedule: {step: {every: 2, factor: 0.5}}")
    let (whole, parts) = (TemporaryFolder(), TemporaryFolder())
    let options = ["--precision", precision]
    #expect(train(spec, whole, options + ["--epochs", "4", "--threads", "1"]).status == 0)
    #expect(train(spec, parts, options + ["--epochs", "2", "--threads", "2"]).status == 0)
    let resumed = train(spec, parts, options + ["--epochs", "4", "--threads", "2", "--resume"])
    try #require(resumed.status == 0, "\(resumed.errors)")
    #expect(try tensors(parts) == tensors(whole))
    #expect(try tensors(parts, "best") == tensors(whole, "best"))
    #expect(try #require(TestFile.text(parts.path + "/history.jsonl")).split(separator: "\n").count == 4)
    let other = train(spec, parts, ["--resume", "--seed", "5"])
    #expect(other.status == 1 && other.errors.contains("N0604"))
  }

  /// Ctrl-C: what was done is saved, and going on comes to the same bits.
  @Test func anInterruptionIsNoLoss() throws {
    let spec = spec()
    let (whole, parts) = (TemporaryFolder(), TemporaryFolder())
    let run = NetcProcess.run(
      command: [
        "timeout", "--preserve-status", "-s", "INT", "2", NetcProcess.binary, "train", spec, "--output", parts.path,
        "--epochs", "1000000",
      ])
    #expect(run.status == 130, "\(run.errors)")
    #expect(run.errors.contains("--resume"))
    let file = try SafetensorsFile(path: parts.path + "/last.safetensors")
    let state = try JSONValue(parsing: try #require(file.metadata["netc.training"]))
    let epochs = try #require(state["epoch"]?.intValue) + 2
    #expect(train(spec, parts, ["--resume", "--epochs", "\(epochs)"]).status == 0)
    #expect(train(spec, whole, ["--epochs", "\(epochs)"]).status == 0)
    #expect(try tensors(parts) == tensors(whole))
  }

  /// With memory for all that the backward pass reads, and with less: the same bits, and a word of it.
  @Test func lessMemoryIsTheSameTraining() throws {
    func memory(_ options: [String] = []) throws -> JSONValue? {
      let report = NetcProcess.run(["report", Files.digits, "--batch", "32", "--format", "json"] + options)
      try #require(report.status == 0, "\(report.errors)")
      return try report.json()["memory"]
    }
    let total = try #require(try memory()?["training_bytes"]?["total"]?.intValue)
    #expect(try memory()?["computed_again"] == nil)
    let less = ["--memory", "\(total - 1)"]
    let limited = try memory(less)
    let count = try #require(limited?["computed_again"]?.intValue)
    #expect(try #require(limited?["training_bytes"]?["total"]?.intValue) < total)

    let (kept, again) = (TemporaryFolder(), TemporaryFolder())
    let options = ["--epochs", "1", "--set", "train.batch_size=32"]
    #expect(!train(Files.digits, kept, options).errors.contains("again"))
    let run = train(Files.digits, again, options + less)
    #expect(run.errors.contains("computes \(count) value"), "\(run.errors)")
    #expect(try tensors(kept) == tensors(again))
  }

  @Test func memoryThatIsTooLittleNamesABatchThatFits() throws {
    let run = NetcProcess.run(["bench", Files.digits, "--train", "--batch", "4096", "--memory", "20 MiB"])
    #expect(run.status == 1 && run.errors.contains("N0605"))
    let words = run.errors.split(separator: " ")
    let batch = try #require(words.firstIndex(of: "batch").flatMap { _ in words.compactMap { Int($0) }.last })
    for (size, status) in [(batch, 0), (batch + 1, 1)] {
      let run = NetcProcess.run(
        ["bench", Files.digits, "--train", "--batch", "\(size)", "--memory", "20MiB", "--seconds", "0.01", "--json"])
      #expect(run.status == status, "\(size): \(run.errors)")
    }
    #expect(NetcProcess.run(["bench", Files.digits, "--memory", "2GiB"]).status == 64)
    #expect(NetcProcess.run(["train", Files.digits, "--memory", "much"]).status == 64)
  }

  @Test func aTrainingIsNotOverwrittenUnasked() throws {
    let (spec, out) = (spec(), TemporaryFolder())
    #expect(train(spec, out).status == 0)
    let again = train(spec, out)
    #expect(again.status == 1 && again.errors.contains("N0403") && again.errors.contains("--resume"))
    #expect(train(spec, out, ["--overwrite"]).status == 0)
  }

  /// The spec in the folder is that of the training, from wherever it lies, and with it the weights can be judged.
  @Test func theCopyOfTheSpecWorks() throws {
    let out = TemporaryFolder()
    try #require(train(spec(), out, ["--set", "train.batch_size=16", "--set", "train.update=sgd"]).status == 0)
    let copy = out.path + "/spec.yaml"
    #expect(NetcProcess.run(["check", copy, "--strict"]).status == 0)
    let text = try #require(TestFile.text(copy))
    #expect(text.contains("batch_size: 16") && text.contains("update: sgd"))
    let judged = NetcProcess.run([
      "eval", copy, "--weights", out.path + "/best.safetensors", "--data", "valid", "--json",
    ])
    try #require(judged.status == 0, "\(judged.errors)")
    let lines = try #require(TestFile.text(out.path + "/history.jsonl")).split(separator: "\n")
    let best = try lines.map { try JSONValue(parsing: String($0))["valid_loss"]?.doubleValue ?? .infinity }.min()
    let loss = try #require(try judged.json()["loss"]?.doubleValue)
    let least = try #require(best)
    #expect(abs(loss - least) < 1e-6)
    #expect(try judged.json()["examples"]?.intValue == 12)
    // The statistics of the training examples travel with the weights.
    let compiled = NetcProcess.run(
      ["compile", copy, "--weights", out.path + "/best.safetensors", "-o", folder.path + "/points.netc"])
    #expect(compiled.status == 0, "\(compiled.errors)")
    let bare = NetcProcess.run(["eval", Files.digits, "--weights", out.path + "/best.safetensors"])
    #expect(bare.status == 1)
  }

  @Test func mistakesAreNamed() throws {
    let out = TemporaryFolder()
    let without = train("specs/lenet.yaml", out)
    #expect(without.status == 1 && without.errors.contains("N0601"))
    let steep = train(spec(", objective: squared_error"), out)
    #expect(steep.status == 1 && steep.errors.contains("N0518"))
    let lost = train(spec(), out, ["--set", "data.train.csv.file=lost.csv"])
    #expect(lost.status == 1 && lost.errors.contains("N0501"))
    let typo = train(spec(), out, ["--set", "train.batch_sise=3"])
    #expect(typo.status == 1 && typo.errors.contains("N0101") && typo.errors.contains("batch_size"))
    #expect(train(spec(), out, ["--set", "train"]).errors.contains("N0403"))
    #expect(train(spec(), out, ["--epochs", "0"]).status == 64)
    let refused = train(spec(), out, ["--device", "gpu"])
    #expect(refused.status == 1 && refused.errors.contains("N0402") && refused.errors.contains("no GPU can be used"))
    #expect(refused.errors.contains("use `--device cpu`"))
    let plain = ["--device", "cpu", "--precision", "fp32", "--epochs", "1"]
    #expect(train(spec(), TemporaryFolder(), plain).status == 0)
    let frozen = train(spec(", freeze: [\"*\"]"), out)
    #expect(frozen.status == 1 && frozen.errors.contains("N0602"))
    #expect(train(spec(), out, ["--resume"]).errors.contains("N0501"))
  }
}
