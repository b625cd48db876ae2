import CKernels
import NetIR
import Runtime

/// Brings the constants of a plan into the order that its kernels want, and back.
package struct WeightPacking {
  private let plan: Plan

  /// - Parameter plan: verified; its kernels must exist in this build, not run on this CPU.
  package init(_ plan: Plan) { self.plan = plan }

  /// Bytes that constant number `index` takes when packed.
  package func byteCount(of index: Int) throws(GraphProblem) -> Int {
    let floats = try boundStep(for: index)?.packedCount ?? plan.constants[index].shape.elements
    return floats * MemoryLayout<Float>.stride
  }

  /// Writes constant number `index`.
  ///
  /// - Parameters:
  ///   - values: in C order, as many as the constant's shape says.
  ///   - memory: of `byteCount(of:)` bytes, aligned to 64.
  package func pack(_ index: Int, _ values: [Float], into memory: UnsafeMutableRawBufferPointer)
    throws(GraphProblem)
  {
    guard values.count == plan.constants[index].shape.elements else {
      throw GraphProblem("constant `\(plan.constants[index].name)` has \(values.count) values")
    }
    guard let floats = memory.baseAddress?.assumingMemoryBound(to: Float.self) else { return }
    if let step = try boundStep(for: index) {
      values.withUnsafeBufferPointer { if let base = $0.baseAddress { step.pack(base, into: floats) } }
    } else {
      values.withUnsafeBytes { memory.copyMemory(from: $0) }
    }
  }

  /// Reads constant number `index` back into C order: how an artefact moves to another machine.
  package func unpack(_ index: Int, from memory: UnsafeRawBufferPointer) throws(GraphProblem) -> [Float] {
    let count = plan.constants[index].shape.elements
    guard memory.count == (try byteCount(of: index)),
      let floats = memory.baseAddress?.assumingMemoryBound(to: Float.self)
    else { throw GraphProblem("constant `\(plan.constants[index].name)` has another size") }
    guard let step = try boundStep(for: index) else {
      return Array(UnsafeBufferPointer(start: floats, count: count))
    }
    return [Float](unsafeUninitializedCapacity: count) { buffer, written in
      if let base = buffer.baseAddress { step.unpack(floats, into: base) }
      written = count
    }
  }

  /// Packs every constant into memory of its own.
  package func packed(_ values: (Int) throws -> [Float]) throws -> ConstantMemory {
    let owner = OwnedMemory()
    let pieces = try plan.constants.indices.map { index in
      try owner.add(byteCount: try byteCount(of: index)) { try pack(index, try values(index), into: $0) }
    }
    return ConstantMemory(pieces, owner: owner)
  }

  private func boundStep(for index: Int) throws(GraphProblem) -> BoundStep? {
    guard case .step(let number) = plan.constants[index].packing else { return nil }
    let step = plan.steps[number]
    guard let row = KernelTable[step.kernel] else {
      throw GraphProblem("this build has no kernel \(step.kernel)")
    }
    return BoundStep(step, of: plan, row.kernel, isRunnable: false)
  }
}
