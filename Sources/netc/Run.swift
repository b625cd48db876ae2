import ArgumentParser
import Driver

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a network on examples: pictures, or arrays of them.",
    usage: "netc run <model> --input <file> [<options>]",
    discussion: """
      Without --output, --labels and --draw a table of the best classes is printed.

      EXAMPLE:
        netc run digits.netc --input specs/digits/test-images-idx3-ubyte.gz
        netc run squeezenet.netc --input holiday/ --top 5
      """)

  @Argument(help: "A YAML spec, or what `netc compile` made.", completion: .file())
  var model: String

  @OptionGroup var parameters: WeightsOptions

  @Option(
    help: ArgumentHelp(
      "Examples: a PNG, JPEG or BMP, a folder of these, npy or IDX, plain or .gz; - is npy on standard input.",
      valueName: "path"),
    completion: .file())
  var input: String

  @Option(
    help: ArgumentHelp(
      "Write all scores to a .npy, .json or .csv file, or as npy to standard output (-).", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("Examples per batch of a spec's plan.", valueName: "n"))
  var batch: Int?

  @Option(help: ArgumentHelp("How many classes to print for each example.", valueName: "k"))
  var top = 3

  @Option(
    help: ArgumentHelp("The right class of each example, IDX or npy: prints the accuracy.", valueName: "file"),
    completion: .file())
  var labels: String?

  @Option(help: ArgumentHelp("Draw that many of the images, each over its class.", valueName: "n"))
  var draw = 0

  @Option(help: "Where to run.")
  var device = DeviceOption.cpu

  @Flag(help: "With --device gpu: choose the kernels by timing them there; the times are kept for the next time.")
  var tune = false

  @OptionGroup var arithmetic: ArithmeticOptions

  @Flag(help: "Compare the checksum of an artefact's weights even when they are large.")
  var verify = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try validateBatch(batch)
    if tune, device == .cpu {
      throw ValidationError("`--tune` goes with `--device gpu`; `netc compile --tune` is for CPUs.")
    }
    if top < 1 { throw ValidationError("`--top` must be at least 1.") }
    if draw < 0 { throw ValidationError("`--draw` must be at least 0.") }
  }

  func run() throws {
    try common.run { console in
      var loader = ModelLoader(path: model, weights: parameters.weights, threads: common.threadCount)
      loader.map = parameters.map
      (loader.batch, loader.precision, loader.numerics) = (batch, arithmetic.precision, arithmetic.numerics)
      (loader.verifyWeights, loader.tunes) = (verify, tune)
      var command = RunCommand(model: loader, input: input)
      command.device = device
      (command.output, command.top, command.labels, command.draw) = (output, top, labels, draw)
      return try command.run(console)
    }
  }
}
