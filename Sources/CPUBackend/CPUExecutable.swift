import CKernels
import NetIR
import Runtime
import Synchronization

/// A plan ready to run on this CPU.
///
/// One arena serves one run at a time; concurrent callers take turns.
package final class CPUExecutable: Executable {
  package let plan: Plan
  private let constants: ConstantMemory
  private let pool: ThreadPool
  private let steps: [BoundStep]
  /// Steps that touch the caller's buffers: their arguments change with each run.
  private let external: [Int]
  private let state: Mutex<Arena>

  private struct Arena: ~Copyable {
    let buffer: AlignedBuffer
    /// Addresses of the caller's buffers that the external steps' arguments point to.
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
    arenaBytes = plan.arenaBytes + plan.workspaceBytes(beyondArenaFor: pool.threadCount)
    let arena = AlignedBuffer(byteCount: arenaBytes)
    var steps: [BoundStep] = []
    for step in plan.steps {
      guard let row = kernel(step.kernel) else {
        throw GraphProblem("this CPU cannot run the kernel \(step.kernel)")
      }
      steps.append(
        arena.withBytes { bytes in
          BoundStep(
            step, of: plan, row.kernel, isRunnable: true,
            workspaces: plan.workspaces(of: step, threads: pool.threadCount, arena: bytes.baseAddress)
          ) {
            Self.address(of: $0, in: plan, constants, bytes.baseAddress, [], [])
          }
        })
    }
    self.steps = steps
    external = plan.steps.indices.filter { plan.touchesCaller(plan.steps[$0]) }
    state = Mutex(Arena(buffer: arena))
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
    precondition(recording.steps == plan.steps.count && recording.threads == pool.threadCount)
    recording.clear()
    run(inputs, outputs, recording)
  }

  private func run(
    _ inputs: [UnsafeBufferPointer<Float>], _ outputs: [UnsafeMutableBufferPointer<Float>],
    _ observer: some StepObserver
  ) {
    precondition(inputs.count == plan.inputs.count && outputs.count == plan.outputs.count)
    state.withLock { arena in
      // Writing arguments anew would take longer than the steps of a small network.
      let buffers = inputs.map { UInt(bitPattern: $0.baseAddress) } + outputs.map { UInt(bitPattern: $0.baseAddress) }
      if buffers != arena.bound {
        arena.buffer.withBytes { bytes in
          for index in external {
            steps[index].bind {
              Self.address(of: $0, in: plan, constants, bytes.baseAddress, inputs, outputs)
            }
          }
        }
        arena.bound = buffers
      }
      runSteps(observer)
    }
  }

  private func runSteps(_ observer: some StepObserver) {
    let steps = steps
    guard pool.threadCount > 1, steps.contains(where: \.isShared) else {
      let denormals = ck_denormals_flush()
      observer.entered(0)
      for index in steps.indices {
        steps[index].run(0..<steps[index].units)
        observer.worked(index, 0)
      }
      ck_denormals_restore(denormals)
      return
    }
    pool.run { member in
      let denormals = ck_denormals_flush()
      observer.entered(member.index)
      // Steps of one thread need no meeting among themselves: only where the team takes over or hands on.
      var isAlone = false
      for index in steps.indices {
        let step = steps[index]
        if step.isShared {
          if isAlone {
            member.wait()
            observer.began(index, member.index)
          }
          step.run(step.shares.range(member.index, of: member.count), thread: member.index)
          observer.worked(index, member.index)
          member.wait()
          observer.left(index, member.index)
          isAlone = false
        } else {
          if member.index == 0 {
            step.run(0..<step.units)
            observer.worked(index, 0)
          }
          isAlone = true
        }
      }
      ck_denormals_restore(denormals)
    }
  }

  private static func address(
    of operand: Plan.Operand, in plan: Plan, _ constants: ConstantMemory, _ arena: UnsafeMutableRawPointer?,
    _ inputs: [UnsafeBufferPointer<Float>], _ outputs: [UnsafeMutableBufferPointer<Float>]
  ) -> UnsafeMutableRawPointer? {
    switch operand {
    case .constant(let index):
      // Kernels take constants as `const`; C has no such pointer inside of a shared structure.
      return UnsafeMutableRawPointer(mutating: constants.constants[index].baseAddress)
    case .tensor(let index):
      switch plan.tensors[index].place {
      case .arena(let offset): return arena.map { $0 + offset }
      case .input(let number):
        return inputs.indices.contains(number)
          ? UnsafeMutableRawPointer(mutating: inputs[number].baseAddress) : nil
      case .output(let number):
        return outputs.indices.contains(number) ? UnsafeMutableRawPointer(outputs[number].baseAddress) : nil
      }
    }
  }
}

extension BoundStep {
  /// Whether all threads work on it.
  var isShared: Bool { step.parallel && units > 1 }
}

extension Plan {
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
