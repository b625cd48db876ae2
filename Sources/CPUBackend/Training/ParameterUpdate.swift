import CKernels
import NetIR
import Runtime
import Training

/// Moves parameters against their gradients, in place, on all threads of a team: one pass over a parameter, its
/// gradient and what the rule remembers of it. The bits are the same for any number of threads.
package struct ParameterUpdate: ParameterMover, Sendable {
  private let pool: ThreadPool
  private let functions: Functions

  /// `@unchecked Sendable`: constant memory.
  private struct Functions: @unchecked Sendable {
    let pointer: UnsafePointer<ck_update>
  }

  package init(pool: ThreadPool) {
    self.init(pool: pool, instructionSets: HostCPU.current.instructionSets)
  }

  /// - Parameter instructionSets: of which the best is taken that has functions.
  init(pool: ThreadPool, instructionSets: Set<InstructionSet>) {
    self.pool = pool
    let known = instructionSets.sorted().reversed().lazy.compactMap { ck_update_for($0.code) }.first
    guard let pointer = known else { preconditionFailure("every CPU has the generic functions") }
    functions = Functions(pointer: pointer)
  }

  /// Elements that a thread takes at a time.
  private static let piece = 1 << 14

  /// Takes one step.
  ///
  /// - Parameters:
  ///   - step: its number from 1.
  ///   - rate: the learning rate.
  package func apply(
    _ rule: UpdateRule, to parts: [UpdatePart], step: Int, rate: Float, bounds: GradientBounds = .init()
  ) {
    precondition(parts.allSatisfy { $0.slots.count == rule.slots })
    let arguments = parts.map { Self.arguments(rule, $0, step: step, rate: rate, bounds) }
    let functions = functions
    forEachPiece(of: parts) { number, range in
      let part = parts[number]
      func slot(_ index: Int) -> UnsafeMutablePointer<Float>? {
        part.slots.indices.contains(index) ? part.slots[index].baseAddress.map { $0 + range.lowerBound } : nil
      }
      guard let parameter = part.parameter.baseAddress, let gradient = part.gradient.baseAddress else { return }
      withUnsafePointer(to: arguments[number]) {
        functions.pointer.pointee.update(
          $0, parameter + range.lowerBound, gradient + range.lowerBound, slot(0), slot(1), slot(2),
          Int64(range.count))
      }
    }
  }

  /// The norm of all gradients together, penalties included and none beyond the limit: sums of pieces in double
  /// precision, in their order.
  package func totalNorm(of parts: [UpdatePart], limit: Float = .infinity) -> Double {
    let arguments = parts.map { Self.arguments(.sgd, $0, step: 1, rate: 0, GradientBounds(limit: limit)) }
    let counts = parts.map { Self.pieces(in: $0) }
    let starts = counts.indices.map { counts[..<$0].reduce(0, +) }
    let sums = Sums(count: counts.reduce(0, +))
    defer { sums.memory.deallocate() }
    let functions = functions
    forEachPiece(of: parts) { number, range in
      guard let parameter = parts[number].parameter.baseAddress, let gradient = parts[number].gradient.baseAddress
      else { return }
      sums.memory[starts[number] + range.lowerBound / Self.piece] = withUnsafePointer(to: arguments[number]) {
        functions.pointer.pointee.squares(
          $0, parameter + range.lowerBound, gradient + range.lowerBound, Int64(range.count))
      }
    }
    return sums.memory.reduce(0, +).squareRoot()
  }

  /// One number for each piece. `@unchecked Sendable`: each is written by one thread.
  private struct Sums: @unchecked Sendable {
    let memory: UnsafeMutableBufferPointer<Double>

    init(count: Int) {
      memory = .allocate(capacity: count)
      memory.initialize(repeating: 0)
    }
  }

  private static func pieces(in part: UpdatePart) -> Int { (part.parameter.count + piece - 1) / piece }

  /// - Parameter body: is called once for each piece, with the number of its part, by some thread.
  private func forEachPiece(of parts: [UpdatePart], _ body: @escaping @Sendable (Int, Range<Int>) -> Void) {
    let pieces = parts.enumerated().flatMap { number, part in
      (0..<Self.pieces(in: part)).map { piece in
        (number, piece * Self.piece..<min((piece + 1) * Self.piece, part.parameter.count))
      }
    }
    guard pieces.count > 1 else { return pieces.forEach { body($0.0, $0.1) } }
    pool.run { member in
      let denormals = ck_denormals_flush()
      for index in pieces.count * member.index / member.count..<pieces.count * (member.index + 1) / member.count {
        body(pieces[index].0, pieces[index].1)
      }
      ck_denormals_restore(denormals)
    }
  }

  private static func arguments(
    _ rule: UpdateRule, _ part: UpdatePart, step: Int, rate: Float, _ bounds: GradientBounds
  )
    -> ck_update_args
  {
    let numbers = UpdateRule.Step(rule, number: step, rate: rate)
    var arguments = ck_update_args()
    (arguments.rate, arguments.corrected, arguments.multiplier) = (numbers.rate, numbers.corrected, part.multiplier)
    (arguments.factor, arguments.limit) = (bounds.factor, bounds.limit)
    (arguments.l1, arguments.l2) = (part.penalty.l1, part.penalty.slope)
    func set(_ rule: ck_update_rule, _ a: Float = 0, _ b: Float = 0, epsilon: Float = 0, decay: Float = 0) {
      arguments.rule = Int32(rule.rawValue)
      (arguments.a, arguments.b, arguments.epsilon, arguments.decay) = (a, b, epsilon, decay)
    }
    switch rule {
    case .sgd: set(CK_UPDATE_SGD)
    case .momentum(let factor): set(CK_UPDATE_MOMENTUM, factor)
    case .nesterovMomentum(let factor): set(CK_UPDATE_NESTEROV, factor)
    case .adagrad(let epsilon): set(CK_UPDATE_ADAGRAD, epsilon: epsilon)
    case .rmsprop(let rho, let epsilon): set(CK_UPDATE_RMSPROP, rho, epsilon: epsilon)
    case .adadelta(let rho, let epsilon): set(CK_UPDATE_ADADELTA, rho, epsilon: epsilon)
    case .adam(let m): set(CK_UPDATE_ADAM, m.beta1, m.beta2, epsilon: m.epsilon)
    case .adamax(let m): set(CK_UPDATE_ADAMAX, m.beta1, m.beta2, epsilon: m.epsilon)
    case .amsgrad(let m): set(CK_UPDATE_AMSGRAD, m.beta1, m.beta2, epsilon: m.epsilon)
    case .adamw(let m, let decay): set(CK_UPDATE_ADAMW, m.beta1, m.beta2, epsilon: m.epsilon, decay: decay)
    }
    return arguments
  }
}
