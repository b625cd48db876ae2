import ArgumentParser
import Driver

struct Features: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Write what a layer says of examples, for a classifier of another kind.",
    usage: "netc features <spec> --layer <name> -o <file> [<options>]",
    discussion: """
      Examples come from --input, else from the spec's data; of these the classes are written too: as the last column \
      of a .csv, or beside a .npy as .labels.npy.

      EXAMPLE:
        netc features specs/digits.yaml --weights specs/digits/weights.safetensors --layer hidden -o hidden.csv
      """)

  @Argument(help: "A YAML spec.", completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @Option(help: ArgumentHelp("The layer whose results are written.", valueName: "name"))
  var layer: String

  @Option(name: .shortAndLong, help: ArgumentHelp("A .npy or .csv file.", valueName: "file"), completion: .file())
  var output: String

  @Option(help: ArgumentHelp("The parameters of a spec, as safetensors.", valueName: "file"), completion: .file())
  var weights: String?

  @Option(
    help: ArgumentHelp("Pictures, a folder of them, npy or IDX in place of the spec's data.", valueName: "path"),
    completion: .file())
  var input: String?

  @Option(help: "Which of the spec's examples.")
  var data = EvaluationPart.train

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A value in place of the spec's, such as data.train.folder=photos.", valueName: "path=value"))
  var overrides: [String] = []

  @Option(help: "Arithmetic: strict never approximates.")
  var numerics = NumericsOption.fast

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.run { console in
      var command = FeaturesCommand(spec: spec, layer: layer, output: output, threads: common.threadCount)
      (command.weights, command.input, command.part) = (weights, input, data)
      (command.overrides, command.numerics) = (overrides, numerics)
      return try command.run(console)
    }
  }
}
