import CKernels
import NetIR
import Runtime

/// A plan ready to run on this CPU.
///
/// One arena serves one run at a time; concurrent callers take turns.
package final class CPUExecutable: Executable {
  package typealias Failure = Never

  package let plan: Plan
  private let constants: ConstantMemory
  private let pool: ThreadPool
  private let steps: [BoundStep]
  /// Steps that touch the caller's buffers: their arguments change with each run and microbatch.
  private let external: [Int]
  /// Elements of one microbatch of each of the caller's buffers.
  private let inputSizes, outputSizes: [Int]
  private let state: LockedValue<Arena>

  private struct Arena: ~Copyable {
    let buffer: AlignedBuffer
    /// Addresses of the caller's buffers whose first microbatch the external steps' arguments point to.
    var bound: [UInt] = []
  }

  /// - Parameters:
  ///   - plan: verified, with kernels that this CPU can run.
  ///   - constants: one per constant of the plan, packed.
  package convenience init(_ plan: Plan, constants: ConstantMemory, pool: ThreadPool) throws(GraphProblem) {
    try self.init(plan, constants: constants, pool: pool, kernel: KernelTable.runnable)
  }

  /// - Parameter kernel: what computes for a kernel of the plan; nil where nothing does.
  init(
    _ plan: Plan, constants: ConstantMemory, pool: ThreadPool, kernel: (String) -> KernelTable.Row?
  ) throws(GraphProblem) {
    self.plan = plan
    self.constants = constants
    self.pool = pool
    inputSizes = plan.inputs.map(\.shape.elements)
    outputSizes = plan.outputs.map(\.shape.elements)
    arenaBytes = plan.arenaBytes + plan.workspaceBytes(beyondArenaFor: pool.threadCount)
    let arena = AlignedBuffer(byteCount: arenaBytes)
    var steps: [BoundStep] = []
    for step in plan.steps {
      guard let row = kernel(step.kernel) else {
        throw GraphProblem("this CPU cannot run the kernel \(step.kernel)")
      }
      let bound = arena.withBytes { bytes in
        BoundStep(
          step, of: plan, row.kernel, isRunnable: true,
          workspaces: plan.workspaces(of: step, threads: pool.threadCount, arena: bytes.baseAddress)
        ) {
          Self.address(of: $0, in: plan, constants, bytes.baseAddress, Callers())
        }
      }
      if let count = plan.packedCount(of: step), count != bound.packedCount {
        throw GraphProblem("the weights of step `\(step.name)` take \(bound.packedCount) numbers, not \(count)")
      }
      steps.append(bound)
    }
    self.steps = steps
    external = plan.steps.indices.filter { plan.touchesCaller(plan.steps[$0]) }
    state = LockedValue(Arena(buffer: arena))
  }

  /// Bytes of scratch memory that this executable took: the plan's arena, and workspaces for threads that the plan
  /// did not expect.
  package let arenaBytes: Int

  /// Threads that work on a run.
  package var threadCount: Int { pool.threadCount }

  /// Bytes that the weights and other constants take as they are packed, one entry per constant of the plan.
  package var constantBytes: [Int] { constants.constants.map(\.count) }

  package func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>]) {
    run(inputs, outputs, Unobserved())
  }

  /// Runs one batch as `run` does, and writes down when each thread did what.
  ///
  /// - Parameter recording: made for this executable's steps and threads; what it held is gone.
  package func run(
    inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>], recording: StepRecording
  ) {
    precondition(recording.fits(self))
    recording.clear()
    run(inputs, outputs, recording)
  }

  private func run(
    _ inputs: [UnsafeBufferPointer<Float>], _ outputs: [UnsafeMutableBufferPointer<Float>],
    _ observer: some StepObserver
  ) {
    precondition(inputs.count == inputSizes.count && outputs.count == outputSizes.count)
    state.withLock { arena in
      let callers = Callers(inputs: inputs, outputs: outputs)
      arena.buffer.withBytes { bytes in
        let memory = bytes.baseAddress
        // Writing arguments anew would take longer than the steps of a small network.
        if callers.addresses != arena.bound { bind(callers, memory) }
        // Of a batch there may be the first part alone.
        let microbatches = min(plan.microbatches, outputs[0].count / outputSizes[0])
        precondition(microbatches > 0)
        runSteps(microbatches: microbatches, observer) {
          bind(callers.advanced(to: $0, inputSizes, outputSizes), memory)
        }
        arena.bound = microbatches == 1 ? callers.addresses : []
      }
    }
  }

  private func bind(_ callers: Callers, _ arena: UnsafeMutableRawPointer?) {
    for index in external {
      steps[index].bind { Self.address(of: $0, in: plan, constants, arena, callers) }
    }
  }

  /// - Parameter bind: points the external steps to the buffers of a microbatch; those of the first are bound.
  private func runSteps(microbatches: Int, _ observer: some StepObserver, bind: (Int) -> Void) {
    let steps = steps
    guard pool.threadCount > 1, steps.contains(where: \.isShared) else {
      let denormals = ck_denormals_flush()
      observer.entered(0)
      for microbatch in 0..<microbatches {
        if microbatch > 0 { bind(microbatch) }
        for index in steps.indices {
          steps[index].run(0..<steps[index].units)
          observer.worked(microbatch * steps.count + index, 0)
        }
      }
      ck_denormals_restore(denormals)
      return
    }
    // The team calls it from one thread while the others wait.
    withoutActuallyEscaping(bind) { bind in
      nonisolated(unsafe) let bind = bind
      pool.run { member in
        let denormals = ck_denormals_flush()
        observer.entered(member.index)
        for microbatch in 0..<microbatches {
          if microbatch > 0 {
            if member.index == 0 { bind(microbatch) }
            member.wait()
            observer.began(microbatch * steps.count, member.index)
          }
          self.runSteps(of: member, from: microbatch * steps.count, observer)
        }
        ck_denormals_restore(denormals)
      }
    }
  }

  /// One thread's part of all steps.
  ///
  /// - Parameter first: the number of the first step of this microbatch, as observers count.
  private func runSteps(of member: ThreadPool.Member, from first: Int, _ observer: some StepObserver) {
    let steps = steps
    // Steps of one thread need no meeting among themselves: only where the team takes over or hands on.
    var isAlone = false
    for index in steps.indices {
      let step = steps[index]
      if step.isShared {
        if isAlone {
          member.wait()
          observer.began(first + index, member.index)
        }
        step.run(step.shares.range(member.index, of: member.count), thread: member.index)
        observer.worked(first + index, member.index)
        member.wait()
        observer.left(first + index, member.index)
        isAlone = false
      } else {
        if member.index == 0 {
          step.run(0..<step.units)
          observer.worked(first + index, 0)
        }
        isAlone = true
      }
    }
  }

  private static func address(
    of operand: Plan.Operand, in plan: Plan, _ constants: ConstantMemory, _ arena: UnsafeMutableRawPointer?,
    _ callers: Callers
  ) -> UnsafeMutableRawPointer? {
    switch operand {
    case .constant(let index):
      // Kernels take constants as `const`; C has no such pointer inside of a shared structure.
      return UnsafeMutableRawPointer(mutating: constants.constants[index].baseAddress)
    case .tensor(let index):
      switch plan.tensors[index].place {
      case .arena(let offset): return arena.map { $0 + offset }
      case .input(let number):
        return callers.inputs.indices.contains(number)
          ? UnsafeMutableRawPointer(mutating: callers.inputs[number].baseAddress) : nil
      case .output(let number):
        return callers.outputs.indices.contains(number)
          ? UnsafeMutableRawPointer(callers.outputs[number].baseAddress) : nil
      }
    }
  }
}

