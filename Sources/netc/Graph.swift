import ArgumentParser
import Driver

struct Graph: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draw a network or its plan.",
    usage: "netc graph <spec> --output <file> [<options>]",
    discussion: """
      Shapes beside the edges, parameters and multiply-accumulates in the boxes, blocks as frames. SVG adapts \
      to light and dark; PNG needs rsvg-convert, Inkscape or Chromium; DOT is for Graphviz.

      EXAMPLE:
        netc graph specs/googlenet.yaml -o googlenet.svg
        netc graph specs/resnet50.yaml -o plan.png --plan
      """)

  @Argument(help: "A YAML spec; - is standard input.", completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("A .svg, .png or .dot file, or - for SVG on standard output.", valueName: "file"),
    completion: .file())
  var output: String

  @Flag(help: "Draw the steps of the compiled plan: what was fused, kernels and algorithms.")
  var plan = false

  @Option(help: ArgumentHelp("Examples per batch of the plan; default: what the spec fixes, or 1.", valueName: "n"))
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "The CPU that the plan is for: native, or a target that `netc doctor` names.", valueName: "name"))
  var target: String?

  @OptionGroup var common: CommonOptions

  func validate() throws { try validateBatch(batch) }

  func run() throws {
    try common.run { console in
      var command = GraphCommand(spec: spec, output: output)
      (command.drawsPlan, command.batch, command.target) = (plan, batch, target)
      return try command.run(console)
    }
  }
}
