import ArgumentParser
import Driver

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain a diagnostic, a layer, a nonlinearity or an initialiser.",
    discussion: "EXAMPLE: netc explain N0203")

  @Argument(
    help: "A code such as N0203, or a name such as Conv2D, rectify or he_normal.",
    completion: .list(ExplainCommand.topics))
  var topic: String

  @OptionGroup var common: CommonOptions

  func run() throws { try common.run { ExplainCommand(topic: topic).run($0) } }
}
