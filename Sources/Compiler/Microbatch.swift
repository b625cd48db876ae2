import Layers
import NetIR

/// How many examples of a batch go through a plan at a time.
///
/// What a small microbatch leaves between two steps stays in the caches, and the arena is small; a large one reads the
/// weights less often and has more work for the threads of each step.
package enum Microbatch {
  /// Memory is worth that much time: the smallest microbatch within it wins.
  package static let tolerance = 1.03

  /// Powers of two and the whole batch, those that divide it, from the smallest.
  package static func candidates(of batch: Int) -> [Int] {
    var candidates: [Int] = []
    var size = 1
    while size < batch {
      if batch % size == 0 { candidates.append(size) }
      size *= 2
    }
    return candidates + [batch]
  }

  /// The candidates for a network, each with the nanoseconds of a whole batch by the cost model; the whole batch alone
  /// where examples do not stay apart.
  package static func estimates(of network: Network, _ options: CompileOptions) throws -> [(size: Int, time: Int)] {
    guard options.batch > 1, try keepsExamplesApart(network) else { return [(options.batch, 0)] }
    return try candidates(of: options.batch).map { size in
      var options = options
      options.microbatch = size
      guard let plan = try Pipeline.compile(network.lowered(batch: size).graph, options)?.plan else {
        throw CompileError(.bug, "no plan for a microbatch of \(size)")
      }
      return (size, plan.estimate)
    }
  }

  /// The smallest that takes hardly longer than the quickest.
  package static func best<Time: BinaryInteger>(of sizes: [(size: Int, time: Time)]) -> Int? {
    let least = sizes.map { Double($0.time) }.min() ?? 0
    return sizes.first { Double($0.time) <= least * tolerance }?.size
  }

  /// Whether every value is a row for each example, in their order, so that any part of a batch can be computed on its
  /// own. Seen from two batches of which no other size of the network is likely to be a multiple of both.
  static func keepsExamplesApart(_ network: Network) throws -> Bool {
    guard network.fixedBatch == nil else { return false }
    let (few, many) = (try network.lowered(batch: 2).graph, try network.lowered(batch: 3).graph)
    guard few.nodes.count == many.nodes.count else { return false }
    let isConstant = few.constants()
    return zip(few.nodes, many.nodes).enumerated().allSatisfy { index, pair in
      isConstant[index]
        || pair.0.shape.first == 2 && pair.1.shape.first == 3
          && pair.0.shape.dropFirst() == pair.1.shape.dropFirst()
    }
  }
}

extension Plan {
  /// Nanoseconds of a run: what is best known of its kernels.
  fileprivate var estimate: Int {
    microbatches * steps.reduce(0) { $0 + ($1.choice?.taken?.nanoseconds ?? 0) }
  }
}
