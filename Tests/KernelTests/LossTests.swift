import CKernels
import Foundation
import Testing

struct LossCase: Sendable, CustomTestStringConvertible {
  var kind: ck_loss_kind
  var classes: Int, terms: Int
  var hasClasses = false
  var p: Float = 0.1
  var examples = 3

  var testDescription: String { "loss \(kind.rawValue) of \(classes) × \(terms)\(hasClasses ? ", numbers" : "")" }
  var each: Int { classes * terms }
  var isOfProbabilities: Bool { kind == CK_LOSS_CROSS_ENTROPY || kind == CK_LOSS_BINARY_CROSS_ENTROPY }

  var predictions: [Float] { noise(examples * each, 1).map { isOfProbabilities ? 0.5 + 0.45 * $0 : 3 * $0 } }
  var targets: [Float] {
    guard hasClasses else { return noise(examples * each, 2).map { $0 > 0 ? 1 : 0 } }
    return noise(examples * terms, 2).map { (($0 + 1) / 2 * Float(classes)).rounded(.down) }
  }

  /// Of a pixel's scores, by its definition; `target` is like them, or one number.
  func loss(_ x: [Double], _ target: [Double]) -> Double {
    let (p, limit) = (Double(self.p), Double(1e-7 as Float))
    let (d, t) = (abs(x[0] - target[0]), target[0])
    switch kind {
    case CK_LOSS_SOFTMAX_CROSS_ENTROPY, CK_LOSS_CROSS_ENTROPY:
      let most = x.max() ?? 0
      let logarithm = most + log(x.reduce(0) { $0 + exp($1 - most) })
      return x.indices.reduce(0) { sum, c in
        let q = (1 - p) * (hasClasses ? (Int(t) == c ? 1 : 0) : target[c]) + p / Double(classes)
        return sum - q * (kind == CK_LOSS_CROSS_ENTROPY ? log(max(x[c], limit)) : x[c] - logarithm)
      }
    case CK_LOSS_SIGMOID_CROSS_ENTROPY: return max(x[0], 0) + log1p(exp(-abs(x[0]))) - t * x[0]
    case CK_LOSS_BINARY_CROSS_ENTROPY: return -t * log(max(x[0], limit)) - (1 - t) * log(max(1 - x[0], limit))
    case CK_LOSS_SQUARED: return d * d
    case CK_LOSS_ABSOLUTE: return d
    case CK_LOSS_HUBER: return d <= p ? d * d / 2 : p * (d - p / 2)
    case CK_LOSS_BINARY_HINGE: return max(0, p - x[0] * (2 * t - 1))
    default:
      let rival = x.indices.filter { $0 != Int(t) }.map { x[$0] }.max()
      return rival.map { max(0, p + $0 - x[Int(t)]) } ?? 0
    }
  }

  static let all: [LossCase] =
    [CK_LOSS_SOFTMAX_CROSS_ENTROPY, CK_LOSS_CROSS_ENTROPY].flatMap { kind in
      [(10, 1), (37, 1), (1, 1), (16, 1), (5, 19), (3, 70)].flatMap { (classes: Int, terms: Int) in
        [false, true].map { LossCase(kind: kind, classes: classes, terms: terms, hasClasses: $0, p: $0 ? 0 : 0.2) }
      }
    }
    + [(10, 1), (5, 19), (1, 3)].map {
      LossCase(kind: CK_LOSS_MULTICLASS_HINGE, classes: $0, terms: $1, hasClasses: true)
    }
    + [
      CK_LOSS_SIGMOID_CROSS_ENTROPY, CK_LOSS_BINARY_CROSS_ENTROPY, CK_LOSS_SQUARED, CK_LOSS_ABSOLUTE, CK_LOSS_HUBER,
      CK_LOSS_BINARY_HINGE,
    ].flatMap { kind in [1, 33, 5000].map { LossCase(kind: kind, classes: 1, terms: $0) } }
}

