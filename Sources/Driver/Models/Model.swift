import CPUBackend
import Compiler
import Diagnostics
import Exchange
import Layers
import NetIR
import Runtime

/// A network that is ready to run here, from a spec or from an artefact.
package struct Model: Sendable {
  package var executable: CPUExecutable
  package var plan: Plan { executable.plan }
  /// Said to the user: that an artefact was made for another machine, say.
  package var remark: String?
  /// What it was compiled from; nil for an artefact.
  package var source: Source?

  /// A graph as it is before anything depends on the target, and the parameters that it names.
  package struct Source: Sendable {
    package let portable: Graph
    package let weights: Weights
  }

  /// Compiles a network for this machine and packs its weights.
  package static func compile(_ network: Network, _ weights: Weights, _ options: CompileOptions, threads: Int)
    throws -> Model
  {
    let compiled = try CompilerFront.compile(network, options)
    let constants = try CompilerFront.pack(compiled, weights)
    let pool = ThreadPool.shared(threads: threads)
    return Model(
      executable: try CPUExecutable(compiled.plan, constants: constants, pool: pool),
      source: Source(portable: compiled.portable, weights: weights))
  }

  /// Opens an artefact. One that was made for another CPU is unpacked and compiled again, from itself.
  package static func open(
    _ path: String, threads: Int, verifyWeights: Bool = false, host: HostCPU = .current
  ) throws -> Model {
    let catalogue = KernelTable.catalogue
    let artefact = try Artefact(path: path, catalogue: catalogue, verifyWeights: verifyWeights)
    let (exact, owner) = try packedConstants(of: artefact, path)
    let pool = ThreadPool.shared(threads: threads)
    let needed = Set(artefact.plan.steps.compactMap { catalogue[$0.kernel]?.instructionSet })
    guard !needed.isSubset(of: host.instructionSets) else {
      let memory = ConstantMemory(exact, owner: owner)
      return Model(executable: try CPUExecutable(artefact.plan, constants: memory, pool: pool))
    }
    do {
      return try withExtendedLifetime(owner) { try retarget(artefact, exact, pool, host) }
    } catch let error as CompileError where error.reason == .bug {
      // The graph came from the file: if it cannot be compiled, that is to blame.
      throw Artefact.damaged(path, error.message)
    } catch let error as GraphProblem {
      throw Artefact.damaged(path, error.message)
    }
  }

  /// The constants of an artefact as its plan's kernels packed them, and who owns their memory.
  static func packedConstants(of artefact: Artefact, _ path: String) throws
    -> ([UnsafeRawBufferPointer], any Sendable)
  {
    let (pieces, owner) = artefact.mappedConstants()
    let packing = WeightPacking(artefact.plan)
    var exact: [UnsafeRawBufferPointer] = []
    for (index, piece) in pieces.enumerated() {
      let size: Int
      do throws(GraphProblem) { size = try packing.byteCount(of: index) } catch {
        throw Artefact.damaged(path, error.message)
      }
      guard piece.count == (size + 63) / 64 * 64 else {
        throw Artefact.damaged(
          path, "the weights of `\(artefact.plan.constants[index].name)` have another size")
      }
      exact.append(UnsafeRawBufferPointer(rebasing: piece[..<size]))
    }
    return (exact, owner)
  }

  private static func retarget(
    _ artefact: Artefact, _ packed: [UnsafeRawBufferPointer], _ pool: ThreadPool, _ host: HostCPU
  ) throws -> Model {
    let (compiled, values) = try recompiled(artefact, packed, for: host.target, KernelTable.catalogue)
    let constants = try WeightPacking(compiled.plan).packed(values)
    return Model(
      executable: try CPUExecutable(compiled.plan, constants: constants, pool: pool),
      remark: "packed for \(artefact.plan.target.name), repacked for \(compiled.plan.target.name); "
        + "`netc compile` here would start faster")
  }

  /// An artefact's network for another target, and the numbers of each constant of its plan in C order.
  static func recompiled(
    _ artefact: Artefact, _ packed: [UnsafeRawBufferPointer], for target: TargetDescription,
    _ catalogue: KernelCatalogue, precision: Precision? = nil, numerics: Numerics? = nil,
    measurements: MeasurementTable? = nil
  ) throws -> (CompiledNetwork, (Int) throws -> [Float]) {
    let old = artefact.plan
    var options = CompileOptions(
      batch: old.batch, precision: precision ?? Precision(rawValue: old.precision) ?? .fp32,
      numerics: numerics ?? Numerics(rawValue: old.numerics) ?? .fast, target: target, catalogue: catalogue,
      measurements: measurements)
    options.microbatch = old.microbatch
    guard var compiled = try Pipeline.retarget(try artefact.portable(), options) else {
      throw CompileError(.bug, "no plan for this machine")
    }
    (compiled.plan.classes, compiled.plan.preprocessing) = (old.classes, old.preprocessing)
    (compiled.plan.graphOps, compiled.plan.foldedNorms) = (old.graphOps, old.foldedNorms)
    let place = Dictionary(
      old.constants.enumerated().map { ($1.source, $0) }, uniquingKeysWith: { first, _ in first })
    let unpacking = WeightPacking(old)
    let sources = compiled.plan.constants.map(\.source)
    return (
      compiled,
      { index in
        guard let source = place[sources[index]] else {
          throw CompileError(.bug, "a constant got lost on the way to this machine")
        }
        return try unpacking.unpack(source, from: packed[source])
      }
    )
  }
}

