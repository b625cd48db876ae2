import ArgumentParser
import Driver

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the time of one inference of a whole batch, and of its steps.",
    usage: "netc bench <model> [<options>]",
    discussion: """
      Through the public entry point, warmed up; random weights if none are given. docs/measuring.md tells how to \
      read a profile.

      EXAMPLE:
        netc bench specs/lenet.yaml --batch 32 --threads 1
        netc bench specs/resnet50.yaml --profile --trace resnet50.json
      """)

  @Argument(help: "A YAML spec, or what `netc compile` made.", completion: .file())
  var model: String

  @OptionGroup var parameters: WeightsOptions

  @Option(help: ArgumentHelp("Examples per batch; default: what the spec fixes, or 1.", valueName: "n"))
  var batch: Int?

  @Option(help: ArgumentHelp("How long to measure.", valueName: "s"))
  var seconds = 1.0

  @Flag(help: "Time every step and hold it against what this machine can do.")
  var profile = false

  @Option(
    help: ArgumentHelp(
      "Write some runs as a trace for Perfetto or about:tracing: steps and waits of every thread.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var trace: String?

  @Flag(help: "Compare the outputs with the spec's graph in double precision first; slow for large networks.")
  var check = false

  @Flag(
    help: """
      Measure a step of training: forward, backward and update, as the spec's `train` says; without one by \
      cross-entropy or squared error, with momentum.
      """)
  var train = false

  @Option(
    help: ArgumentHelp(
      "With --train: what it may take, such as 2GiB; values are computed again where it has to be.",
      valueName: "size"))
  var memory: ByteSize?

  @Option(help: "Where to run.")
  var device = DeviceOption.cpu

  @Flag(help: "With --device gpu: choose the kernels by timing them there; the times are kept for the next time.")
  var tune = false

  @OptionGroup var arithmetic: ArithmeticOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try validateBatch(batch)
    if memory != nil, !train || device == .gpu {
      throw ValidationError("`--memory` goes with `--train` on the CPU.")
    }
    if tune, device == .cpu {
      throw ValidationError("`--tune` goes with `--device gpu`; `netc compile --tune` is for CPUs.")
    }
    if !(seconds > 0 && seconds <= 3600) {
      throw ValidationError("`--seconds` must be above 0 and at most 3600.")
    }
  }

  func run() throws {
    try common.run { console in
      var loader = ModelLoader(path: model, weights: parameters.weights, threads: common.threadCount)
      (loader.map, loader.tunes) = (parameters.map, tune)
      (loader.batch, loader.precision, loader.numerics) = (batch, arithmetic.precision, arithmetic.numerics)
      var command = BenchCommand(model: loader)
      (command.device, command.seconds, command.json, command.trains) = (device, seconds, json, train)
      command.memory = memory
      (command.profile, command.trace, command.check) = (profile, trace, check)
      return try command.run(console)
    }
  }
}
