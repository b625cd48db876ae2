import ArgumentParser
import Driver

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a diagnostic, a layer, a parameter, a key or a pass.",
    usage: "netc explain <topic> [<options>]",
    discussion: """
      EXAMPLE:
        netc explain N0203
        netc explain Conv2D
        netc explain layers
      """)

  @Argument(
    help:
      "A code such as N0203, a name such as Conv2D, filter_size or rectify, or a list: layers, nonlinearities, initialisers, diagnostics, passes, spec-keys.",
    completion: .list(ExplainCommand.topics))
  var topic: String

  @OptionGroup var common: CommonOptions

  func run() throws { try common.run { ExplainCommand(topic: topic).run($0) } }
}
