import CPUBackend
import Compiler
import Diagnostics
import Exchange
import GPUBackend
import Layers
import NetIR

/// A network that is ready to run on a GPU, from a spec or from an artefact.
package struct GPUModel: Sendable {
  package let executable: GPUExecutable
  package let device: GPUDevice
  package var plan: Plan { executable.plan }
  /// What it was compiled from; nil for an artefact.
  package var source: Model.Source?
  /// Said to the user: that the kernels are not those that were chosen, say.
  package var remark: String?

  /// - Parameter options: for the device's target, with the kernels of devices.
  package static func compile(
    _ network: Network, _ weights: Weights, _ options: CompileOptions, on machine: GPUMachine,
    takesBytes: Bool = false
  ) throws -> GPUModel {
    let compiled = try CompilerFront.compile(network, options)
    let evaluator = ConstantEvaluator(compiled.portable) { try weights.values($0, $1) }
    let executable = try GPUExecutable(compiled.plan, on: machine, takesBytes: takesBytes) { index in
      try evaluator.value(of: compiled.plan.constants[index].source)
    }
    return GPUModel(
      executable: executable, device: machine.device,
      source: Model.Source(portable: compiled.portable, weights: weights))
  }

  /// Opens an artefact: its graph is compiled again, its weights are unpacked. The kernels are those that
  /// were chosen when it was made, where it was made on such a device.
  package static func open(
    _ path: String, on machine: GPUMachine, takesBytes: Bool = false, verifyWeights: Bool = false
  ) throws -> GPUModel {
    let artefact = try Artefact(path: path, catalogue: KernelTable.catalogue, verifyWeights: verifyWeights)
    let (packed, owner) = try Model.packedConstants(of: artefact, path)
    return try withExtendedLifetime(owner) {
      do {
        let ahead = try AheadKernels.of(artefact, path)
        let kept = try KeptChoices(ahead, on: machine)
        let (compiled, values) = try Model.recompiled(
          artefact, packed, for: kept.target, kept.catalogue,
          precision: ahead.flatMap { Precision(rawValue: $0.precision) },
          numerics: ahead.flatMap { Numerics(rawValue: $0.numerics) }, measurements: kept.measurements)
        let executable = try GPUExecutable(
          compiled.plan, on: machine, takesBytes: takesBytes, ahead: ahead, values: values)
        return GPUModel(executable: executable, device: machine.device, remark: kept.remark)
      } catch let error as CompileError where error.reason == .bug {
        // The graph came from the file: if it cannot be compiled, that is to blame.
        throw Artefact.damaged(path, error.message)
      } catch let error as GraphProblem {
        throw Artefact.damaged(path, error.message)
      }
    }
  }
}

extension AheadKernels {
  /// What an artefact has for devices; nil where it was compiled for none.
  static func of(_ artefact: Artefact, _ path: String) throws(DiagnosticError) -> AheadKernels? {
    guard let text = artefact.device else { return nil }
    guard let found = AheadKernels(text: text) else { throw Artefact.damaged(path, "its kernels cannot be read") }
    return found
  }
}
