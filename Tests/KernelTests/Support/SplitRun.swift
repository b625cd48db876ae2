import CKernels
import Testing

/// The sums as they are meant: of each step of 32 inputs, the products of high parts, of low with high, of high with
/// low; of each of these, even and odd inputs on their own.
enum SplitSum {
  /// - Parameter steps: pairs of input and weight.
  static func of(_ steps: [[(Float, Float)]]) -> Float {
    func parts(_ x: Float) -> (high: Float, low: Float) {
      let high = x.nearestBF16
      return (high, (x - high).nearestBF16)
    }
    var sum: Float = 0
    for step in steps {
      let split = step.map { (parts($0.0), parts($0.1)) }
      for products in [
        split.map { ($0.high, $1.high) }, split.map { ($0.low, $1.high) }, split.map { ($0.high, $1.low) },
      ] {
        var halves: (Float, Float) = (0, 0)
        for (index, (a, b)) in products.enumerated() {
          if index % 2 == 0 {
            halves.0 = Float(Double(a) * Double(b) + Double(halves.0))
          } else {
            halves.1 = Float(Double(a) * Double(b) + Double(halves.1))
          }
        }
        sum += halves.0 + halves.1
      }
    }
    return sum
  }
}

/// Numbers for a case, what they give, and how far from it one may be.
struct SplitProblem {
  let test: ConvCase
  let input, weights, bias, residual: [Float]
  let want, bounds: [Double]

  init(_ test: ConvCase) {
    let g = test.geometry
    self.test = test
    input = noise(test.n * test.c * test.h * test.w, 1)
    weights = noise(test.f * test.c * g.kh * g.kw, 2)
    residual = noise(test.n * test.f * g.oh * g.ow, 3)
    bias = noise(test.f, 4)
    var sums = Oracle.conv(g, doubles(input), doubles(weights), test.bias ? doubles(bias) : nil)
    if test.residual { for i in sums.indices { sums[i] += Double(residual[i]) } }
    want = Oracle.activate(sums, test.activation)
    // An operand is rounded to 16 bits, and the product of the low parts is left out; then there are the sums.
    let sizes = Oracle.conv(g, doubles(input).map(abs), doubles(weights).map(abs), nil)
    let each = 3.02 * 0x1p-16 + Double(test.c * g.kh * g.kw + 8) * 0x1p-24
    bounds = sizes.map { each * $0 }
  }

  func check(_ found: [Float], _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(found.count == want.count, sourceLocation: sourceLocation)
    // No activation here is steeper than 2; each has an error of its own, as bias and residual have.
    let isWrong = found.indices.filter {
      !(abs(Double(found[$0]) - want[$0]) <= 2 * bounds[$0] + 1e-5 * (1 + abs(want[$0])))
    }
    if let at = isWrong.first {
      Issue.record("\(what): [\(at)] is \(found[at]), not \(want[at])", sourceLocation: sourceLocation)
    }
  }

  /// Every result, by the same sums one after the other.
  ///
  /// - Parameter isPlain: whether a step is the next 32 numbers of a patch, not 32 channels of a tap.
  func stated(isPlain: Bool) -> [Float] {
    let (g, taps) = (test.geometry, test.geometry.kh * test.geometry.kw)
    func value(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Float {
      (0..<g.h).contains(y) && (0..<g.w).contains(x) ? input[((n * g.c + c) * g.h + y) * g.w + x] : 0
    }
    var places: [[(c: Int, tap: Int)?]] = []
    if isPlain {
      for first in stride(from: 0, to: g.c * taps, by: 32) {
        places.append((first..<first + 32).map { $0 < g.c * taps ? (c: $0 / taps, tap: $0 % taps) : nil })
      }
    } else {
      for first in stride(from: 0, to: g.c, by: 32) {
        for tap in 0..<taps { places.append((first..<first + 32).map { $0 < g.c ? (c: $0, tap: tap) : nil }) }
      }
    }
    return (0..<g.n * g.f * g.oh * g.ow).map { at -> Float in
      let (x, y, f, n) = (at % g.ow, at / g.ow % g.oh, at / g.ow / g.oh % g.f, at / g.ow / g.oh / g.f)
      var sum = SplitSum.of(
        places.map { step in
          step.map { place -> (Float, Float) in
            guard let (c, tap) = place else { return (0, 0) }
            let iy = y * g.sh - g.pt + tap / g.kw * g.dh
            let ix = x * g.sw - g.pl + tap % g.kw * g.dw
            return (value(n, c, iy, ix), weights[(f * g.c + c) * taps + tap])
          }
        })
      if test.bias { sum += bias[f] }
      if test.residual { sum += residual[at] }
      return test.activation.kind == CK_RECTIFY.rawValue ? max(sum, 0) : sum
    }
  }
}

/// A row with tensors, weights and a workspace with room for some rows of the result, full of NaN.
final class SplitRun {
  let row: Row
  let input, out, residual: Tensor
  let packed, bias, workspace: Guarded
  var args: ck_conv2d_args

