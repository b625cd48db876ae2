import ArgumentParser
import Driver

struct Weights: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "List the tensors of a file, or write them in another format.",
    usage: "netc weights <file> [--output <file>] [<options>]",
    discussion: """
      Shapes, types, the least and largest number, mean and L2 norm of every tensor; NaN and infinite numbers are \
      counted. Reads safetensors, NumPy's npz, the constants of an ONNX model and a caffemodel. With --output the \
      same tensors are written as safetensors or npz.

      EXAMPLE:
        netc weights specs/digits/weights.safetensors
        netc weights lenet.npz --output lenet.safetensors
      """)

  @Argument(
    help: "The file.", completion: .file(extensions: ["safetensors", "npz", "onnx", "caffemodel"]))
  var file: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the tensors there, by its ending as .safetensors or .npz.", valueName: "file"),
    completion: .file(extensions: ["safetensors", "npz"]))
  var output: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.run { console in
      var command = WeightsCommand(path: file)
      (command.output, command.json) = (output, json)
      return try command.run(console)
    }
  }
}
