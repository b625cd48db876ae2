import CKernels
import Foundation
import Testing

extension Kernels {
  /// Gradients element by element, and what is random.
  @Suite struct TrainingPointwiseTests {
    /// By the symmetric difference of the function, or its known kinks.
    private func slope(_ activation: ck_activation, _ x: Double) -> Double {
      switch ck_activation_kind(UInt32(activation.kind)) {
      case CK_LINEAR: return 1
      case CK_RECTIFY: return x > 0 ? 1 : 0
      case CK_LEAKY_RECTIFY: return x > 0 ? 1 : Double(activation.p0)
      case CK_HARD_SWISH: return x <= -3 ? 0 : x < 3 ? (2 * x + 3) / 6 : 1
      default:
        let h = 1e-5
        return (Oracle.activate(x + h, activation) - Oracle.activate(x - h, activation)) / (2 * h)
      }
    }

    @Test(arguments: Row.of(CK_OP_ACTIVATION_GRADIENT), LayoutCase.all)
    func activation(row: Row, t: LayoutCase) {
      let gradients = row.storage.rounded(noise(t.count, 1))
      let operands = row.storage.rounded(noise(t.count, 2).map { abs($0) < 1e-3 ? 0.5 : $0 * 5 })
      for activation in t.count < 200 ? ck_activation.each : [.init(CK_RECTIFY), .init(CK_ELU)] {
        let readsOperand = [CK_SWISH, CK_HARD_SWISH, CK_GELU].contains { Int32($0.rawValue) == activation.kind }
        let values = row.storage.rounded(
          operands.map { readsOperand ? $0 : Float(Oracle.activate(Double($0), activation)) })
        // A result that was rounded tells a slope that is off by as much again.
        let tolerance = (readsOperand || row.storage == CK_F32 ? 1 : 2) * row.storage.tolerance
        let (g, v, out) = (t.input(row, gradients), t.input(row, values), t.output(row))
        let want = operands.indices.map { Double(gradients[$0]) * slope(activation, Double(operands[$0])) }
        let args = ck_activation_gradient_args(g: g.c, v: v.c, out: out.c, activation: activation)
        checkUnits(row, args, out, want, tolerance: tolerance)
        guard t.alike else { continue }
        row.run(ck_activation_gradient_args(g: g.c, v: v.c, out: v.c, activation: activation))
        v.expectSound("in place of the operand")
        expectClose(v.values, want, tolerance: tolerance)
        v.write(values)
        row.run(ck_activation_gradient_args(g: g.c, v: v.c, out: g.c, activation: activation))
        g.expectSound("in place of the gradient")
        expectClose(g.values, want, tolerance: tolerance)
      }
    }

    @Test(arguments: Row.of(CK_OP_EXTREMUM_GRADIENT), LayoutCase.all)
    func extremum(row: Row, t: LayoutCase) {
      let gradients = row.storage.rounded(noise(t.count, 1))
      let values = (0..<3).map { k in noise(t.count, UInt64(k) + 2).map { ($0 * 3).rounded() } }
      let g = t.input(row, gradients)
      let inputs = values.map { t.input(row, $0) }
      for (kind, place) in [(CK_MAX, 0), (CK_MAX, 1), (CK_MIN, 2)] {
        let want = (0..<t.count).map { i in
          let all = values.map { $0[i] }
          let extreme = kind == CK_MAX ? all.max() : all.min()
          return all.firstIndex { $0 == extreme } == place ? Double(gradients[i]) : 0
        }
        inputs.map(\.c).withUnsafeBufferPointer { tensors in
          let out = t.output(row)
          let args = ck_extremum_gradient_args(
            inputs: tensors.baseAddress, count: 3, place: Int64(place), g: g.c, out: out.c, kind: Int32(kind.rawValue))
          checkUnits(row, args, out, want, tolerance: 0)
        }
      }
    }

