import ArgumentParser
import Driver

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a starting spec with comments.",
    discussion: """
      A small network that `netc check` accepts. Overwrites nothing.

      EXAMPLE:
        netc init digits
      """)

  @Argument(help: "The network's name; its file is that and .yaml.")
  var name = "network"

  @OptionGroup var common: CommonOptions

  func run() throws { try common.run { try InitCommand(name: name).run($0) } }
}
