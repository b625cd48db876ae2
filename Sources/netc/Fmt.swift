import ArgumentParser
import Driver

struct Fmt: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Rewrite specs in the canonical spelling.",
    discussion: """
      In place, and only what is not spelled so already; comments and blank lines stay. All three spellings of a \
      layer become `Type: {key: value}`, and nolearn's keys for training the section `train`. The result is read \
      again and compared before it is written.

      EXAMPLE:
        netc fmt specs/keypoints.yaml
        netc fmt --check specs/*.yaml
      """)

  @Argument(
    help: ArgumentHelp("YAML specs; - formats standard input to standard output.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var specs: [String]

  @Flag(help: "Write nothing; print the names of files that would change, and fail if there are any.")
  var check = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.run { try FormatCommand(specs: specs, check: check).run($0) }
  }
}
