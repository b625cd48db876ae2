import Compiler
import Diagnostics
import GPUBackend

/// What a training throws, as a diagnostic.
enum TrainingProblem {
  /// Does something that trains.
  static func located<Value>(_ body: () throws -> Value) throws(DiagnosticError) -> Value {
    do {
      return try body()
    } catch let error as DiagnosticError {
      throw error
    } catch let problem as GPUProblem {
      throw DiagnosticError(
        Diagnostic(
          .unsupportedOnTarget, problem.message, at: .none, notes: problem.notes, help: help(problem)))
    } catch let problem as GradientProblem {
      throw notTrainable("`\(problem.layer)` cannot be trained: \(problem.op) has no gradient", [problem.reason])
    } catch let problem as CompileError where problem.reason == .unsupported {
      throw notTrainable(problem.message, [])
    } catch {
      throw DiagnosticError(Diagnostic(.notTrainable, "\(error)", at: .none))
    }
  }

  /// A batch is what a spec says.
  private static func help(_ problem: GPUProblem) -> [String] {
    guard case .outOfMemory(_, _, _, .some(let batch)) = problem else { return problem.help }
    return ["`--set train.batch_size=\(batch)` fits"]
  }

  private static func notTrainable(_ message: String, _ notes: [String]) -> DiagnosticError {
    DiagnosticError(
      Diagnostic(
        .notTrainable, message, at: .none, notes: notes, help: ["replace the layer, or freeze what lies before it"]))
  }
}
