import CKernels
import Testing

extension Kernels {
  /// The measuring loops do the work that they claim.
  @Suite struct MeasureTests {
    /// Those that this CPU can run.
    private static let sets = [CK_ISA_GENERIC, CK_ISA_AVX2, CK_ISA_AVX512, CK_ISA_AVX512_BF16]
    static let loops: [ck_measure] = sets.compactMap { isa in
      var cpu = ck_cpu_info()
      ck_cpu_detect(&cpu)
      guard cpu.isa_mask >> isa.rawValue & 1 == 1 else { return nil }
      return ck_measure_for(Int32(isa.rawValue))?.pointee
    }

    @Test func everyCPUHasLoops() {
      #expect(ck_measure_for(Int32(CK_ISA_GENERIC.rawValue)) != nil)
      #expect(ck_measure_for(Int32(CK_ISA_AMX.rawValue)) == nil && ck_measure_for(99) == nil)
      #expect(Self.loops.enumerated().allSatisfy { $0 == 0 || $1.isa > Self.loops[$0 - 1].isa })
    }

    /// Each chain is a sequence x → x·f + s, in every lane.
    @Test(arguments: loops.indices, [0, 1, 2, 7])
    func chainsAreMultiplyAdds(index: Int, rounds: Int) {
      let loop = Self.loops[index]
      let chains = Int(loop.fma_seeds) - 2
      let lanes = Int(loop.fma_flops) / (2 * chains)
      let seeds = [0.5, 0.25] + (0..<chains).map { Float($0 + 1) }
      var wanted = 0.0
      for seed in seeds.dropFirst(2) {
        var x = Double(seed)
        for _ in 0..<rounds { x = x * 0.5 + 0.25 }
        wanted += x * Double(lanes)
      }
      #expect(abs(Double(loop.fma(seeds, Int64(rounds))) / wanted - 1) < 1e-6)
    }

    /// Each chain adds the products of the halves of two words, in every lane; only the upper halves are not zero.
    @Test(arguments: loops.indices, [0, 1, 7])
    func pairsAreMultiplyAdds(index: Int, rounds: Int) {
      let loop = Self.loops[index]
      #expect((loop.bf16 != nil) == (loop.isa == CK_ISA_AVX512_BF16.rawValue))
      guard let bf16 = loop.bf16 else { return }
      let chains = Int(loop.fma_seeds) - 2
      let seeds = [0.5, 0.25] + (0..<chains).map { Float($0 + 1) }
      let sum = seeds.dropFirst(2).reduce(0) { $0 + $1 + 0.125 * Float(rounds) }
      #expect(bf16(seeds, Int64(rounds)) == sum * Float(Int(loop.bf16_flops) / (4 * chains)))
    }

    /// Each of the four sums is of 32 products in each round, of the first rows and columns of two operands.
    @Test(arguments: [0, 1, 2, 7])
    func tilesAreProducts(rounds: Int) throws {
      let loop = try #require(ck_measure_tiles_amxmodel()?.pointee)
      // Halves of two numbers in each word: a row of 16 words for each of 16 rows of 4 operands.
      let operands = (0..<Int(loop.operand_bytes) / 4).map { Float(bitPattern: UInt32($0 / 256 + 1) << 23 | 0x3F80) }
      #expect(loop.flops == 4 * 2 * 16 * 16 * 32 && loop.operand_bytes == 4096)
      func half(_ operand: Int, _ upper: Bool) -> Double {
        let bits = operands[operand * 256].bitPattern
        return Double(Float(bitPattern: upper ? bits & 0xFFFF_0000 : bits << 16))
      }
      var sum = 0.0
      for (a, b) in [(0, 2), (0, 3), (1, 2), (1, 3)] {
        sum += 16 * (half(a, false) * half(b, false) + half(a, true) * half(b, true))
      }
      let found = operands.withUnsafeBytes { loop.products($0.baseAddress, Int64(rounds)) }
      #expect(Double(found) == sum * Double(rounds))
    }

    /// The first sum of the tile is that of the first pixel and the first channel.
    @Test(arguments: loops.indices)
    func tileIsAConvolution(index: Int) {
      let loop = Self.loops[index]
      let (m, n, lanes) = (Int(loop.tile_m), Int(loop.tile_n), Int(loop.fma_flops) / (2 * (Int(loop.fma_seeds) - 2)))
      let input = Tensor.aligned((0..<m * CK_TILE_DEPTH).map { Float($0 % 13) - 6 })
      let weights = Tensor.aligned((0..<CK_TILE_DEPTH * n).map { Float($0 % 11) - 5 })
      defer {
        input.deallocate()
        weights.deallocate()
      }
      var wanted: Float = 0
      for channel in 0..<CK_TILE_DEPTH {
        let block = channel / lanes * m * lanes
        wanted += input[block + channel % lanes] * weights[channel * n]
      }
      for rounds in [1, 3] { #expect(loop.tile(input.baseAddress, weights.baseAddress, Int64(rounds)) == wanted) }
    }

    /// An odd number of rounds leaves the exclusive or of all words, an even one nothing.
    @Test(arguments: loops.indices, [1, 2, 5])
    func everyWordIsRead(index: Int, steps: Int) {
      let loop = Self.loops[index]
      let bytes = steps * CK_READ_STEP
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
      defer { memory.deallocate() }
      let words = memory.bindMemory(to: Int32.self)
      for place in words.indices { words[place] = Int32(truncatingIfNeeded: (place + 1) &* 0x9E37_79B1) }
      let wanted = words.reduce(0, ^)
      #expect(loop.read(memory.baseAddress, Int64(bytes), 1) == wanted)
      #expect(loop.read(memory.baseAddress, Int64(bytes), 3) == wanted)
      #expect(loop.read(memory.baseAddress, Int64(bytes), 2) == 0)
      for place in [0, words.count / 2, words.count - 1] {
        words[place] ^= 0x55
        #expect(loop.read(memory.baseAddress, Int64(bytes), 1) == wanted ^ 0x55)
        words[place] ^= 0x55
      }
    }
  }
}

extension Tensor {
  /// Floats at a multiple of 64 bytes, for the caller to free.
  fileprivate static func aligned(_ values: [Float]) -> UnsafeMutableBufferPointer<Float> {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * values.count, alignment: 64)
    let floats = memory.bindMemory(to: Float.self)
    _ = floats.initialize(from: values)
    return floats
  }
}
