import NetworkTestSupport
import Testing

@testable import Compiler

@Suite struct ArenaPlacerTests {
  private struct Block {
    var bytes: Int
    var alive: ClosedRange<Int>
  }

  private func place(_ blocks: [Block]) -> (offsets: [Int], total: Int, bound: Int) {
    var placer = ArenaPlacer()
    for (index, block) in blocks.enumerated() {
      #expect(placer.add(bytes: block.bytes, alive: block.alive) == index)
    }
    let offsets = placer.place()
    return (offsets, placer.totalBytes, placer.bound)
  }

  /// Largest sum of rounded sizes alive at one step, step by step.
  private func need(_ blocks: [Block]) -> Int {
    let last = blocks.map(\.alive.upperBound).max() ?? 0
    return (0...last).map { step in
      blocks.reduce(0) { $0 + ($1.alive.contains(step) ? ($1.bytes + 63) / 64 * 64 : 0) }
    }.max() ?? 0
  }

  @Test(arguments: 0..<200)
  func nothingAliveOverlaps(seed: Int) {
    var noise = Noise(seed: UInt64(seed))
    let blocks = (0..<noise.next(below: 30) + 1).map { _ in
      let start = noise.next(below: 20)
      return Block(bytes: noise.next(below: 5000) + 1, alive: start...start + noise.next(below: 6))
    }
    let (offsets, total, bound) = place(blocks)
    for (i, a) in blocks.enumerated() {
      #expect(offsets[i] >= 0 && offsets[i] % 64 == 0 && offsets[i] + a.bytes <= total)
      for (j, b) in blocks.enumerated() where i < j && a.alive.overlaps(b.alive) {
        #expect(offsets[i] + a.bytes <= offsets[j] || offsets[j] + b.bytes <= offsets[i])
      }
    }
    #expect(bound == need(blocks))
    #expect(bound <= total)
  }

  @Test func aChainNeedsItsTwoLargestNeighbours() {
    let chain = [640, 6400, 1280, 3200, 64].enumerated().map { Block(bytes: $1, alive: $0...$0 + 1) }
    let (_, total, bound) = place(chain)
    #expect(bound == 6400 + 1280)
    #expect(total == bound)
  }

  @Test func whatDoesNotMeetSharesItsPlace() {
    let blocks = (0..<5).map { Block(bytes: 100, alive: 2 * $0...2 * $0 + 1) }
    let (offsets, total, bound) = place(blocks)
    #expect(offsets == [0, 0, 0, 0, 0])
    #expect(total == 128 && bound == 128)
  }

  @Test func whatLivesTogetherIsStacked() {
    let (offsets, total, bound) = place((0..<4).map { _ in Block(bytes: 65, alive: 0...3) })
    #expect(Set(offsets) == [0, 128, 256, 384])
    #expect(total == 512 && bound == 512)
  }

  @Test func aGapIsFilled() {
    // The long block keeps the middle free while the two large ones take turns.
    let blocks = [
      Block(bytes: 1024, alive: 0...1), Block(bytes: 512, alive: 0...5), Block(bytes: 1024, alive: 2...5),
      Block(bytes: 256, alive: 3...4),
    ]
    let (_, total, bound) = place(blocks)
    #expect(total == bound)
  }

  @Test func anExtendedBlockLivesLonger() {
    var placer = ArenaPlacer()
    let host = placer.add(bytes: 64, alive: 0...1)
    placer.extend(host, until: 5)
    placer.extend(host, until: 3)
    _ = placer.add(bytes: 64, alive: 4...5)
    #expect(Set(placer.place()) == [0, 64])
  }

  @Test func nothingNeedsNothing() {
    var placer = ArenaPlacer()
    #expect(placer.place().isEmpty)
    #expect(placer.totalBytes == 0 && placer.bound == 0)
  }
}
