/// Places blocks of bytes with known lifetimes in one arena: greedy by size, each at the lowest offset where
/// it meets no block that lives at the same time (Pisarchyk & Lee 2020).
package struct ArenaPlacer {
  private struct Block {
    var bytes: Int
    var alive: ClosedRange<Int>
    var offset = 0
  }

  private var blocks: [Block] = []

  /// Offsets are multiples of this: a cache line, and the widest vector.
  private static let alignment = 64

  package init() {}

  /// - Parameter alive: the steps from the one that writes to the last that reads.
  /// - Returns: the block's number.
  package mutating func add(bytes: Int, alive: ClosedRange<Int>) -> Int {
    let aligned = (bytes + Self.alignment - 1) / Self.alignment * Self.alignment
    blocks.append(Block(bytes: aligned, alive: alive))
    return blocks.count - 1
  }

  /// Somebody else uses the block from its last step on.
  package mutating func extend(_ block: Int, until step: Int) {
    blocks[block].alive = blocks[block].alive.lowerBound...max(step, blocks[block].alive.upperBound)
  }

  /// - Returns: the offset of each block.
  package mutating func place() -> [Int] {
    var placed: [Int] = []
    let order = blocks.indices.sorted {
      (-blocks[$0].bytes, blocks[$0].alive.lowerBound, $0) < (
        -blocks[$1].bytes, blocks[$1].alive.lowerBound, $1
      )
    }
    for index in order {
      let block = blocks[index]
      var offset = 0
      let neighbours = placed.filter { blocks[$0].alive.overlaps(block.alive) }
        .sorted { blocks[$0].offset < blocks[$1].offset }
      for other in neighbours {
        if offset + block.bytes <= blocks[other].offset { break }
        offset = max(offset, blocks[other].offset + blocks[other].bytes)
      }
      blocks[index].offset = offset
      placed.append(index)
    }
    return blocks.map(\.offset)
  }

  package var totalBytes: Int { blocks.map { $0.offset + $0.bytes }.max() ?? 0 }

  /// The largest sum of what lives at one step: no placement can need less.
  package var bound: Int {
    let steps = blocks.flatMap { [$0.alive.lowerBound, $0.alive.upperBound] }
    return Set(steps).map { step in blocks.reduce(0) { $0 + ($1.alive.contains(step) ? $1.bytes : 0) } }.max()
      ?? 0
  }
}
