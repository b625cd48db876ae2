import ArgumentParser
import Driver

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a diagnostic, a layer, a parameter, a key or a pass, or the steps of a plan.",
    usage: """
      netc explain <topic> [<options>]
      netc explain --plan <model> [<step>] [<options>]
      """,
    discussion: """
      EXAMPLE:
        netc explain N0203
        netc explain Conv2D
        netc explain layers
        netc explain --plan resnet18.netc
        netc explain --plan resnet18.netc conv1
      """)

  @Argument(
    help:
      "A code such as N0203, a name such as Conv2D, filter_size or rectify, or a list: layers, nonlinearities, initialisers, diagnostics, passes, spec-keys.",
    completion: .list(ExplainCommand.topics))
  var topic: String?

  @Option(
    help: ArgumentHelp(
      "A spec, or what `netc compile` made: list its steps with their kernels, their times and the runners-up, or tell all about one step.",
      valueName: "model"),
    completion: .file())
  var plan: String?

  @Option(
    help:
      "With `--plan`: for which device the plan is; default: cpu for a spec, and for a compiled network what it was compiled for."
  )
  var device: DeviceOption?

  @Flag(help: "With `--plan`: print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if topic == nil, plan == nil { throw ValidationError("Missing expected argument '<topic>'") }
    if device == .gpu, plan == nil { throw ValidationError("`--device` goes with `--plan`.") }
    if json, plan == nil { throw ValidationError("`--json` goes with `--plan`.") }
  }

  func run() throws {
    try common.run { console in
      guard let plan else { return ExplainCommand(topic: topic ?? "").run(console) }
      var command = ExplainPlanCommand(path: plan, step: topic)
      (command.json, command.device) = (json, device)
      return try command.run(console)
    }
  }
}
