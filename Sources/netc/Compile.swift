import ArgumentParser
import Driver

struct Compile: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile a spec and its weights to one file that starts in milliseconds, or to C.",
    usage: "netc compile <spec> [<options>]",
    discussion: """
      EXAMPLE:
        netc compile specs/digits.yaml --weights specs/digits/weights.safetensors
        netc compile specs/vgg16.yaml --emit plan --target x86-64-avx2
        netc compile specs/resnet18.yaml --tune
        netc compile specs/resnet18.yaml --device gpu --tune
        netc compile specs/digits.yaml --weights specs/digits/weights.safetensors --emit c -o digits-c
      """)

  @Argument(help: "A YAML spec; - is standard input.", completion: .file(extensions: ["yaml", "yml"]))
  var spec: String?

  @OptionGroup var parameters: WeightsOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The artefact; default: the network's name and .netc. Of --emit c the folder; default: the current one.",
      valueName: "file"),
    completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("Examples per batch; default: what the spec fixes, or 1.", valueName: "n"))
  var batch: Int?

  @OptionGroup var arithmetic: ArithmeticOptions

  @Option(
    help: ArgumentHelp("The CPU to compile for: native, or a target that `netc doctor` names.", valueName: "name"))
  var target: String?

  @Option(help: "gpu: the file also has the plan and the kernels for the GPU of this machine.")
  var device = DeviceOption.cpu

  @Flag(
    help:
      "Choose the kernels by timing them on this machine, with --device gpu on its GPU, not by the cost model alone.")
  var tune = false

  @Option(
    help: ArgumentHelp(
      "Print the plan or the optimised graph instead of writing a file, or write standalone C.", valueName: "what"))
  var emit: CompileEmission?

  @Option(
    help: ArgumentHelp(
      "Of --emit c: the weights as an array in the source, or as a file that the caller loads; default: an array up to "
        + "4 MiB.", valueName: "form"))
  var cWeights: CWeightsForm?

  @Flag(help: "With --emit c: write a small program that calls the network, too.")
  var cMain = false

  @Flag(help: "Print the compiler's passes in their order.")
  var listPasses = false

  @Option(help: ArgumentHelp("Print the graph as it is after this pass.", valueName: "pass"))
  var dumpAfter: String?

  @Option(help: ArgumentHelp("Print the graph after this pass and stop.", valueName: "pass"))
  var stopAfter: String?

  @Flag(help: "Print how long each pass took.")
  var timePasses = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try validateBatch(batch)
    if emit != .c, cWeights != nil || cMain {
      throw ValidationError("`--c-weights` and `--c-main` go with `--emit c`.")
    }
    if device == .gpu, target != nil {
      throw ValidationError("`--device gpu` is the GPU of this machine, `--target` another one: give one of them.")
    }
    if spec == nil, !listPasses { throw ValidationError("Missing expected argument '<spec>'") }
  }

  func run() throws {
    try common.run { console in
      var command = CompileCommand(spec: spec ?? "")
      (command.weights, command.map) = (parameters.weights, parameters.map)
      (command.output, command.batch, command.target) = (output, batch, target)
      (command.precision, command.numerics) = (arithmetic.precision ?? .fp32, arithmetic.numerics ?? .fast)
      (command.emission, command.listPasses, command.timePasses) = (emit, listPasses, timePasses)
      (command.cWeights, command.cMain) = (cWeights, cMain)
      (command.tune, command.threads, command.device) = (tune, common.threadCount, device)
      (command.dumpAfter, command.stopAfter) = (dumpAfter, stopAfter)
      return try command.run(console)
    }
  }
}

struct ArithmeticOptions: ParsableArguments {
  @Option(help: "Products in fp32, or in bf16 with sums in fp32; on a GPU, in fp16 too.")
  var precision: PrecisionOption?

  @Option(help: "fast may trade accuracy for speed within a budget, strict never does.")
  var numerics: NumericsOption?
}
