import ArgumentParser
import Driver

@main
struct NetcCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "netc",
    abstract: "A compiler for convolutional networks that are written as YAML.",
    discussion: """
      netc checks a network and says what is wrong and where, counts its parameters and its work, compiles \
      it to a fused plan, and runs it.

      EXAMPLE:
        netc check specs/lenet.yaml
      """,
    version: "netc \(Version.number) (\(Version.build))",
    subcommands: [
      Init.self, Check.self, Fmt.self, Report.self, Graph.self, Explain.self, Compile.self, Run.self, Train.self,
      Eval.self, Data.self, Features.self, Bench.self, Import.self, Export.self, Weights.self, Doctor.self, Schema.self,
      LSP.self,
    ])
}

/// Options of every command.
struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads to work with; default: the cores that this process may use.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print data and errors only.")
  var quiet = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("`--threads` must be from 1 to 1024, not \(threads).")
    }
  }

  /// Runs a command's body and ends the process with its exit code.
  func run(_ body: (Console) throws -> Driver.ExitCode) throws {
    var console = Console.standard()
    console.quiet = quiet
    let code = CommandRunner.run(console, body)
    if code != .good { throw ArgumentParser.ExitCode(code.rawValue) }
  }

  var threadCount: Int { threads ?? CommandRunner.defaultThreads }
}

extension ByteSize: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
extension DiagnosticFormat: ExpressibleByArgument {}
extension ReportFormat: ExpressibleByArgument {}
extension ReportOrder: ExpressibleByArgument {}
extension CompileEmission: ExpressibleByArgument {}
extension CWeightsForm: ExpressibleByArgument {}
extension PrecisionOption: ExpressibleByArgument {}
extension NumericsOption: ExpressibleByArgument {}
extension DeviceOption: ExpressibleByArgument {}
extension EvaluationPart: ExpressibleByArgument {}
