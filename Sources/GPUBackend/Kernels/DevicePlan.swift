import NetIR

/// A plan as it was settled on a device: who computes each step, engines of libraries included, and what all candidates
/// took where they were timed.
package struct DevicePlan: Sendable, Codable {
  let plan: Plan
  /// The device and the libraries that it was settled on.
  package let device: String

  /// - Parameter plan: as `LibraryEngines.settled` returns it.
  package init(_ plan: Plan, on machine: GPUMachine) {
    (self.plan, device) = (plan, machine.title)
  }

  /// Whether its choices are those of a machine, too: the same device, the same versions of libraries.
  package func holds(on machine: GPUMachine) -> Bool {
    device == machine.title && plan.target == machine.device.target
  }

  /// The plan, which came from a file.
  ///
  /// - Throws: what is wrong with it, for the kernels of this build.
  package func verified() throws(GraphProblem) -> Plan {
    guard plan.target.isDevice else { throw GraphProblem("the plan is for \(plan.target.name), which is no GPU") }
    try plan.verify(LibraryKernelTable.catalogue(with: Set(DeviceLibrary.allCases)))
    return plan
  }
}
