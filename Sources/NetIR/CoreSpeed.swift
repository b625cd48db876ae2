/// How quick a core of a target is, as far as the cost model needs to know.
package struct CoreSpeed: Hashable, Sendable, Codable {
  /// Cycles in a nanosecond under vector load.
  package var clock: Double
  /// Vector multiply-adds, and vector loads, in a cycle.
  package var multiplyAdds, loads: Double
  /// Cycles until the result of a multiply-add can be added to.
  package var latency: Double
  /// Bytes in a nanosecond (GB/s) that one core reads from level 2, from level 3 and from the memory behind them. The
  /// last is shared: all cores together get no more.
  package var bandwidth: [Double]
  /// Nanoseconds for waking a team and for meeting at the end of a step.
  package var barrier: Double

  package init(
    clock: Double, multiplyAdds: Double, loads: Double, latency: Double, bandwidth: [Double], barrier: Double
  ) {
    self.clock = clock
    self.multiplyAdds = multiplyAdds
    self.loads = loads
    self.latency = latency
    self.bandwidth = bandwidth
    self.barrier = barrier
  }

  /// A Zen 5 server core, as `netc doctor --measure` finds it. Choices depend on ratios, which differ less among CPUs
  /// than their speeds do.
  package static let usual = CoreSpeed(
    clock: 3.75, multiplyAdds: 2, loads: 2, latency: 4, bandwidth: [230, 95, 45], barrier: 4100)
}
