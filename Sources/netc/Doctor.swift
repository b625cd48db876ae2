import ArgumentParser
import Driver

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what this machine has and what netc will use of it.",
    usage: "netc doctor [<options>]",
    discussion: """
      EXAMPLE:
        netc doctor
      """)

  @OptionGroup var common: CommonOptions

  func run() throws { try common.run { DoctorCommand().run($0) } }
}
