import CGPU
import NetIR

/// A launch of a plan and how long it took.
package struct WatchedLaunch: Sendable {
  package let kernel: String
  /// The first of the plan's steps that it computes.
  package let firstStep: Int
  /// Names of all of them.
  package let steps: [String]
  package let blocks: Int
  package let flops: Int
  /// What the steps read and write, each tensor once, but for what a group of them hands on in registers.
  package let bytes: Int
  /// Seconds, ascending.
  package let times: [Double]

  package var median: Double { times.isEmpty ? 0 : times[times.count / 2] }

  init(_ launch: Launch, _ plan: Plan, _ times: [Double]) {
    (kernel, firstStep) = (launch.kernel, launch.steps[0])
    let steps = launch.steps.map { plan.steps[$0] }
    self.steps = steps.map(\.name)
    blocks = launch.grid.x * launch.grid.y * launch.grid.z
    flops = steps.reduce(0) { $0 + plan.work(of: $1).flops }
    var (tensors, constants): (Set<Int>, Set<Int>) = ([], [])
    let handedOn = Set(steps.dropLast().map(\.result))
    for step in steps {
      if !handedOn.contains(step.result) { tensors.insert(step.result) }
      for operand in step.operands {
        switch operand {
        case .tensor(let index): if !handedOn.contains(index) { tensors.insert(index) }
        case .constant(let index): constants.insert(index)
        }
      }
    }
    bytes =
      tensors.reduce(0) { $0 + plan.tensors[$1].shape.elements * plan.tensors[$1].layout.storage.bytes }
      + constants.reduce(0) { $0 + plan.constants[$1].shape.elements * plan.storage(ofConstant: $1).bytes }
    self.times = times.sorted()
  }

  /// A kernel that computes no step of the plan.
  init(_ kernel: String, of plan: Plan, _ name: String, blocks: Int, bytes: Int, _ times: [Double]) {
    (self.kernel, firstStep, steps, self.blocks) = (kernel, plan.steps.count, [name], blocks)
    (flops, self.bytes, self.times) = (0, bytes, times.sorted())
  }

  /// Seconds of each launch in some runs. Launches follow each other in a stream, with an event between them, not in a
  /// graph: each costs some microseconds more than in a run.
  ///
  /// - Parameter start: puts launch n into the stream.
  static func times(
    of launches: Int, runs: Int, in stream: cgpu_stream?, _ context: DeviceContext,
    start: (Int) throws(GPUProblem) -> Void
  ) throws(GPUProblem) -> [[Double]] {
    let (resources, driver) = (DeviceResources(context), context.driver)
    func record(_ event: cgpu_event?) throws(GPUProblem) {
      try driver.call("cuEventRecord", driver.api.event_record?(event, stream))
    }
    var events: [cgpu_event?] = []
    for _ in 0...launches { events.append(try resources.takeEvent(keepsTime: true)) }
    var times = [[Double]](repeating: [], count: launches)
    for _ in 0..<runs {
      try record(events[0])
      for index in times.indices {
        try start(index)
        try record(events[index + 1])
      }
      try driver.call("cuStreamSynchronize", driver.api.stream_synchronize?(stream))
      for index in times.indices {
        var milliseconds: Float = 0
        let status = driver.api.event_elapsed?(&milliseconds, events[index], events[index + 1])
        try driver.call("cuEventElapsedTime", status)
        times[index].append(Double(milliseconds) / 1000)
      }
    }
    return times
  }
}

extension GPUExecutable {
  /// The times of every launch in some runs on what the caller brought last.
  package func watch(runs: Int) throws(GPUProblem) -> [WatchedLaunch] {
    try turn.withLock { _ throws(GPUProblem) in
      try resources.context.makeCurrent()
      let times = try WatchedLaunch.times(
        of: list.launches.count, runs: runs, in: streams.computing, resources.context
      ) { index throws(GPUProblem) in
        try starter.start(list.launches[index], at: layout, in: streams.computing)
      }
      return zip(list.launches, times).map { WatchedLaunch($0, plan, $1) }
    }
  }
}
