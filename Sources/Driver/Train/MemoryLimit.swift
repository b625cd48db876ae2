import Compiler
import Diagnostics
import Layers
import NetIR
import Runtime

/// What a training may take, all of `TrainingMemory` together: as much as somebody said, or as this machine has left.
struct MemoryLimit {
  let bytes: Int
  /// Whether somebody said so, and does not want more to be taken.
  let isBinding: Bool

  /// - Parameters:
  ///   - wanted: nil where nobody said anything.
  ///   - beside: bytes that are taken for other things.
  /// - Returns: nil where nothing is known.
  init?(_ wanted: ByteSize?, beside: Int = 0) {
    guard let bytes = wanted?.bytes ?? UsableMemory.current().map({ $0 - beside }) else { return nil }
    (self.bytes, isBinding) = (bytes, wanted != nil)
  }

  /// Looks at a plan that was made to be within the limit.
  ///
  /// - Parameters:
  ///   - compiled: with the limit as `CompileOptions.arenaLimit`.
  ///   - step: its graph.
  /// - Returns: what there is to say of it, if anything.
  /// - Throws: N0605 where it takes more than somebody wanted.
  func checked(
    _ compiled: CompiledNetwork, _ step: TrainingGraph, _ network: Network, _ options: CompileOptions
  ) throws -> String? {
    let total = bytes + compiled.plan.arenaBytes - TrainingMemory.arenaLimit(of: step, network, total: bytes)
    return try checked(total: total, computedAgain: compiled.computedAgain.count, network, options)
  }

  /// The same, of what training was found to take.
  func checked(
    total: Int, computedAgain: Int, _ network: Network, _ options: CompileOptions
  ) throws -> String? {
    let again = "the backward pass computes \(Format.count(computedAgain, "value")) again"
    guard total > bytes else {
      return computedAgain == 0 ? nil : "to stay within \(Format.binary(bytes)), \(again)"
    }
    let need = "training takes \(Format.binary(total)) at batch \(options.batch), even where \(again)"
    guard isBinding else { return "\(need); \(Format.binary(bytes)) are free" }
    let largest = try network.fixedBatch == nil ? largestBatch(of: network, options) : nil
    throw DiagnosticError(
      Diagnostic(
        .outOfMemory, "\(need); it may take \(Format.binary(bytes))", at: .none,
        help: [largest.map { "a batch of \($0) is the largest that fits" } ?? "no other batch fits: allow more"]))
  }

  /// - Returns: nil where not even one of 1 fits.
  private func largestBatch(of network: Network, _ options: CompileOptions) throws -> Int? {
    var (fits, tooLarge) = (0, options.batch)
    while tooLarge - fits > 1 {
      var options = options
      options.batch = (fits + tooLarge) / 2
      let memory = try TrainingMemory(of: network, options, limit: bytes)
      if let memory, memory.total <= bytes { fits = options.batch } else { tooLarge = options.batch }
    }
    return fits == 0 ? nil : fits
  }
}
