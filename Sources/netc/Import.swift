import ArgumentParser
import Driver

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make a spec and weights of an ONNX model.",
    usage: "netc import <model> --output <folder>",
    discussion: """
      Writes <folder>/<model>.yaml and <folder>/<model>.safetensors. Names are kept where a spec can have them. What netc \
      cannot say is named, all of it, and then nothing is written.

      EXAMPLE:
        netc import squeezenet.onnx -o squeezenet
        netc run squeezenet/squeezenet.yaml --weights squeezenet/squeezenet.safetensors --input images.npy
      """)

  @Argument(help: "An ONNX file.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the files go; made if it is not there.", valueName: "folder"),
    completion: .directory)
  var output: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.run { try ImportCommand(model: model, output: output).run($0) }
  }
}
