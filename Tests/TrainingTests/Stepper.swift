import CPUBackend
import Runtime
import Training

/// Parameters that follow gradients as training moves them: in place, by the kernels of this CPU.
struct Stepper {
  private(set) var rule: UpdateRule
  private let parameters: FloatArrays
  private let gradients: FloatArrays
  private let slotArrays: FloatArrays
  private let update: ParameterUpdate
  private(set) var steps: Int

  init(_ rule: UpdateRule, _ values: [[Float]], slots: [[Float]]? = nil, steps: Int = 0) {
    (self.rule, self.steps) = (rule, steps)
    parameters = FloatArrays(values)
    gradients = FloatArrays(counts: values.map(\.count))
    slotArrays =
      slots.map { FloatArrays($0) }
      ?? FloatArrays(counts: values.flatMap { [Int](repeating: $0.count, count: rule.slots) })
    update = ParameterUpdate(pool: ThreadPool.shared(threads: 1))
  }

  var values: [[Float]] { (0..<parameters.count).map { parameters.values($0) } }
  var slots: [[Float]] { (0..<slotArrays.count).map { slotArrays.values($0) } }

  mutating func step(
    _ values: [[Float]], rate: Float, multiplier: Float = 1, penalty: Penalty = Penalty(),
    bounds: GradientBounds = GradientBounds(), norm: Double? = nil
  ) {
    for (index, values) in values.enumerated() { gradients.write(values, to: index) }
    let parts = (0..<parameters.count).map { index in
      UpdatePart(
        parameter: parameters[index], gradient: UnsafeBufferPointer(gradients[index]),
        slots: (0..<rule.slots).map { slotArrays[index * rule.slots + $0] }, penalty: penalty, multiplier: multiplier)
    }
    var bounds = bounds
    if let norm { bounds = bounds.bounding(norm: update.totalNorm(of: parts, limit: bounds.limit), to: norm) }
    steps += 1
    update.apply(rule, to: parts, step: steps, rate: rate, bounds: bounds)
  }
}