    @Test(arguments: Row.of(CK_OP_FUNCTION), LayoutCase.all)
    func function(row: Row, t: LayoutCase) {
      let functions: [(ck_function_kind, Float, Bool, (Double) -> Double)] = [
        (CK_EXPONENTIAL, 0, false, { exp($0) }), (CK_LOGARITHM, 0, true, { log($0) }),
        (CK_ABSOLUTE, 0, false, { abs($0) }), (CK_SIGN, 0, false, { $0 > 0 ? 1 : -1 }),
        (CK_SQUARE_ROOT, 0, true, { $0.squareRoot() }), (CK_RECIPROCAL, 0, false, { 1 / $0 }),
        (CK_POWER, 2.5, true, { pow($0, 2.5) }), (CK_POWER, -0.4, true, { pow($0, Double(-0.4 as Float)) }),
      ]
      for (kind, exponent, isPositive, function) in functions {
        let values = row.storage.rounded(
          noise(t.count, 1).map { isPositive ? 0.05 + abs($0) * 9 : $0 == 0 ? 0.5 : $0 * 5 })
        let (input, out) = (t.input(row, values), t.output(row))
        var args = ck_function_args(x: input.c, out: out.c, function: Int32(kind.rawValue), exponent: exponent)
        let want = values.map { function(Double($0)) }
        checkUnits(row, args, out, want, tolerance: row.storage.tolerance(2e-6))
        guard t.alike else { continue }
        args.out = input.c
        row.run(args)
        input.expectSound("in place")
        expectClose(input.values, want, tolerance: row.storage.tolerance(2e-6))
      }
    }

    /// Poles and what is not defined, on both sides of a vector's length.
    @Test(arguments: Row.of(CK_OP_FUNCTION))
    func functionsAtTheirEdges(row: Row) throws {
      let t = try #require(LayoutCase.all.first { $0.count >= 40 && $0.alike })
      let infinity = Float.infinity
      let edges: [(ck_function_kind, Float, x: Float, y: Float)] = [
        (CK_LOGARITHM, 0, 0, -infinity), (CK_LOGARITHM, 0, -1, .nan), (CK_LOGARITHM, 0, infinity, infinity),
        (CK_LOGARITHM, 0, .nan, .nan), (CK_EXPONENTIAL, 0, 200, infinity), (CK_EXPONENTIAL, 0, -200, 0),
        (CK_EXPONENTIAL, 0, .nan, .nan), (CK_SQUARE_ROOT, 0, -1, .nan), (CK_SIGN, 0, 0, 0), (CK_SIGN, 0, .nan, .nan),
        (CK_RECIPROCAL, 0, 0, infinity), (CK_POWER, 0.5, 0, 0), (CK_POWER, -0.5, 0, infinity),
        (CK_POWER, 1.5, -2, .nan),
        (CK_POWER, 1.5, infinity, infinity), (CK_POWER, -1.5, infinity, 0), (CK_POWER, 1.5, .nan, .nan),
      ]
      for edge in edges {
        let (input, out) = (t.input(row, [Float](repeating: edge.x, count: t.count)), t.output(row))
        row.run(ck_function_args(x: input.c, out: out.c, function: Int32(edge.0.rawValue), exponent: edge.1))
        #expect(
          out.values.allSatisfy { $0 == edge.y || $0.isNaN && edge.y.isNaN }, "\(edge): \(out.values.first ?? 0)")
      }
    }

    // MARK: What is random

    private static let key: [Float] = [65535, 1, 300, 40000]
    private static let stream: UInt32 = 7

    /// Philox-4×32-10 as its paper has it, of one block.
    private static func block(_ counter: UInt64) -> [UInt32] {
      var x = [UInt32(truncatingIfNeeded: counter), UInt32(counter >> 32), stream, 0x7261_6E64]
      var k: [UInt32] = [65535 | 1 << 16, 300 | 40000 << 16]
      for _ in 0..<10 {
        let (a, b) = (UInt64(0xD251_1F53) * UInt64(x[0]), UInt64(0xCD9E_8D57) * UInt64(x[2]))
        x = [
          UInt32(b >> 32) ^ x[1] ^ k[0], UInt32(truncatingIfNeeded: b), UInt32(a >> 32) ^ x[3] ^ k[1],
          UInt32(truncatingIfNeeded: a),
        ]
        k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
      }
      return x
    }

