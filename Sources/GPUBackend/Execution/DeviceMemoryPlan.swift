import NetIR

/// What a plan takes of a device's memory: weights, one arena, what libraries work in, and the caller's inputs and outputs
/// twice, so that one batch can be brought while another one is computed; where a device prepares bytes, these as well.
package struct DeviceMemoryPlan: Sendable, Equatable {
  package let weights: Int
  package let arena: Int
  /// For the libraries' engines.
  package let workspace: Int
  /// Of one slot.
  package let exchange: Int
  private let batch: Int
  private let tensors: Int

  /// Batches that can be under way.
  static let slots = 2

  init(_ plan: Plan, weights: Int, workspace: Int, _ preparation: DevicePreparation? = nil) {
    self.weights = weights + (preparation.map { DeviceWeights.aligned($0.bytes) } ?? 0)
    arena = plan.arenaBytes
    self.workspace = workspace
    let bytes = preparation == nil ? 0 : DeviceWeights.aligned(plan.inputs[0].shape.elements)
    exchange = (plan.inputs + plan.outputs).reduce(bytes) { $0 + DeviceWeights.aligned($1.bytes) }
    batch = plan.microbatch
    tensors = plan.tensors.count
  }

  package var need: Int { weights + arena + workspace + Self.slots * exchange }

  /// The largest batch for which there surely is room: tensors grow with the batch, and each may waste 256 bytes;
  /// what libraries work in is taken to grow, too.
  func largestBatch(within bytes: Int) -> Int? {
    let perExample = Double(arena + workspace + Self.slots * exchange) / Double(batch)
    let room = Double(bytes - weights - 256 * tensors)
    let fits = Int((room / perExample).rounded(.down))
    return fits >= 1 ? min(fits, batch - 1) : nil
  }

  func problem(free: Int) -> GPUProblem {
    .outOfMemory(need: need, free: free, batch: batch, fits: batch > 1 ? largestBatch(within: free) : nil)
  }
}
