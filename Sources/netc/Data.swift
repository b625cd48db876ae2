import ArgumentParser
import Driver

struct Data: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Draw training examples beside what augmentation makes of them.",
    usage: "netc data <spec> -o <file> [<options>]",
    discussion: """
      The examples are those of the first batch, their copies what the first epochs see of them.

      EXAMPLE:
        netc data specs/digits.yaml -o sheet.png
      """)

  @Argument(help: "A YAML spec with `data.train`.", completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The sheet: .svg, or .png where the machine can convert.", valueName: "file"),
    completion: .file())
  var output: String

  @Option(help: ArgumentHelp("How many examples.", valueName: "n"))
  var count = 6

  @Option(help: ArgumentHelp("How many augmented copies of each.", valueName: "n"))
  var copies = 5

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A value in place of the spec's, such as data.augment=[].", valueName: "path=value"))
  var overrides: [String] = []

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if count < 1 { throw ValidationError("`--count` must be at least 1.") }
    if copies < 1 { throw ValidationError("`--copies` must be at least 1.") }
  }

  func run() throws {
    try common.run { console in
      var command = DataCommand(spec: spec, output: output)
      (command.count, command.copies, command.overrides) = (count, copies, overrides)
      return try command.run(console)
    }
  }
}
