import CPUBackend
import Compiler
import Diagnostics
import GPUBackend
import NetIR

// What the executable names without importing the compiler.
package typealias PrecisionOption = Precision
package typealias NumericsOption = Numerics
package typealias EvaluationPart = EvalCommand.Part

/// Where a network runs.
package enum DeviceOption: String, CaseIterable, Sendable {
  case cpu, gpu
}

/// Turns everything that a command may throw into words and an exit code.
package enum CommandRunner {
  package static var defaultThreads: Int { HostCPU.current.cores }

  package static func run(_ console: Console, _ body: (Console) throws -> ExitCode) -> ExitCode {
    do {
      return try body(console)
    } catch let error as DiagnosticError {
      DiagnosticPrinter(console).print(error.diagnostic)
      return .wrongInput
    } catch let error as SpecProblems {
      DiagnosticPrinter(console).print(error)
      return .wrongInput
    } catch let error as GPUProblem {
      DiagnosticPrinter(console).print(
        Diagnostic(.unsupportedOnTarget, error.message, at: .none, notes: error.notes, help: error.help))
      return .wrongInput
    } catch let error as CompileError where error.reason == .unsupported {
      DiagnosticPrinter(console).print(
        Diagnostic(
          .unsupportedOnTarget, error.message, at: .none,
          help: ["use another `--target` or `--precision`; `netc doctor` tells what there is"]))
      return .wrongInput
    } catch let error as CompileError {
      return bug(error.message, console)
    } catch let error as GraphProblem {
      return bug(error.message, console)
    } catch {
      return bug("\(error)", console)
    }
  }

  private static func bug(_ message: String, _ console: Console) -> ExitCode {
    console.err("netc: bug: \(message)\n")
    console.err("This is a mistake in netc, not in your files. Please report it with the spec.\n")
    return .bug
  }
}
