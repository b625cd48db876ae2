/// What kernels took on a machine, as an input of the compiler: `netc compile --tune` fills it, tests make it up.
package struct MeasurementTable: Sendable, Equatable {
  /// The CPU's name.
  package var cpu: String
  package var threads: Int
  /// Nanoseconds by `OpInstance.signature` and the kernel's name.
  package private(set) var times: [String: [String: Int]] = [:]
  /// How many times as long as the quickest kernel the one that the cost model prefers may take before it is given
  /// up: what is less may be noise.
  package var leastGain = 1.03

  /// In a kernel's place, of a signature with sums: what these took where steps of their own took them.
  package static let sums = "sums"

  package init(cpu: String, threads: Int) { (self.cpu, self.threads) = (cpu, threads) }

  package subscript(signature: String, kernel: String) -> Int? {
    get { times[signature]?[kernel] }
    set { times[signature, default: [:]][kernel] = newValue }
  }
}