extension Kernels {
  @Suite struct LossTests {
    private func pixels(_ t: LossCase, _ body: (_ example: Int, _ places: [Int], _ target: [Int]) -> Void) {
      for example in 0..<t.examples {
        for term in 0..<t.terms {
          let places = (0..<t.classes).map { example * t.each + $0 * t.terms + term }
          body(example, places, t.hasClasses ? [example * t.terms + term] : places)
        }
      }
    }

    @Test(arguments: Row.of(CK_OP_LOSS), LossCase.all)
    func loss(row: Row, t: LossCase) {
      let (x, target) = (doubles(t.predictions), doubles(t.targets))
      var want = [Double](repeating: 0, count: t.examples)
      pixels(t) { example, places, targets in
        want[example] += t.loss(places.map { x[$0] }, targets.map { target[$0] }) / Double(t.terms)
      }
      let (input, wanted, out) = (Guarded(t.predictions), Guarded(t.targets), Guarded(t.examples))
      checkUnits(row, arguments(t, input, wanted, nil, out), out, want, tolerance: 1e-6)
    }

    @Test(arguments: Row.of(CK_OP_LOSS_GRADIENT), LossCase.all)
    func gradient(row: Row, t: LossCase) {
      let (x, target, gradients) = (doubles(t.predictions), doubles(t.targets), noise(t.examples, 4))
      var want = [Double](repeating: 0, count: x.count)
      pixels(t) { example, places, targets in
        let scores = places.map { x[$0] }
        for (c, place) in places.enumerated() {
          let step = 1e-6
          let near = [-step, step].map { delta in
            var moved = scores
            moved[c] += delta
            return t.loss(moved, targets.map { target[$0] })
          }
          want[place] = Double(gradients[example]) / Double(t.terms) * (near[1] - near[0]) / (2 * step)
        }
      }
      let (input, wanted, out) = (Guarded(t.predictions), Guarded(t.targets), Guarded(x.count))
      let g = Guarded(gradients)
      checkUnits(row, arguments(t, input, wanted, g, out), out, want, tolerance: 2e-6)
    }

    private func arguments(_ t: LossCase, _ x: Guarded, _ target: Guarded, _ g: Guarded?, _ out: Guarded)
      -> ck_loss_args
    {
      ck_loss_args(
        x: x.data, target: target.data, g: g.map { UnsafePointer($0.data) }, out: out.data,
        examples: Int64(t.examples), classes: Int64(t.classes), terms: Int64(t.terms), kind: Int32(t.kind.rawValue),
        has_classes: t.hasClasses ? 1 : 0, p: t.p)
    }

    /// Logits beyond the range of exponentials; a million elements; what is no number shows.
    @Test(arguments: Row.of(CK_OP_LOSS))
    func extremes(row: Row) {
      func value(_ t: LossCase, _ x: [Float], _ target: [Float]) -> Float {
        let (input, wanted, out) = (Guarded(x), Guarded(target), Guarded(1))
        row.run(arguments(t, input, wanted, nil, out))
        return out.values[0]
      }
      let two = LossCase(kind: CK_LOSS_SOFTMAX_CROSS_ENTROPY, classes: 2, terms: 1, hasClasses: true, p: 0, examples: 1)
      #expect(value(two, [1e4, 0], [1]) == 1e4 && value(two, [1e4, 0], [0]) == 0)
      #expect(value(two, [.nan, 0], [1]).isNaN && value(two, [0, .nan], [1]).isNaN)
      let count = 1 << 20
      let many = LossCase(kind: CK_LOSS_SQUARED, classes: 1, terms: count, examples: 1)
      let (x, target) = (noise(count, 1), noise(count, 2))
      let mean = zip(x, target).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) } / Double(count)
      #expect(abs(Double(value(many, x, target)) / mean - 1) < 1e-6)
    }
  }
}