/// The buffers of a caller, from one microbatch on.
private struct Callers {
  var inputs: [UnsafeBufferPointer<Float>] = []
  var outputs: [UnsafeMutableBufferPointer<Float>] = []

  var addresses: [UInt] {
    inputs.map { UInt(bitPattern: $0.baseAddress) } + outputs.map { UInt(bitPattern: $0.baseAddress) }
  }

  /// - Parameters:
  ///   - inputSizes: elements of one microbatch of each input.
  ///   - outputSizes: the same for the outputs.
  func advanced(to microbatch: Int, _ inputSizes: [Int], _ outputSizes: [Int]) -> Callers {
    Callers(
      inputs: zip(inputs, inputSizes).map { UnsafeBufferPointer(rebasing: $0[($1 * microbatch)...]) },
      outputs: zip(outputs, outputSizes).map { UnsafeMutableBufferPointer(rebasing: $0[($1 * microbatch)...]) })
  }
}

extension BoundStep {
  /// Whether all threads work on it.
  var isShared: Bool { step.parallel && units > 1 }
}

extension Plan {
  /// Numbers that the weights of a step take where another step packs them.
  fileprivate func packedCount(of step: Step) -> Int? {
    guard step.op.hasWeights, case .tensor(let index) = step.operands[1] else { return nil }
    return tensors[index].layout.weights == nil ? nil : tensors[index].bytes / MemoryLayout<Float>.stride
  }

  /// Threads beyond those of a workspace's plan work behind the arena, all steps in the same place.
  fileprivate func workspaceBytes(beyondArenaFor threads: Int) -> Int {
    steps.compactMap(\.workspace).map { max(0, threads - $0.threads) * $0.bytesPerThread }.max() ?? 0
  }

  fileprivate func workspaces(of step: Step, threads: Int, arena: UnsafeMutableRawPointer?)
    -> [UnsafeMutableRawPointer?]
  {
    guard let workspace = step.workspace else { return [] }
    // Tensors end before the next multiple of 64, and so do workspaces.
    let end = (arenaBytes + 63) / 64 * 64
    return (0..<threads).map { thread in
      let offset =
        thread < workspace.threads
        ? workspace.offset + thread * workspace.bytesPerThread
        : end + (thread - workspace.threads) * workspace.bytesPerThread
      return arena.map { $0 + offset }
    }
  }

  fileprivate func touchesCaller(_ step: Step) -> Bool {
    (step.operands + [.tensor(step.result)]).contains { operand in
      guard case .tensor(let index) = operand else { return false }
      if case .arena = tensors[index].place { return false }
      return true
    }
  }
}
