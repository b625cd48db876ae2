import ArgumentParser
import Driver

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network on the examples that its spec names.",
    usage: "netc train <spec> [<options>]",
    discussion: """
      Writes into a folder: best.safetensors, the weights of the best epoch; last.safetensors, from which --resume \
      goes on; history.jsonl and history.svg; spec.yaml, as trained. Ctrl-C saves and ends with 130.

      EXAMPLE:
        netc train specs/digits.yaml --sanity
        netc train specs/digits.yaml --output digits-run --epochs 20
        netc train specs/digits.yaml --set train.update.adam.learning_rate=0.002
      """)

  @Argument(help: "A YAML spec with `data` and `train`.", completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @Option(
    help: ArgumentHelp("The folder to write into; default: the network's name.", valueName: "folder"),
    completion: .directory)
  var output: String?

  @Flag(help: "Go on from the folder's last.safetensors, to the same bits as without a pause.")
  var resume = false

  @Flag(help: "Write a folder anew that has a training in it.")
  var overwrite = false

  @Option(help: ArgumentHelp("How often to go through the examples; default: what the spec says.", valueName: "n"))
  var epochs: Int?

  @Option(help: ArgumentHelp("The start of all random numbers; default: what the spec says.", valueName: "n"))
  var seed: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A value in place of the spec's, such as train.batch_size=32.", valueName: "path=value"))
  var overrides: [String] = []

  @Option(help: "Arithmetic: strict never approximates.")
  var numerics = NumericsOption.fast

  @Flag(help: "Check before training: the first loss, a few examples learnt by heart, gradients. Writes nothing.")
  var sanity = false

  @Flag(help: "With --sanity: print one JSON object.")
  var json = false

  @Option(help: "Where to train.")
  var device = DeviceOption.cpu

  @Flag(help: "With --device gpu: choose the kernels by timing them there; the times are kept for the next time.")
  var tune = false

  @Option(
    help: """
      Activations and gradients in fp32, or in bf16 with sums, statistics and weights in fp32; on a GPU, in fp16 too, \
      with a scaled loss.
      """)
  var precision = PrecisionOption.fp32

  @Option(
    help: ArgumentHelp(
      "What training may take, such as 2GiB; default: what is free. Values are computed again where it has to be.",
      valueName: "size"))
  var memory: ByteSize?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let epochs, epochs < 1 { throw ValidationError("`--epochs` must be at least 1.") }
    if memory != nil, device == .gpu {
      throw ValidationError("`--memory` goes with the CPU: on a GPU the plan has what is free there.")
    }
    if tune, device == .cpu { throw ValidationError("`--tune` goes with `--device gpu`.") }
    if json, !sanity { throw ValidationError("`--json` goes with `--sanity`.") }
    if sanity, resume || overwrite || output != nil || epochs != nil {
      throw ValidationError("`--sanity` writes nothing and runs no epochs: leave the other options out.")
    }
    if let seed, seed < 0 { throw ValidationError("`--seed` must be at least 0.") }
  }

  func run() throws {
    try common.run { console in
      var command = TrainCommand(spec: spec, threads: common.threadCount)
      (command.output, command.resumes, command.overwrites) = (output, resume, overwrite)
      (command.epochs, command.seed, command.overrides) = (epochs, seed, overrides)
      (command.numerics, command.device, command.precision) = (numerics, device, precision)
      (command.checksSanity, command.json, command.memory) = (sanity, json, memory)
      command.tunes = tune
      return try command.run(console)
    }
  }
}
