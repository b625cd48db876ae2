import ArgumentParser
import Driver

struct Weights: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "List the tensors of a file, or write them in another format.",
    usage: "netc weights <file> [--layer <name>] [--output <file>] [<options>]",
    discussion: """
      Shapes, types, the least and largest number, mean and L2 norm of every tensor; NaN and infinite numbers are \
      counted. Reads safetensors, NumPy's npz, the constants of an ONNX model and a caffemodel. With --output the \
      same tensors are written as safetensors or npz; with --layer that layer's filters are drawn.

      EXAMPLE:
        netc weights specs/digits/weights.safetensors
        netc weights lenet.npz --output lenet.safetensors
        netc weights alexnet.safetensors --layer conv1 --output filters.png
      """)

  @Argument(
    help: "The file.", completion: .file(extensions: ["safetensors", "npz", "onnx", "caffemodel"]))
  var file: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write the tensors there, by its ending as .safetensors or .npz; with --layer, the picture as .svg or .png.",
      valueName: "file"),
    completion: .file(extensions: ["safetensors", "npz", "svg", "png"]))
  var output: String?

  @Option(help: ArgumentHelp("Draw the filters of this layer.", valueName: "name"))
  var layer: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if layer != nil, output == nil { throw ValidationError("`--layer` needs `--output`, a file for the picture.") }
    if layer != nil, json { throw ValidationError("`--layer` draws, and `--json` prints: choose one.") }
  }

  func run() throws {
    try common.run { console in
      var command = WeightsCommand(path: file)
      (command.output, command.json, command.layer) = (output, json, layer)
      return try command.run(console)
    }
  }
}
