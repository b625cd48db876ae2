import ArgumentParser
import Driver

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make a spec and weights of a network of another framework.",
    usage: "netc import <file> ... --output <folder> [<options>]",
    discussion: """
      Takes an ONNX model; Caffe's definition (.prototxt), and with it weights (.caffemodel) and a solver (.prototxt); or \
      Darknet's definition (.cfg). Writes <folder>/<file>.yaml and <folder>/<file>.safetensors. Names are kept where a \
      spec can have them. What netc cannot say is named, all of it, and then nothing is written.

      EXAMPLE:
        netc import squeezenet.onnx -o squeezenet
        netc import deploy.prototxt lenet.caffemodel solver.prototxt --examples 60000 -o lenet
        netc run squeezenet/squeezenet.yaml --weights squeezenet/squeezenet.safetensors --input images.npy
      """)

  @Argument(
    help: "An ONNX file, or Caffe's or Darknet's.",
    completion: .file(extensions: ["onnx", "prototxt", "caffemodel", "cfg"]))
  var file: [String]

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the files go; made if it is not there.", valueName: "folder"),
    completion: .directory)
  var output: String

  @Option(
    help: ArgumentHelp(
      "Sizes of the input where a Caffe or Darknet definition leaves them to its data, such as 3,224,224.",
      valueName: "sizes"))
  var inputShape: String?

  @Option(
    help: ArgumentHelp("Examples of the training set: makes epochs of a solver's iterations.", valueName: "n"))
  var examples: Int?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if file.isEmpty { throw ValidationError("Name the model.") }
    if inputShape != nil, sizes == nil { throw ValidationError("`--input-shape` needs sizes such as 3,224,224.") }
    if let examples, examples < 1 { throw ValidationError("`--examples` must be at least 1.") }
  }

  private var sizes: [Int]? {
    guard let parts = inputShape?.split(separator: ",", omittingEmptySubsequences: false) else { return nil }
    let sizes = parts.compactMap { Int($0) }.filter { (1..<1 << 24).contains($0) }
    return sizes.count == parts.count && sizes.count <= 3 ? sizes : nil
  }

  func run() throws {
    try common.run { console in
      var command = ImportCommand(files: file, output: output)
      (command.options.inputShape, command.options.examples) = (sizes, examples)
      return try command.run(console)
    }
  }
}
