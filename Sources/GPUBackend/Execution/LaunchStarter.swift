import CGPU

/// What it takes to start any launch of a plan: netc's own kernels, and the engines of libraries.
struct LaunchStarter {
  let functions: [String: cgpu_function]
  let engines: LibraryEngines
  /// What an engine may write while it works.
  private let workspace: cgpu_address
  let driver: CUDADriver

  /// - Parameter scratch: as many bytes as the engines want.
  init(
    functions: [String: cgpu_function], engines: LibraryEngines, scratch: cgpu_address, driver: CUDADriver
  ) {
    (self.functions, self.engines, self.driver) = (functions, engines, driver)
    workspace = scratch + UInt64(engines.scratchBytes)
  }

  /// Puts a launch into a stream.
  func start(_ launch: Launch, at layout: DeviceLayout, in stream: cgpu_stream?) throws(GPUProblem) {
    if let step = launch.steps.first, let engine = engines[step] {
      for next in launch.preceding { try layout.start(next, functions[next.kernel], stream, driver) }
      let operands = LibraryOperands(launch.pointers.map { $0.map(layout.address) })
      try engine.start(operands, workspace: workspace, in: stream)
      for next in launch.following { try layout.start(next, functions[next.kernel], stream, driver) }
    } else {
      try layout.start(launch, functions[launch.kernel], stream, driver)
    }
  }
}
