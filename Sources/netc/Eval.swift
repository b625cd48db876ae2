import ArgumentParser
import Driver

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Judge a network by examples whose targets are known.",
    usage: "netc eval <model> --weights <file> [<options>]",
    discussion: """
      Loss, accuracy, precision and recall of each class, the confusion matrix, and the worst mistakes.

      EXAMPLE:
        netc eval specs/digits.yaml --weights specs/digits/weights.safetensors
        netc eval digits.netc --spec specs/digits.yaml --data valid --json
      """)

  @Argument(help: "A YAML spec, or with --spec what `netc compile` made.", completion: .file())
  var model: String

  @Option(
    help: ArgumentHelp("The spec that says by what a compiled network is judged.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var spec: String?

  @OptionGroup var parameters: WeightsOptions

  @Option(help: "Which of the spec's examples.")
  var data = EvaluationPart.test

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A value in place of the spec's, such as data.test.csv=more.csv.", valueName: "path=value"))
  var overrides: [String] = []

  @Option(help: ArgumentHelp("How many of the worst mistakes to list.", valueName: "n"))
  var mistakes = 5

  @Option(
    help: ArgumentHelp("Draw the worst mistakes: .svg, or .png where the machine can convert.", valueName: "file"),
    completion: .file())
  var sheet: String?

  @Option(help: "Where to run.")
  var device = DeviceOption.cpu

  @OptionGroup var arithmetic: ArithmeticOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if mistakes < 0 { throw ValidationError("`--mistakes` must be at least 0.") }
    if spec != nil, parameters.weights != nil {
      throw ValidationError("`--spec` is for compiled networks, which have their weights.")
    }
  }

  func run() throws {
    try common.run { console in
      var command = EvalCommand(model: model, threads: common.threadCount)
      (command.weights, command.map) = (parameters.weights, parameters.map)
      (command.spec, command.part) = (spec, data)
      (command.overrides, command.mistakes, command.json) = (overrides, mistakes, json)
      (command.numerics, command.precision) = (arithmetic.numerics ?? .fast, arithmetic.precision)
      (command.device, command.sheet) = (device, sheet)
      return try command.run(console)
    }
  }
}
