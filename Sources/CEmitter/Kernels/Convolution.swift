import NetIR

/// A convolution over plain images: for some rows and filters at a time, sums of whole rows, to which each tap adds a
/// stretch of the image times one weight. Neighbouring rows are one stretch, with the numbers between them computed in
/// vain, so that the inner loop is long also where images are small; it vectorises over pixels, whatever the stride.
///
/// Where there is a padding or a stride, the rows are copied first: zeros around them, and for stride s the pixels of
/// each of the s phases side by side.
struct CConvolution {
  private let a: ConvolutionAttributes
  private let epilogue: Epilogue
  private let x: [Int]
  /// The result's, before it is pooled.
  private let whole: [Int]
  private let result: [Int]
  private let channels: Int
  private let filters: Int

  init(_ attributes: ConvolutionAttributes, _ epilogue: Epilogue, _ x: [Int], result: [Int]) {
    (a, self.epilogue, self.x, self.result) = (attributes, epilogue, x, result)
    whole = epilogue.unpooled(result)
    (channels, filters) = (x[1] / attributes.groups, result[1] / attributes.groups)
  }

  // MARK: Sizes

  /// Whether the image is read where it lies.
  private var isDirect: Bool { a.stride == Size2D(1) && a.padding == .none }

  /// Floats from a row of the stretch to the next.
  private var pitch: Int {
    isDirect ? x[3] : whole[3] + (a.kernel.width - 1) * a.dilation.width / a.stride.width
  }

  /// Rows at a time: a divisor of the image's, so that a stretch is long enough for vectors and short enough for the
  /// first cache and for small memories.
  private var rows: Int {
    let divisors = Self.divisors(of: whole[2]).filter { $0 % (epilogue.pool?.height ?? 1) == 0 }
    if let enough = divisors.first(where: { $0 * pitch >= 128 }), enough * pitch <= 512 { return enough }
    return divisors.last { $0 * pitch <= 512 } ?? divisors.first ?? whole[2]
  }

  /// Floats of a stretch.
  private var length: Int {
    let needed = (rows - 1) * pitch + whole[3]
    return isDirect ? needed : (needed + 7) / 8 * 8
  }

  /// Filters at a time, which share what they read.
  private var filtersAtOnce: Int {
    if filters % 4 == 0 { return 4 }
    return Self.divisors(of: filters).last { $0 <= 7 } ?? 1
  }

  private var phaseRows: Int { rows + (a.kernel.height - 1) * a.dilation.height / a.stride.height }
  private var phasesDown: Int { min(a.stride.height, (a.kernel.height - 1) * a.dilation.height + 1) }
  private var phasesAcross: Int { min(a.stride.width, (a.kernel.width - 1) * a.dilation.width + 1) }
  private var phase: Int { phaseRows * pitch }
  /// Floats from a channel to the next.
  private var plane: Int { isDirect ? x[2] * x[3] : phasesDown * phasesAcross * phase }

  private static func divisors(of number: Int) -> [Int] { (1...number).filter { number % $0 == 0 } }

  // MARK: Text

  func kernel() -> CKernel {
    var kernel = CKernel("conv2d", ["x", "w"].map { CKernel.Operand(name: $0) })
    if epilogue.bias { kernel.operands.append(CKernel.Operand(name: "b")) }
    if epilogue.residual { kernel.operands.append(CKernel.Operand(name: "r", mayBeResult: true)) }
    // The last stretch reads on to the next multiple of its length.
    let copied = channels * plane + length - ((rows - 1) * pitch + whole[3])
    if !isDirect { kernel.workspaces.append(CKernel.Workspace(name: "rows", floats: copied)) }
    kernel.workspaces.append(CKernel.Workspace(name: "sums", floats: filtersAtOnce * length))
    kernel.remark = "\(rows) \(rows == 1 ? "row" : "rows") of \(filtersAtOnce) filters at a time"
    if filtersAtOnce == 1 { kernel.remark = "\(rows) \(rows == 1 ? "row" : "rows") at a time" }
    var text = CText()
    text.loop("n", x[0]) { text, n in
      text.loop("top", whole[2], step: rows) { text, top in
        text.loop("g", a.groups) { text, g in
          if !isDirect { copyRows(n, top, g, &kernel, &text) }
          text.loop("f", filters, step: filtersAtOnce) { text, f in
            // `restrict` holds for a block.
            text.block("") { addUp(n, top, g, f, &$0) }
            finish(n, top, g, f, &kernel, &text)
          }
        }
      }
    }
    kernel.text = text
    return kernel
  }

