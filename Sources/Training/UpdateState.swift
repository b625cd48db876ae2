/// What an update rule remembers of one parameter.
package struct UpdateState: Hashable, Sendable {
  package private(set) var rule: UpdateRule
  /// One array per slot, each as long as the parameter.
  package private(set) var slots: [[Float]]
  /// Steps taken.
  package private(set) var steps: Int

  /// - Parameter count: elements of the parameter.
  package init(_ rule: UpdateRule, count: Int) {
    self.rule = rule
    slots = (0..<rule.slots).map { _ in [Float](repeating: 0, count: count) }
    steps = 0
  }

  /// Continues where another run stopped; nil if the slots are not the rule's.
  package init?(_ rule: UpdateRule, slots: [[Float]], steps: Int) {
    guard slots.count == rule.slots, Set(slots.map(\.count)).count <= 1, steps >= 0 else { return nil }
    (self.rule, self.slots, self.steps) = (rule, slots, steps)
  }

  /// Takes another momentum from now on; without an effect on rules that have none.
  package mutating func take(momentum: Float) { rule = rule.with(momentum: momentum) }

  /// Moves a parameter by one step against its gradient. Elements do not depend on each other.
  ///
  /// - Parameters:
  ///   - gradient: as long as the parameter.
  ///   - rate: the learning rate.
  ///   - multiplier: of the layer: scales the change, not the gradient, which Adam's family would undo. 0 freezes.
  package mutating func step(_ parameter: inout [Float], _ gradient: [Float], rate: Float, multiplier: Float = 1) {
    precondition(gradient.count == parameter.count && slots.allSatisfy { $0.count == parameter.count })
    steps += 1
    let step = UpdateRule.Step(rule, number: steps, rate: rate)
    for index in parameter.indices {
      var memory = UpdateRule.Memory()
      if !slots.isEmpty { memory.first = slots[0][index] }
      if slots.count > 1 { memory.second = slots[1][index] }
      if slots.count > 2 { memory.third = slots[2][index] }
      parameter[index] += multiplier * rule.change(parameter[index], gradient[index], &memory, step)
      if !slots.isEmpty { slots[0][index] = memory.first }
      if slots.count > 1 { slots[1][index] = memory.second }
      if slots.count > 2 { slots[2][index] = memory.third }
    }
  }
}
