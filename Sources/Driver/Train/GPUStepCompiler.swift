import Compiler
import GPUBackend
import NetIR

/// Makes plans of training steps for a device. What libraries refuse the compiler is told: netc's own kernels have other
/// steps beside them, sums of slices and weights in another order.
struct GPUStepCompiler {
  let machine: GPUMachine
  /// Where kernels are chosen by their times: who is told, and the numbers of parameters that do not learn.
  var tuning: (console: Console, parameter: (String, [Int]) throws -> [Float])?

  /// - Parameter options: with the machine's target and catalogue.
  /// - Returns: the step's plan, and the engines of its steps by libraries.
  func compiled(_ step: TrainingGraph, _ options: CompileOptions) throws -> (CompiledNetwork, LibraryEngines) {
    var options = options
    if let tuning {
      let tuner = GPUTuner(step, options, parameter: tuning.parameter, machine)
      options.measurements = try tuner.table(tuning.console)
    }
    return try compiled(options) { try Self.plan(step, $0) }
  }

  /// - Parameter plan: compiles under other options.
  func compiled(_ options: CompileOptions, plan: (CompileOptions) throws -> CompiledNetwork) throws
    -> (CompiledNetwork, LibraryEngines)
  {
    var options = options
    var earlier: LibraryEngines?
    while true {
      var compiled = try plan(options)
      let engines = try LibraryEngines(compiled.plan, on: machine, after: earlier)
      let known = options.refusals
      for (signature, reasons) in engines.refusals {
        options.refusals[signature, default: [:]].merge(reasons) { first, _ in first }
      }
      guard options.refusals != known else {
        compiled.plan = engines.plan
        return (compiled, engines)
      }
      earlier = engines
    }
  }

  static func plan(_ step: TrainingGraph, _ options: CompileOptions) throws -> CompiledNetwork {
    guard let compiled = try Pipeline.compile(step, options) else {
      throw CompileError(.bug, "the pipeline stopped early")
    }
    return compiled
  }
}