    private static func uniform(_ bits: UInt32) -> Double { (Double(bits >> 9) + 0.5) / 8_388_608 }

    private static func uniform(at place: Int) -> Double { uniform(block(UInt64(place / 4))[place % 4]) }

    private func random(_ key: Guarded, _ t: LayoutCase, shared: Bool = false) -> ck_random {
      let (c, h, w) = (Int64(t.shape[1]), Int64(t.shape[2]), Int64(t.shape[3]))
      let one: Int64 = 1
      let places: (Int64, Int64, Int64, Int64) = shared ? (c, one, 0, 0) : (c * h * w, h * w, w, one)
      return ck_random(key: key.data, stream: Int64(Self.stream), places: places)
    }

    @Test(arguments: Row.of(CK_OP_DROP), LayoutCase.all)
    func drop(row: Row, t: LayoutCase) {
      let values = row.storage.rounded(noise(t.count, 1))
      let (input, key) = (t.input(row, values), Guarded(Self.key))
      for (shared, probability) in [(false, 0.3 as Float), (true, 0.5), (false, 1), (false, 0)] {
        let out = t.output(row)
        let want = values.enumerated().map { place, x in
          let decision = shared ? place / (t.shape[2] * t.shape[3]) : place
          return Self.uniform(at: decision) < Double(probability) ? 0 : Double(x) / (1 - Double(probability))
        }
        var args = ck_drop_args(
          x: input.c, out: out.c, random: random(key, t, shared: shared), probability: probability)
        checkUnits(row, args, out, want, tolerance: row.storage.tolerance(3e-7))
        #expect(zip(out.values, want).allSatisfy { ($0 == 0) == ($1 == 0) })
        guard t.alike, !shared, probability == 0.3 else { continue }
        let place = t.input(row, values)
        (args.x, args.out) = (place.c, place.c)
        row.run(args)
        place.expectSound("in place")
        expectClose(place.values, want, tolerance: row.storage.tolerance(3e-7))
      }
    }

    @Test(arguments: Row.of(CK_OP_NOISE), LayoutCase.all)
    func noiseIsNormal(row: Row, t: LayoutCase) {
      let values = row.storage.rounded(noise(t.count, 1))
      let (input, key, out) = (t.input(row, values), Guarded(Self.key), t.output(row))
      let want = values.enumerated().map { place, x in
        let words = Self.block(UInt64(place / 2))
        let (a, b) = (Self.uniform(words[place % 2 * 2]), Self.uniform(words[place % 2 * 2 + 1]))
        return Double(x) + 0.5 * (-2 * log(a)).squareRoot() * cos(2 * .pi * b)
      }
      checkUnits(
        row, ck_noise_args(x: input.c, out: out.c, random: random(key, t), sigma: 0.5), out, want,
        tolerance: row.storage.tolerance(1e-6))
    }

    @Test(arguments: Row.of(CK_OP_RANDOM_SLOPES), LayoutCase.all)
    func randomSlopes(row: Row, t: LayoutCase) {
      let (values, others) = (row.storage.rounded(noise(t.count, 1)), row.storage.rounded(noise(t.count, 2)))
      let (x, y, key, out) = (t.input(row, values), t.input(row, others), Guarded(Self.key), t.output(row))
      let want = values.indices.map { place in
        let slope = 3 + 5 * Self.uniform(at: place)
        return values[place] > 0 ? Double(others[place]) : Double(others[place]) / slope
      }
      let args = ck_random_slopes_args(x: x.c, y: y.c, out: out.c, random: random(key, t), lower: 3, upper: 8)
      checkUnits(row, args, out, want, tolerance: row.storage.tolerance(1e-6))
    }
  }
}