/// From a network to a plan with everything that travels with it.
package enum CompilerFront {
  package static func compile(
    _ network: Network, _ options: CompileOptions, observe: (Pass, Compilation) -> Bool = { _, _ in true }
  ) throws -> CompiledNetwork {
    guard let compiled = try Pipeline.compile(network, options, observe: observe) else {
      throw CompileError(.bug, "the pipeline stopped early")
    }
    return compiled
  }

  /// Computes the constants of a plan from a network's weights, and packs them.
  package static func pack(_ compiled: CompiledNetwork, _ weights: Weights) throws -> ConstantMemory {
    try pack(compiled, weights.values)
  }

  /// - Parameter values: the numbers of a parameter by its name and shape.
  package static func pack(
    _ compiled: CompiledNetwork, _ values: @escaping (String, [Int]) throws -> [Float]
  ) throws -> ConstantMemory {
    let evaluator = ConstantEvaluator(compiled.portable) { try values($0, $1) }
    return try WeightPacking(compiled.plan).packed { index in
      try evaluator.value(of: compiled.plan.constants[index].source)
    }
  }

  /// The batch that a plan is made for: the option, what the spec fixes, or 1.
  package static func batch(_ asked: Int?, for network: Network) throws(DiagnosticError) -> Int {
    guard let fixed = network.fixedBatch else { return asked ?? 1 }
    guard asked == nil || asked == fixed else {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "`--batch \(asked ?? 0)`, but the spec fixes the batch at \(fixed)", at: .none,
          help: ["write `null` for the batch in the spec's Input"]))
    }
    return fixed
  }

  /// The target that an option names; `native` is this machine.
  ///
  /// - Parameter devices: GPUs that may be named as well.
  package static func target(_ name: String?, devices: [TargetDescription] = []) throws(DiagnosticError)
    -> TargetDescription
  {
    guard let name, name != "native" else { return HostCPU.current.target }
    if let target = (TargetDescription.named + devices).first(where: { $0.name == name }) { return target }
    let known = (TargetDescription.named + devices).map(\.name) + ["native"]
    let hint = Suggestion.unknown(word: name, among: known)
    throw DiagnosticError(
      Diagnostic(
        .unknownTarget, "unknown target `\(name)`", at: .none, help: hint.suggestion == nil ? hint.help : [hint.label]))
  }
}