  init(_ row: Row, _ test: ConvCase, _ problem: SplitProblem, inBlock: Int, images: Int, rows: Int) {
    let g = test.geometry
    self.row = row
    input = Tensor(
      [test.n, test.c, test.h, test.w], problem.input, block: inBlock, halo: test.inHalo, gap: test.gap)
    out = Tensor([test.n, test.f, g.oh, g.ow], block: row.block, halo: test.outHalo, gap: test.gap)
    residual = Tensor([test.n, test.f, g.oh, g.ow], problem.residual, block: row.block, halo: .all(1))
    bias = Guarded(problem.bias)
    args = ck_conv2d_args()
    args.in = input.c
    args.out = out.c
    (args.kernel_h, args.kernel_w) = (Int64(g.kh), Int64(g.kw))
    (args.stride_h, args.stride_w) = (Int64(g.sh), Int64(g.sw))
    (args.dilation_h, args.dilation_w, args.groups) = (Int64(g.dh), Int64(g.dw), 1)
    (args.pad_top, args.pad_left) = (Int64(g.pt), Int64(g.pl))
    args.activation = test.activation
    packed = Self.pack(row, args, problem.weights)
    args.weights = UnsafePointer(packed.data)
    if test.bias { args.bias = UnsafePointer(bias.data) }
    if test.residual { args.residual = residual.c }
    args.workspace_floats = withUnsafePointer(to: args) { ck_split_conv_floats($0, Int64(images), Int64(rows)) }
    workspace = Guarded(Int(args.workspace_floats))
    args.workspace = workspace.data
  }

  func run() {
    row.run(args)
    out.expectSound("out")
    workspace.expectIntact("the workspace")
  }

  static func pack<Args>(_ row: Row, _ args: Args, _ weights: [Float]) -> Guarded {
    let packed = Guarded(row.packedFloats(args), fenced: true)
    withUnsafePointer(to: args) { row.kernel.packing.pointee.pack(row.pointer, $0, weights, packed.data) }
    packed.expectIntact("packed weights")
    #expect(!packed.bits.contains(Guarded.canary), "\(row.name): a packed word was not written")
    return packed
  }

  /// As the weights of one filter for each number.
  static func packedAndUnpacked(_ row: Row, _ values: [Float]) -> [Float] {
    func both<Args>(_ args: Args) -> [Float] {
      let (packed, unpacked) = (pack(row, args, values), Guarded(values.count))
      withUnsafePointer(to: args) { row.kernel.packing.pointee.unpack(row.pointer, $0, packed.data, unpacked.data) }
      unpacked.expectIntact("unpacked weights")
      return unpacked.values
    }
    if row.op == CK_OP_DENSE {
      var args = ck_dense_args()
      (args.rows, args.inputs, args.units) = (1, 1, Int64(values.count))
      return both(args)
    }
    var args = ck_conv2d_args()
    (args.in.c, args.in.block, args.out.c, args.out.w) = (1, Int64(row.block), Int64(values.count), 1)
    (args.kernel_h, args.kernel_w, args.dilation_h, args.dilation_w, args.groups) = (1, 1, 1, 1, 1)
    return both(args)
  }
}

/// The same of a dense layer.
final class SplitDenseRun {
  let row: Row
  let test: DenseCase
  let input, bias, residual, out, packed, workspace: Guarded
  let weights: [Float]
  var args: ck_dense_args

  init(_ row: Row, _ t: DenseCase, rowsAtOnce: Int) {
    (self.row, test) = (row, t)
    input = Guarded(noise(t.rows * t.inputs, 1))
    weights = noise(t.units * t.inputs, 2)
    bias = Guarded(noise(t.units, 3))
    residual = Guarded(noise(t.rows * t.units, 4))
    out = Guarded(t.rows * t.units)
    args = ck_dense_args()
    (args.rows, args.inputs, args.units) = (Int64(t.rows), Int64(t.inputs), Int64(t.units))
    args.activation = t.activation
    packed = SplitRun.pack(row, args, weights)
    (args.in, args.out, args.weights) = (UnsafePointer(input.data), out.data, UnsafePointer(packed.data))
    if t.bias { args.bias = UnsafePointer(bias.data) }
    if t.residual { args.residual = UnsafePointer(residual.data) }
    args.workspace_floats = ck_split_dense_floats(Int64(t.inputs), Int64(rowsAtOnce))
    workspace = Guarded(Int(args.workspace_floats))
    args.workspace = workspace.data
  }

  func run() {
    row.run(args)
    out.expectIntact("out")
    workspace.expectIntact("the workspace")
  }

  func check(_ found: [Float]) {
    let (x, w) = (doubles(input.values), doubles(weights))
    var want = Oracle.dense(test.rows, test.inputs, test.units, x, w, test.bias ? doubles(bias.values) : nil)
    if test.residual { want = zip(want, doubles(residual.values)).map(+) }
    want = Oracle.activate(want, test.activation)
    let sizes = Oracle.dense(test.rows, test.inputs, test.units, x.map(abs), w.map(abs), nil)
    let each = 3.02 * 0x1p-16 + Double(test.inputs + 8) * 0x1p-24
    let wrong = found.indices.filter {
      !(abs(Double(found[$0]) - want[$0]) <= 2 * each * sizes[$0] + 1e-5 * (1 + abs(want[$0])))
    }
    #expect(wrong.isEmpty && found.count == want.count, "\(wrong.count) of \(found.count) are off")
  }
}
