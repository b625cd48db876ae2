import Testing

@testable import Runtime

@Suite struct AlignedBufferTests {
  @Test(arguments: [0, 1, 63, 64, 65, 1000, 1 << 20, 2 << 20, (6 << 20) + 65])
  func isAlignedZeroAndLargeEnough(size: Int) {
    let buffer = AlignedBuffer(byteCount: size)
    buffer.withBytes { bytes in
      #expect(Int(bitPattern: bytes.baseAddress) % AlignedBuffer.alignment == 0)
      #expect(bytes.count >= max(1, size) && bytes.count % AlignedBuffer.alignment == 0)
      #expect(bytes.allSatisfy { $0 == 0 })
      bytes.copyBytes(from: [UInt8](repeating: 7, count: size))
    }
    // The same bytes the next time.
    #expect(buffer.withBytes { $0.prefix(size).allSatisfy { $0 == 7 } })
  }

  @Test func passesErrorsOn() {
    struct Problem: Error {}
    let buffer = AlignedBuffer(byteCount: 8)
    #expect(throws: Problem.self) { try buffer.withBytes { _ in throw Problem() } }
  }
}

@Suite struct ConstantMemoryTests {
  private final class Owner: Sendable {
    let onEnd: @Sendable () -> Void
    init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
    deinit { onEnd() }
  }

  @Test func piecesHaveTheirExactSizes() {
    let owner = OwnedMemory()
    let pieces = [0, 4, 100, 64].map { size in
      owner.add(byteCount: size) { bytes in
        #expect(bytes.count == size)
        for index in bytes.indices { bytes[index] = UInt8(size) }
      }
    }
    let memory = ConstantMemory(pieces, owner: owner)
    #expect(memory.constants.map(\.count) == [0, 4, 100, 64])
    for piece in memory.constants {
      #expect(Int(bitPattern: piece.baseAddress) % 64 == 0)
      #expect(piece.allSatisfy { $0 == UInt8(piece.count) })
    }
  }

  @Test func keepsItsOwnerAsLongAsItself() async {
    await confirmation { ended in
      var memory: ConstantMemory? = ConstantMemory([], owner: Owner { ended() })
      withExtendedLifetime(memory) {}
      memory = nil
    }
  }

  @Test func aFailedFillIsPassedOn() {
    struct Problem: Error {}
    #expect(throws: Problem.self) { try OwnedMemory().add(byteCount: 8) { _ in throw Problem() } }
  }
}
