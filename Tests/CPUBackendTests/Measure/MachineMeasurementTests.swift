import CPUBackend
import NetIR
import Testing

@Suite struct MachineMeasurementTests {
  private let effort = MachineMeasurement.Effort(rounds: 2, sampleSeconds: 0.001)

  @Test func everyQuantityHasARateForEveryTeam() throws {
    let measurement = try #require(MachineMeasurement(host: .current, effort: effort))
    var calls: [Int] = []
    let limits = measurement.measure(threads: [1, 2]) { done, total in
      #expect(done < total)
      calls.append(done)
    }
    #expect(limits.map(\.threads) == [1, 2])
    #expect(calls == calls.sorted() && !calls.isEmpty)
    let cache = HostCPU.current.cache
    for limit in limits {
      for quantity in [MachineLimits.Quantity.fma, .tile, .dram] { #expect(limit[quantity]?.isPlausible == true) }
      #expect((limit[.l2] != nil) == (cache[1] > 0))
      if let level3 = limit[.l3] { #expect(level3.isPlausible && cache[2] > 0) }
    }
  }

  /// Every CPU can be measured with the loops of any: how older machines are.
  @Test func olderInstructionsAreMeasuredToo() throws {
    let old = HostCPU.current.limited(to: [.generic])
    let measurement = try #require(MachineMeasurement(host: old, effort: effort))
    #expect(measurement.measure(threads: [1])[0].peak > 0)
  }
}
