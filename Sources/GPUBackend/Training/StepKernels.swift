import CGPU
import NetIR

/// The kernels of a step on one batch's memory, in their order: what prepares bytes, the plan's launches, the update.
struct StepKernels {
  let preparation: DevicePreparation?
  let launches: [Launch]
  let update: [UpdateLaunch]
  let layout: DeviceLayout
  let starter: LaunchStarter

  private var first: Int { preparation == nil ? 0 : 1 }
  var count: Int { first + launches.count + update.count }

  /// Puts kernel `index` into a stream.
  func start(_ index: Int, in stream: cgpu_stream?) throws(GPUProblem) {
    let index = index - first
    if index < 0, let launch = preparation?.launch {
      try layout.start(launch, starter.functions[launch.kernel], stream, starter.driver)
    } else if index < launches.count {
      try starter.start(launches[index], at: layout, in: stream)
    } else {
      let launch = update[index - launches.count]
      try DeviceLayout.start(
        launch.kernel, starter.functions[launch.kernel], grid: (launch.blocks, 1, 1), launch.addresses, launch.numbers,
        stream, starter.driver)
    }
  }

  func startAll(in stream: cgpu_stream?) throws(GPUProblem) {
    for index in 0..<count { try start(index, in: stream) }
  }

  /// - Parameter times: of each kernel, in seconds.
  func watched(_ plan: Plan, _ times: [[Double]]) -> [WatchedLaunch] {
    times.enumerated().map { index, times in
      let index = index - first
      if index < 0, let preparation {
        let pixels = plan.inputs[0].shape.elements
        let grid = preparation.launch.grid
        return WatchedLaunch(
          preparation.launch.kernel, of: plan, "preprocessing", blocks: grid.x * grid.y * grid.z, bytes: 5 * pixels,
          times)
      }
      if index < launches.count { return WatchedLaunch(launches[index], plan, times) }
      let launch = update[index - launches.count]
      return WatchedLaunch(launch.kernel, of: plan, "update", blocks: launch.blocks, bytes: launch.bytes, times)
    }
  }
}
