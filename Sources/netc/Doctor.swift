import ArgumentParser
import Driver

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Tell what this machine has and what netc will use of it.",
    usage: "netc doctor [<options>]",
    discussion: """
      With --measure it takes some seconds to find out what the machine can do at most, with one thread and with \
      all; `netc bench --profile` holds the steps of a network against that.

      EXAMPLE:
        netc doctor --measure
      """)

  @Flag(help: "Measure arithmetic and memory, print the figures, store them in the user's cache folder.")
  var measure = false

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.run { console in
      var command = DoctorCommand()
      (command.measure, command.json, command.threads) = (measure, json, common.threadCount)
      return try command.run(console)
    }
  }
}
