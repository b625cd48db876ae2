import Testing

@testable import Training

@Suite struct ScheduleTests {
  private static func values(_ schedule: Schedule, base: Double = 1, epochs: Int, at places: [Double]) -> [Double] {
    places.map { schedule.value(base, at: .init(epoch: $0, of: epochs)) }
  }

  static let byHand: [(Schedule, [Double])] = [
    (.constant, [1, 1, 1, 1, 1, 1]),
    (.step(every: 2, factor: 0.5), [1, 1, 1, 0.5, 0.25, 0.0625]),
    (.exponential(factor: 0.5), [1, 1, 0.5, 0.125, 0.0625, 0.00390625]),
    (.linear(end: 0.125), [1, 1, 0.875, 0.625, 0.5, 0.125]),
    // cos(π/8·e)
    (.cosine(), [1, 0.990392640201615, 0.961939766255643, 0.691341716182545, 0.5, 0]),
    (.cosine(end: 0.5), [1, 0.995196320100808, 0.980969883127822, 0.845670858091272, 0.75, 0.5]),
  ]

  /// At 0, 1/2, 1, 3, 4 and 8 of 8 epochs; the linear one is at its end in the last of them, and stays.
  @Test(arguments: byHand)
  func valuesByHand(_ schedule: Schedule, _ wanted: [Double]) {
    let found = Self.values(schedule, epochs: 8, at: [0, 0.5, 1, 3, 4, 8])
    for (place, (a, b)) in zip(found, wanted).enumerated() { #expect(abs(a - b) < 1e-12, "place \(place)") }
  }

  /// nolearn's tutorial: from 0.03 to 0.0001 in 400 epochs, `np.linspace`.
  @Test func linearIsAdjustVariable() {
    let schedule = Schedule.linear(end: 0.0001)
    let found = Self.values(schedule, base: 0.03, epochs: 400, at: [0, 1, 200.75, 399])
    let wanted = [0.03, 0.03 - 0.0299 / 399, 0.03 - 0.0299 * 200 / 399, 0.0001]
    for (a, b) in zip(found, wanted) { #expect(abs(a - b) < 1e-15) }
    #expect(schedule.value(0.03, at: .init(epoch: 0, of: 1)) == 0.03)
  }

  @Test func oneCycleRisesAndFalls() {
    let schedule = Schedule.oneCycle()
    let found = Self.values(schedule, epochs: 10, at: [0, 1.5, 3, 6.5, 10])
    let end = 1 / 25e4
    let wanted = [0.04, 0.52, 1, (1 + end) / 2, end]
    for (a, b) in zip(found, wanted) { #expect(abs(a - b) < 1e-12) }
    #expect(Schedule.oneCycle(share: 0).value(1, at: .init(epoch: 0, of: 3)) == 1)
    #expect(Schedule.oneCycle(share: 1).value(1, at: .init(epoch: 3, of: 3)) == 1 / (25 * 1e4))
  }

  /// While the rate rises the momentum falls, and the other way round.
  @Test func oneCycleMovesTheMomentumTheOtherWay() throws {
    let schedule = Schedule.oneCycle(share: 0.25, momentum: 0.8...0.9)
    func momentum(_ epoch: Double) throws -> Double { try #require(schedule.momentum(at: .init(epoch: epoch, of: 8))) }
    #expect(try abs(momentum(0) - 0.9) < 1e-12 && abs(momentum(1) - 0.85) < 1e-12 && abs(momentum(2) - 0.8) < 1e-12)
    #expect(try abs(momentum(5) - 0.85) < 1e-12 && abs(momentum(8) - 0.9) < 1e-12)
    #expect(Schedule.cosine().momentum(at: .init(epoch: 1, of: 8)) == nil)
  }

  @Test func plateausCountEpochsWithoutProgress() {
    let schedule = Schedule.plateau(factor: 0.5, patience: 1)
    func value(_ losses: [Double]) -> Double {
      schedule.value(1, at: .init(epoch: Double(losses.count), of: 100, losses: losses))
    }
    #expect(value([]) == 1 && value([3, 2, 1]) == 1)
    #expect(value([3, 2, 2]) == 1 && value([3, 2, 2, 2]) == 0.5)
    #expect(value([3, 2, 2, 2, 2]) == 0.5 && value([3, 2, 2, 2, 2, 2]) == 0.25)
    #expect(value([3, 2, 2, 1, 1, 1]) == 0.5)
    #expect(value([1, .nan, .nan]) == 0.5)
  }

  @Test func warmingUp() {
    let warm = WarmUp(epochs: 4, start: 0.2)
    let found = [0, 2, 4, 9].map { warm.factor(at: .init(epoch: $0, of: 10)) }
    for (a, b) in zip(found, [0.2, 0.6, 1, 1]) { #expect(abs(a - b) < 1e-15) }
    #expect(WarmUp(epochs: 0).factor(at: .init(epoch: 0, of: 10)) == 1)
  }
}
