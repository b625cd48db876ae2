import NetIR

/// What a training step takes of a device's memory, and where everything lies in it: constants, one arena, what stays
/// from step to step, and what is brought for a step, twice, so that one batch can be brought while another is computed.
package struct TrainingMemory: Sendable, Equatable {
  package let weights: Int
  package let arena: Int
  /// For the libraries' engines.
  package let workspace: Int
  /// Parameters, what the rule remembers, gradients, running statistics, outputs, tables.
  package let resident: Int
  /// Of one slot.
  package let exchange: Int
  private let batch: Int
  private let tensors: Int

  /// Batches that can be under way.
  static let slots = 2

  init(_ plan: Plan, weights: Int, workspace: Int = 0, resident: Int, exchange: Int) {
    (self.weights, self.workspace, self.resident, self.exchange) = (weights, workspace, resident, exchange)
    (arena, batch, tensors) = (plan.arenaBytes, plan.batch, plan.tensors.count)
  }

  package var need: Int { weights + arena + workspace + resident + Self.slots * exchange }

  /// The largest batch for which there surely is room: what stays does not grow with the batch, tensors do, and each may
  /// waste 256 bytes; what libraries work in is taken to grow, too.
  package func largestBatch(within bytes: Int) -> Int? {
    let perExample = Double(arena + workspace + Self.slots * exchange) / Double(batch)
    let room = Double(bytes - weights - resident - 256 * tensors)
    let fits = Int((room / perExample).rounded(.down))
    return fits >= 1 ? fits : nil
  }

  func problem(free: Int) -> GPUProblem {
    let fits = largestBatch(within: free).map { min($0, batch - 1) }
    return .outOfMemory(need: need, free: free, batch: batch, fits: batch > 1 ? fits : nil)
  }
}

/// Hands out places one behind the other, each a multiple of 256 bytes from the beginning.
struct DevicePlaces {
  private(set) var bytes = 0

  mutating func take(_ count: Int) -> Int {
    defer { bytes += DeviceWeights.aligned(max(1, count)) }
    return bytes
  }

  mutating func take(floats count: Int) -> Int { take(4 * count) }
}
