import Layers
import NetIR

/// A step of the compiler: a name, what it is for, and what it does.
package struct Pass: Sendable {
  package let name: String
  package let summary: String
  package let run: @Sendable (inout Compilation) throws -> Void
}

/// The order in which everything happens.
package enum Pipeline {
  package static let inference: [Pass] = [
    // What any machine can do.
    RemoveIdentities.pass,
    LowerBatchNorm.pass,
    FoldScaleShift.pass,
    FuseResidual.pass,
    FuseActivation.pass,
    LowerTransposedConvolution.pass,
    LowerWholeWindowConvolution.pass,
    FoldReshapes.pass,
    NestConcats.pass,
    RemoveDead.pass,
    KeepPortable.pass,
    // What depends on the target.
    SelectKernels.pass,
    FusePooling.pass,
    ChooseLayouts.pass,
    EliminateConcats.pass,
    PlanMemory.pass,
  ]

  /// Of a step of training. What the backward pass reads stays as it is, so that less can be fused; batch
  /// normalisation has become ops of its own before.
  package static let training: [Pass] = [
    RemoveIdentities.pass,
    LowerWholeWindowGradients.pass,
    LowerDenseGradients.pass,
    LowerDataGradient.pass,
    FuseResidual.pass,
    FuseActivation.pass,
    FuseNormalization.pass,
    SliceSums.pass,
    LowerTransposedConvolution.pass,
    LowerWholeWindowConvolution.pass,
    FoldReshapes.pass,
    NestConcats.pass,
    RemoveDead.pass,
    KeepPortable.pass,
    SliceWeightGradients.pass,
    SelectKernels.pass,
    Rematerialise.pass,
    ChooseLayouts.pass,
    RemoveDead.pass,
    EliminateConcats.pass,
    PlanMemory.pass,
  ]

  /// Where passes begin to depend on the target.
  private static let firstTargetPass = SelectKernels.pass.name

  /// Compiles a network, with everything that travels with its plan. Where the options leave the microbatch open, it is
  /// the best by the cost model.
  ///
  /// - Parameter observe: is called after each pass; returns false to stop there.
  package static func compile(
    _ network: Network, _ options: CompileOptions, observe: (Pass, Compilation) -> Bool = { _, _ in true }
  ) throws -> CompiledNetwork? {
    var options = options
    options.microbatch =
      try options.microbatch ?? Microbatch.best(of: Microbatch.estimates(of: network, options)) ?? options.batch
    let graph = try network.lowered(batch: options.microbatch ?? options.batch).graph
    guard var compiled = try compile(graph, options, observe: observe) else { return nil }
    (compiled.plan.classes, compiled.plan.preprocessing) = (network.classes, network.preprocessing)
    return compiled
  }

  /// Runs the passes on a graph that was just lowered, for one microbatch.
  ///
  /// - Parameter observe: is called after each pass; returns false to stop there.
  package static func compile(
    _ graph: Graph, _ options: CompileOptions, observe: (Pass, Compilation) -> Bool = { _, _ in true }
  ) throws -> CompiledNetwork? {
    try run(inference, graph, options, observe)
  }

  /// Compiles a step of training, as a whole batch: statistics are those of all of it. The plan's inputs and outputs
  /// are those of the graph.
  ///
  /// - Throws: `CompileError` that names layer and op where the target has no kernel.
  package static func compile(
    _ training: TrainingGraph, _ options: CompileOptions, observe: (Pass, Compilation) -> Bool = { _, _ in true }
  ) throws -> CompiledNetwork? {
    var options = options
    options.microbatch = options.batch
    return try run(Pipeline.training, training.graph, options, isTraining: true, observe)
  }

  /// What the arena of a step of training comes to by the passes behind one of them.
  static func arenaBytes(of compilation: Compilation, after name: String) throws -> Int {
    var rest = compilation
    for pass in training.drop(while: { $0.name != name }).dropFirst() { try pass.run(&rest) }
    guard let plan = rest.plan else { throw CompileError(.bug, "the passes made no plan") }
    return plan.arenaBytes
  }

  /// Makes a plan for another target of a graph that was optimised before.
  package static func retarget(_ portable: Graph, _ options: CompileOptions) throws -> CompiledNetwork? {
    let start = inference.firstIndex { $0.name == firstTargetPass } ?? 0
    return try run([KeepPortable.pass] + inference[start...], portable, options) { _, _ in true }
  }

  static func run(
    _ passes: [Pass], _ graph: Graph, _ options: CompileOptions, isTraining: Bool = false,
    _ observe: (Pass, Compilation) -> Bool
  ) throws -> CompiledNetwork? {
    guard options.precision != .fp16 || options.target.isDevice else {
      throw CompileError(
        .unsupported, "fp16 is a precision of GPUs (`--device gpu`); \(options.target.name) has fp32 and bf16")
    }
    var compilation = Compilation(graph: graph, options: options, isTraining: isTraining)
    let constants = graph.constants()
    compilation.graphOps = graph.ids.count { !constants[$0.index] && !graph[$0].op.isInput }
    try verify(compilation, after: "lowering")
    for pass in passes {
      try pass.run(&compilation)
      try verify(compilation, after: pass.name)
      if !observe(pass, compilation) { return nil }
    }
    guard let plan = compilation.plan, let portable = compilation.portable else {
      throw CompileError(.bug, "the passes made no plan")
    }
    return CompiledNetwork(plan: plan, portable: portable, computedAgain: compilation.computedAgain)
  }

  /// The graph of a network behind the passes that any machine can do, for code that brings its own kernels.
  ///
  /// - Parameters:
  ///   - batch: examples that go through it at a time.
  ///   - canPool: whether a convolution can be computed with an epilogue that pools.
  package static func standalone(
    _ network: Network, batch: Int, canPool: (Graph.Node, Epilogue) -> Bool
  ) throws -> Graph {
    // Nothing of the target is asked for.
    let options = CompileOptions(batch: batch, target: TargetDescription.named[0], catalogue: KernelCatalogue([]))
    var compilation = Compilation(graph: try network.lowered(batch: batch).graph, options: options)
    for pass in inference.prefix(while: { $0.name != firstTargetPass }) {
      try pass.run(&compilation)
      try verify(compilation, after: pass.name)
    }
    return compilation.graph.poolingFused(where: canPool)
  }

  private static func verify(_ compilation: Compilation, after pass: String) throws {
    do throws(GraphProblem) {
      try compilation.graph.verify()
      try compilation.plan?.verify(compilation.options.catalogue, training: compilation.isTraining)
    } catch {
      throw CompileError(.bug, "after pass \(pass): \(error.message)")
    }
  }
}

extension GraphOp {
  package var isInput: Bool { if case .input = self { true } else { false } }
}
