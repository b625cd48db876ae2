import NetIR

/// What a kernel needs for an op, before it is known how many threads share it.
struct KernelCost {
  /// Of one core that does everything.
  var cycles: Double
  /// Independent pieces of work.
  var units: Int
  /// Bytes of packed weights: everything else of a network passes through the caches between two uses of them.
  var weightBytes = 0.0
  /// Bytes of tensors, read or written once.
  var tensorBytes = 0.0
  /// Bytes of the input that every thread reads again and again, and how often after the first time.
  var repeated = (bytes: 0.0, times: 0.0)

  /// What a byte that is written counts: its line is read before.
  static let written = 1.4
}
