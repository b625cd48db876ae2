import ArgumentParser
import Driver

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a network and its weights as an ONNX model.",
    usage: "netc export <spec> --weights <file> --output <file> [<options>]",
    discussion: """
      Values are called as their layers, parameters as in the weights. Other runtimes take the file: operators of \
      opset 17, and a batch of any size where the spec leaves it free.

      EXAMPLE:
        netc export specs/digits.yaml --weights specs/digits/weights.safetensors -o digits.onnx
      """)

  @Argument(help: "A YAML spec; - is standard input.", completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @OptionGroup var parameters: WeightsOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The ONNX file, or - for standard output.", valueName: "file"),
    completion: .file(extensions: ["onnx"]))
  var output: String

  @Option(help: ArgumentHelp("Fix the batch; default: what the spec fixes, or any.", valueName: "n"))
  var batch: Int?

  @OptionGroup var common: CommonOptions

  func validate() throws { try validateBatch(batch) }

  func run() throws {
    try common.run { console in
      var command = ExportCommand(spec: spec, output: output)
      (command.weights, command.map, command.batch) = (parameters.weights, parameters.map, batch)
      return try command.run(console)
    }
  }
}
