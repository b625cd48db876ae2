import FileTestSupport
import Testing

@Suite struct MainTests {
  static let commands = ["check", "report", "graph", "explain", "compile", "run", "bench", "doctor"]

  @Test func versionSaysNumberCommitAndBuild() throws {
    let run = NetcProcess.run(["--version"])
    #expect(run.status == 0)
    #expect(run.output.wholeMatch(of: /netc \d+\.\d+\.\d+ \(commit [0-9a-z]+\+?, (debug|release), .+\)\n/) != nil)
    #expect(run.errors.isEmpty)
  }

  @Test(arguments: commands)
  func helpHasAnExampleAndTheCommonOptions(command: String) {
    let run = NetcProcess.run([command, "--help"])
    #expect(run.status == 0)
    #expect(run.output.contains("EXAMPLE:\n  netc \(command)"))
    #expect(run.output.contains("--quiet") && run.output.contains("--threads"))
    #expect(run.lines.allSatisfy { $0.count <= 80 })
    #expect(run.errors.isEmpty)
  }

  @Test(arguments: commands)
  func helpIsThereInTheOtherOrder(command: String) {
    #expect(NetcProcess.run(["help", command]).output == NetcProcess.run([command, "--help"]).output)
  }

  @Test func allCommandsAreListed() {
    let run = NetcProcess.run([])
    #expect(run.status == 0)
    for command in Self.commands { #expect(run.output.contains("\n  \(command) ")) }
  }

  @Test(arguments: [
    ["frobnicate"], ["--frobnicate"], ["check"], ["check", "--diagnostics", "pretty", Files.lenet],
    ["check", Files.lenet, "--frobnicate"], ["report"], ["report", Files.lenet, "--format", "pdf"],
    ["report", Files.lenet, "--sort", "beauty"], ["report", Files.lenet, "--batch", "0"],
    ["report", Files.lenet, "--batch", "two"], ["graph", Files.lenet], ["explain"],
    ["explain", "N0203", "N0204"], ["compile"],
    ["compile", Files.lenet, "--emit", "poem"], ["compile", Files.lenet, "--precision", "fp8"],
    ["compile", Files.lenet, "--numerics", "loose"], ["run", Files.lenet],
    ["run", Files.lenet, "--input", "x", "--top", "0"], ["run", Files.lenet, "--input", "x", "--draw", "-1"],
    ["run", Files.lenet, "--input", "x", "--device", "tpu"], ["bench"], ["bench", Files.lenet, "--seconds", "0"],
    ["bench", Files.lenet, "--threads", "0"], ["bench", Files.lenet, "--threads", "1025"], ["doctor", "now"],
  ])
  func wrongUsageEndsWith64(arguments: [String]) {
    let run = NetcProcess.run(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: ") && run.errors.contains("Usage: netc"))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionKnowsTheCommands(shell: String) {
    let run = NetcProcess.run(["--generate-completion-script", shell])
    #expect(run.status == 0)
    for word in Self.commands + ["diagnostics"] { #expect(run.output.contains(word)) }
    #expect(run.errors.isEmpty)
  }

  @Test(arguments: commands)
  func everyCommandTakesThreadsAndQuiet(command: String) throws {
    let folder = TemporaryFolder()
    let rest: [String] =
      switch command {
      case "explain": ["Conv2D"]
      case "graph": [Files.lenet, "-o", folder.path + "/lenet.svg"]
      case "compile": [Files.lenet, "-o", folder.path + "/lenet.netc"]
      case "run": [Files.digits, "--weights", Files.weights, "--input", Files.images]
      case "bench": [Files.lenet, "--seconds", "0.01"]
      case "doctor": []
      default: [Files.lenet]
      }
    let run = NetcProcess.run([command, "--threads", "3", "--quiet"] + rest)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
  }
}
