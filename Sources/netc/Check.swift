import ArgumentParser
import Driver

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Find every mistake in one or more specs.",
    usage: "netc check <spec> ... [<options>]",
    discussion: """
      Prints each error and warning with its place, the cause and a way to mend it. JSON lines go to \
      standard output, the other formats to standard error.

      EXAMPLE:
        netc check specs/lenet.yaml specs/vgg16.yaml
      """)

  @Argument(
    help: ArgumentHelp("YAML specs; - is standard input.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var specs: [String]

  @Option(help: ArgumentHelp("How diagnostics look.", valueName: "format"))
  var diagnostics = DiagnosticFormat.text

  @Flag(help: "Fail on warnings, too.")
  var strict = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.run { CheckCommand(specs: specs, format: diagnostics, strict: strict).run($0) }
  }
}
