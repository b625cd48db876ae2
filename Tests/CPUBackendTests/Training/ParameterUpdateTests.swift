import NetIR
import NetworkTestSupport
import Runtime
import Testing
import Training

@testable import CPUBackend

/// Against formulas in double precision, step by step.
@Suite struct ParameterUpdateTests {
  static let rules: [UpdateRule] = [
    .sgd, .momentum(), .nesterovMomentum(), .adagrad(), .rmsprop(), .adadelta(), .adam(), .adamax(), .amsgrad(),
    .adamw(decay: 0.1),
  ]

  /// Parameters of these many elements: fewer than a vector, pieces and something, whole pieces.
  private static let counts = [1, 7, 16, 100, 3 * 16384 + 5, 16384]

  private final class Arrays {
    let buffers: [UnsafeMutableBufferPointer<Float>]
    init(_ values: [[Float]]) {
      buffers = values.map { values in
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
        _ = memory.initialize(from: values)
        return memory
      }
    }
    deinit { buffers.forEach { $0.deallocate() } }
    var values: [[Float]] { buffers.map { Array($0) } }
  }

  private func trained(_ rule: UpdateRule, _ update: ParameterUpdate) -> (parameters: [[Float]], slots: [[Float]]) {
    let parameters = Arrays(Self.counts.map { Noise.floats($0, seed: 1) })
    let slots = Self.counts.map { count in Arrays((0..<rule.slots).map { _ in [Float](repeating: 0, count: count) }) }
    for step in 1...4 {
      let gradients = Arrays(Self.counts.map { Noise.floats($0, seed: UInt64(step) + 5) })
      let parts = Self.counts.indices.map { index in
        UpdatePart(
          parameter: parameters.buffers[index], gradient: UnsafeBufferPointer(gradients.buffers[index]),
          slots: slots[index].buffers, penalty: Self.penalties[index % 3], multiplier: index == 1 ? 0.5 : 1)
      }
      update.apply(rule, to: parts, step: step, rate: 0.05, bounds: .init(limit: 0.5, factor: 0.75))
    }
    return (parameters.values, slots.flatMap(\.values))
  }

  private static let penalties = [Penalty(), Penalty(l1: 0.01), Penalty(l2: 0.1, weightDecay: 0.2)]

  @Test(arguments: rules) func isTheRule(_ rule: UpdateRule) {
    for set in HostCPU.current.instructionSets {
      let update = ParameterUpdate(pool: Agreement.pools[0], instructionSets: [set, .generic])
      let found = trained(rule, update).parameters
      for (index, count) in Self.counts.enumerated() {
        var oracle = UpdateOracle(rule, count: count)
        var parameter = Noise.floats(count, seed: 1).map(Double.init)
        for step in 1...4 {
          let noise = Noise.floats(count, seed: UInt64(step) + 5).map(Double.init)
          let gradient = zip(noise, UpdateOracle.penalty(Self.penalties[index % 3], of: parameter)).map(+)
          oracle.step(
            &parameter, UpdateOracle.clipped(gradient, limit: 0.5).map { 0.75 * $0 }, rate: Double(0.05 as Float),
            multiplier: index == 1 ? 0.5 : 1)
        }
        let worst = zip(found[index], parameter).reduce(0) { max($0, abs(Double($1.0) - $1.1) / (1e-2 + abs($1.1))) }
        #expect(worst < 1e-4, "\(rule) of \(count) with \(set)")
      }
    }
  }

  @Test(arguments: rules) func threadsChangeNothing(_ rule: UpdateRule) {
    let alone = trained(rule, ParameterUpdate(pool: Agreement.pools[0]))
    for pool in Agreement.pools.dropFirst() {
      let found = trained(rule, ParameterUpdate(pool: pool))
      #expect(found.parameters == alone.parameters && found.slots == alone.slots)
    }
  }

  @Test func norms() {
    let gradients = Arrays(Self.counts.map { Noise.floats($0, seed: 3) })
    let parameters = Arrays(Self.counts.map { Noise.floats($0, seed: 4) })
    let parts = Self.counts.indices.map { index in
      UpdatePart(
        parameter: parameters.buffers[index], gradient: UnsafeBufferPointer(gradients.buffers[index]), slots: [],
        penalty: Self.penalties[index % 3])
    }
    let wanted = gradients.values.enumerated().map { index, values in
      let penalty = UpdateOracle.penalty(Self.penalties[index % 3], of: parameters.values[index].map(Double.init))
      return zip(values, penalty).map { Double($0) + $1 }
    }
    for limit in [Float.infinity, 0.5] {
      let norm = UpdateOracle.norm(wanted.map { UpdateOracle.clipped($0, limit: Double(limit)) })
      let found = Agreement.pools.map { ParameterUpdate(pool: $0).totalNorm(of: parts, limit: limit) }
      #expect(abs(found[0] - norm) < 1e-6 * norm && found.allSatisfy { $0 == found[0] })
    }
  }

  /// A gradient that is no number must be seen, whatever bounds it.
  @Test func nanStays() {
    let (parameter, gradient) = (Arrays([[1, 2]]), Arrays([[.nan, 1]]))
    let part = UpdatePart(
      parameter: parameter.buffers[0], gradient: UnsafeBufferPointer(gradient.buffers[0]), slots: [])
    ParameterUpdate(pool: Agreement.pools[0]).apply(.sgd, to: [part], step: 1, rate: 1, bounds: .init(limit: 1))
    #expect(parameter.values[0][0].isNaN && parameter.values[0][1] == 1)
  }
}
