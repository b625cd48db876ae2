/// What kernels of bf16 can read and write.
extension KernelDescriptor {
  /// Whether it can read an operand of that shape: in bf16, tiles of AMX take 16 channels or inputs at a time, of one
  /// group.
  package func takes(_ op: GraphOp, input: [Int]) -> Bool {
    guard instructionSet == .amx, storage == .bfloat16 else { return true }
    guard input.count > 1 else { return false }
    switch op {
    case .conv2D(let attributes, _): return attributes.groups == 1 && input[1] % 16 == 0
    case .dense: return input[1] % 16 == 0
    default: return true
    }
  }

  /// Whether it multiplies bf16 numbers in tiles.
  package var multipliesTiles: Bool { instructionSet == .amx }

  /// Whether it multiplies with the CPU's bf16 instructions; other kernels of bf16 multiply floats.
  package var multipliesBF16: Bool {
    storage == .bfloat16 && instructionSet >= .avx512bf16 && algorithm != "depthwise"
      && Winograd.Form(rawValue: algorithm) == nil
  }

  /// How it stores what it computes of that op, where the readers want bf16.
  package func resultStorage(_ op: GraphOp) -> StorageType {
    switch op {
    case .globalPool, .gradient(.convolutionWeights): .float32
    default: op.trainingPlacement == .sums ? .float32 : storage
    }
  }

  /// Whether it is the plain gradient of filters, of bf16, which has no tiles for one filter per channel.
  package func lacksDepthwiseGradient(_ attributes: ConvolutionAttributes, channels: Int, filters: Int) -> Bool {
    storage == .bfloat16 && algorithm == "outer" && attributes.groups == channels && channels == filters && channels > 1
  }

  /// Whether it takes operands and a result that are stored like these. Kernels of bf16 sum floats: some can write
  /// them, and copies convert either way.
  func stores(_ op: GraphOp, _ operands: [StorageType], _ result: StorageType) -> Bool {
    guard storage == .bfloat16 else { return (operands + [result]).allSatisfy { $0 == storage } }
    switch op {
    case .copy:
      let pair = Set(operands + [result])
      return pair.contains(.bfloat16) && pair.isSubset(of: [.bfloat16, .float32])
    case .conv2D, .dense:
      return operands.allSatisfy { $0 == .bfloat16 } && (result == .bfloat16 || result == .float32)
    case .globalPool: return operands == [.bfloat16] && result == .float32
    case .packWeights: return operands == [.float32] && result == .bfloat16
    // Plain images are read as floats.
    case .gradient(.convolutionWeights): return operands.last == .bfloat16 && result == .float32
    case _ where op.trainingPlacement == .sums: return operands.allSatisfy { $0 == .bfloat16 } && result == .float32
    default: return (operands + [result]).allSatisfy { $0 == .bfloat16 }
    }
  }
}