  private func copyRows(_ n: String, _ top: String, _ g: String, _ kernel: inout CKernel, _ text: inout CText) {
    let copyRow = kernel.use(.copyRow)
    text.loop("c", channels) { text, c in
      text.loop("p", phasesDown) { text, p in
        text.loop("i", phaseRows) { text, i in
          let row = CIndex.sum(
            [(top, a.stride.height), (i, a.stride.height), (p, 1)], plus: -a.padding.top)
          text.line("const int row = \(row);")
          text.line("const int inside = row >= 0 && row < \(x[2]);")
          let image = CIndex.sum([(n, x[1]), (g, channels), (c, 1)])
          let source = CIndex.pointer("x", [(image, x[2] * x[3])])
          text.line("const float *from = \(source) + (inside ? row * \(x[3]) : 0);")
          let place = [(c, plane), (p, phasesAcross * phase), (i, pitch)]
          text.line("float *into = \(CIndex.pointer("rows", place));")
          for across in 0..<phasesAcross {
            // Pixel `step·j + across − left` of the row is number j of the phase.
            let step = a.stride.width
            let first = max(0, (a.padding.left - across + step - 1) / step)
            let last = min(pitch, (x[3] - 1 + a.padding.left - across + step) / step)
            let (begin, end) = first < last ? (first, last) : (pitch, pitch)
            let pixel = first < last ? first * step + across - a.padding.left : 0
            text.line(
              "\(copyRow)(\(CIndex.pointer("into", [], plus: across * phase)), \(pitch), inside ? \(begin) : \(pitch), "
                + "inside ? \(end) : \(pitch), \(CIndex.pointer("from", [], plus: pixel)), \(step));")
          }
        }
      }
    }
  }

  /// The sums of a stretch of some filters: bias, then every channel's taps.
  private func addUp(_ n: String, _ top: String, _ g: String, _ f: String, _ text: inout CText) {
    for k in 0..<filtersAtOnce {
      text.line("float *restrict s\(k) = \(CIndex.pointer("sums", [], plus: k * length));")
    }
    text.block("for (int i = 0; i < \(length); i++)") { text in
      for k in 0..<filtersAtOnce {
        let bias = "b[\(CIndex.sum([(g, filters), (f, 1)], plus: k))]"
        text.line("s\(k)[i] = \(epilogue.bias ? bias : "0.0f");")
      }
    }
    let taps = a.kernel.height * a.kernel.width
    switch taps {
    case 1:
      // The taps are those of some channels.
      let some = CKernel.unrolled(channels)
      text.loop("c", channels, step: some) { text, c in
        addTaps(n, top, g, f, c, (0..<some).map { ($0 * plane, $0) }, &text)
      }
    case ...9:
      text.loop("c", channels) { text, c in
        let all = (0..<taps).map { (offset($0 / a.kernel.width, $0 % a.kernel.width), $0) }
        addTaps(n, top, g, f, c, all, &text)
      }
    default: addTapsOfRows(n, top, g, f, &text)
    }
  }

  /// Of large filters, some taps of a row at a time.
  private func addTapsOfRows(_ n: String, _ top: String, _ g: String, _ f: String, _ text: inout CText) {
    let width = a.kernel.width
    let some = width <= 11 ? width : a.stride.width == 1 ? CKernel.unrolled(width) : 1
    text.loop("c", channels) { text, c in
      text.loop("ky", a.kernel.height) { text, ky in
        text.loop("kx", width, step: some) { text, kx in
          let down = Self.places(ky, a.dilation.height, a.stride.height, phasesAcross * phase, pitch)
          let across = Self.places(kx, a.dilation.width, a.stride.width, phase, 1)
          let offsets = (0..<some).map { offset(0, $0) }
          addTaps(
            n, top, g, f, c, offsets.enumerated().map { ($1, $0) }, &text, places: down + across,
            weights: [(ky, width), (kx, 1)])
        }
      }
    }
  }

  /// Where a tap's stretch begins, for a tap that a loop counts.
  private static func places(_ tap: String, _ dilation: Int, _ stride: Int, _ phase: Int, _ pitch: Int)
    -> [(String, Int)]
  {
    guard stride > 1, tap != "0" else { return [(tap, dilation * pitch)] }
    let pixel = dilation == 1 ? tap : "\(tap) * \(dilation)"
    return [("\(pixel) % \(stride)", phase), ("\(pixel) / \(stride)", pitch)]
  }

  /// Where a tap's stretch begins.
  private func offset(_ ky: Int, _ kx: Int) -> Int {
    let (y, x) = (ky * a.dilation.height, kx * a.dilation.width)
    guard !isDirect else { return y * pitch + x }
    let (down, across) = (y % a.stride.height, x % a.stride.width)
    return (down * phasesAcross + across) * phase + y / a.stride.height * pitch + x / a.stride.width
  }

  /// - Parameter taps: where the stretch of each begins, and its weight's place, both behind those of the loops.
  private func addTaps(
    _ n: String, _ top: String, _ g: String, _ f: String, _ c: String, _ taps: [(offset: Int, weight: Int)],
    _ text: inout CText, places: [(String, Int)] = [], weights: [(String, Int)] = []
  ) {
    let size = a.kernel.height * a.kernel.width
    let start =
      isDirect
      ? CIndex.pointer(
        "x", [(n, x[1] * x[2] * x[3]), (g, channels * plane), (c, plane), (top, pitch)] + places)
      : CIndex.pointer("rows", [(c, plane)] + places)
    text.line("const float *restrict v = \(start);")
    let filter = [(g, filters * channels * size), (f, channels * size), (c, size)]
    text.line("const float *restrict u = \(CIndex.pointer("w", filter + weights));")
    text.block("for (int i = 0; i < \(length); i++)") { text in
      for k in 0..<filtersAtOnce {
        let products = taps.map { tap in
          let weight = k * channels * size + tap.weight
          return "u[\(weight)] * v[\(CIndex.sum([("i", 1)], plus: tap.offset))]"
        }
        text.sum("s\(k)[i] +=", products)
      }
    }
  }

  /// Bias and taps are in the sums; what is left of the epilogue, and the numbers that were computed in vain stay out.
  private func finish(
    _ n: String, _ top: String, _ g: String, _ f: String, _ kernel: inout CKernel, _ text: inout CText
  ) {
    let window = epilogue.pool ?? Size2D(1)
    let rows = rows / window.height
    text.loop("k", filtersAtOnce) { text, k in
      text.loop("i", rows) { text, i in
        text.line("const float *restrict s = \(CIndex.pointer("sums", [(k, length), (i, window.height * pitch)]));")
        let plane = CIndex.sum([(n, result[1]), (g, filters), (f, 1), (k, 1)])
        let first = window.height == 1 || top == "0" ? top : "\(top) / \(window.height)"
        let place = [(plane, result[2] * result[3]), (first, result[3]), (i, result[3])]
        // The residual may lie where the result goes.
        text.line("float *\(epilogue.residual ? "" : "restrict ")to = \(CIndex.pointer("y", place));")
        if epilogue.residual { text.line("const float *more = \(CIndex.pointer("r", place));") }
        text.block("for (int j = 0; j < \(result[3]); j++)") { text in
          var value = "s[j]"
          if epilogue.pool != nil {
            let offsets = (0..<window.height).flatMap { y in (0..<window.width).map { y * pitch + $0 } }
            value = kernel.largest(offsets.map { "s[\(CIndex.sum([("j", window.width)], plus: $0))]" })
          }
          if epilogue.residual { value += " + more[j]" }
          text.line("to[j] = \(kernel.apply(epilogue.activation, value));")
        }
      }
    }
  }
}
