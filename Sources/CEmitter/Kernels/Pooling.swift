import NetIR

extension CKernel {
  static func pool(_ a: PoolAttributes, _ x: [Int], _ result: [Int]) -> CKernel {
    let reach = (
      (result[2] - 1) * a.stride.height + a.window.height, (result[3] - 1) * a.stride.width + a.window.width
    )
    let staysInside = a.padding == .none && reach.0 <= x[2] && reach.1 <= x[3]
    return staysInside && a.window.height * a.window.width <= 16 ? insidePool(a, x, result) : edgedPool(a, x, result)
  }

  private static func name(_ mode: PoolMode) -> String {
    switch mode {
    case .max: "max_pool"
    case .averageExcludingPad, .averageIncludingPad: "average_pool"
    case .l2: "l2_pool"
    }
  }

  /// Small windows that leave the image nowhere: one expression.
  private static func insidePool(_ a: PoolAttributes, _ x: [Int], _ result: [Int]) -> CKernel {
    var kernel = CKernel(name(a.mode), "x")
    var text = CText()
    text.loop("p", x[0] * x[1]) { text, p in
      text.loop("i", result[2]) { text, i in
        let row = CIndex.pointer("x", [(p, x[2] * x[3]), (i, a.stride.height * x[3])])
        text.line("const float *restrict v = \(row);")
        text.line("float *restrict to = \(CIndex.pointer("y", [(p, result[2] * result[3]), (i, result[3])]));")
        text.block("for (int j = 0; j < \(result[3]); j++)") { text in
          let taps = (0..<a.window.height).flatMap { y in
            (0..<a.window.width).map { "v[\(CIndex.sum([("j", a.stride.width)], plus: y * x[3] + $0))]" }
          }
          switch a.mode {
          case .max: text.line("to[j] = \(kernel.largest(taps));")
          case .averageExcludingPad, .averageIncludingPad:
            text.sum("const float sum =", taps)
            text.line("to[j] = sum / \(CWords.literal(Float(taps.count)));")
          case .l2:
            text.sum("const float sum =", taps.map { "\($0) * \($0)" })
            text.line("to[j] = \(kernel.math("sqrtf"))(sum);")
          }
        }
      }
    }
    kernel.text = text
    return kernel
  }

  /// Windows are cut where they leave the image; one without a pixel gives 0.
  private static func edgedPool(_ a: PoolAttributes, _ x: [Int], _ result: [Int]) -> CKernel {
    var kernel = CKernel(name(a.mode), "x")
    var text = CText()
    let (least, most) = (kernel.use(.least), kernel.use(.most))
    text.loop("p", x[0] * x[1]) { text, p in
      text.line("const float *restrict v = \(CIndex.pointer("x", [(p, x[2] * x[3])]));")
      text.loop("i", result[2]) { text, i in
        text.line("const int top = \(CIndex.sum([(i, a.stride.height)], plus: -a.padding.top));")
        text.line("const int first = \(most)(top, 0), last = \(least)(top + \(a.window.height), \(x[2]));")
        text.loop("j", result[3]) { text, j in
          text.line("const int left = \(CIndex.sum([(j, a.stride.width)], plus: -a.padding.left));")
          text.line("const int from = \(most)(left, 0), to = \(least)(left + \(a.window.width), \(x[3]));")
          text.line("float sum = \(a.mode == .max ? "-\(kernel.math("INFINITY"))" : "0.0f");")
          text.block("for (int r = first; r < last; r++)") { text in
            text.block("for (int c = from; c < to; c++)") { text in
              let pixel = "v[r * \(x[3]) + c]"
              switch a.mode {
              case .max: text.line("sum = \(kernel.largest(["sum", pixel]));")
              case .averageExcludingPad, .averageIncludingPad: text.line("sum += \(pixel);")
              case .l2: text.line("sum += \(pixel) * \(pixel);")
              }
            }
          }
          let place = CIndex.sum([(p, result[2] * result[3]), (i, result[3]), (j, 1)])
          text.line("y[\(place)] = first < last && from < to ? \(finished(a, x, &kernel)) : 0.0f;")
        }
      }
    }
    kernel.text = text
    return kernel
  }

  private static func finished(_ a: PoolAttributes, _ x: [Int], _ kernel: inout CKernel) -> String {
    switch a.mode {
    case .max: return "sum"
    case .l2: return "\(kernel.math("sqrtf"))(sum)"
    case .averageExcludingPad: return "sum / (float)((last - first) * (to - from))"
    case .averageIncludingPad:
      let (least, most) = (kernel.use(.least), kernel.use(.most))
      func extent(_ start: String, _ size: Int, _ before: Int, _ bound: Int) -> String {
        "(\(least)(\(start) + \(size), \(bound)) - \(most)(\(start), \(-before)))"
      }
      let rows = extent("top", a.window.height, a.padding.top, x[2] + a.padding.bottom)
      let columns = extent("left", a.window.width, a.padding.left, x[3] + a.padding.right)
      return "sum / (float)(\(rows) * \(columns))"
    }
  }

  /// One number for each channel. Rows are summed apart: sums of few numbers are more exact.
  static func globalPool(_ mode: GlobalPoolMode, _ x: [Int]) -> CKernel {
    var kernel = CKernel("global_\(mode.rawValue)_pool", "x")
    var text = CText()
    let (pixels, width) = (x.dropFirst(2).reduce(1, *), x[x.count - 1])
    text.loop("p", x[0] * x[1]) { text, p in
      text.line("const float *restrict v = \(CIndex.pointer("x", [(p, pixels)]));")
      switch mode {
      case .max:
        text.line("float sum = v[0];")
        text.block("for (int i = 1; i < \(pixels); i++)") { $0.line("sum = \(kernel.largest(["sum", "v[i]"]));") }
      case .mean: text.total("sum", rows: pixels / width, width) { "v[\($0)]" }
      case .l2: text.total("sum", rows: pixels / width, width) { "v[\($0)] * v[\($0)]" }
      }
      let result =
        switch mode {
        case .max: "sum"
        case .mean: "sum / \(CWords.literal(Float(pixels)))"
        case .l2: "\(kernel.math("sqrtf"))(sum)"
        }
      text.line("y[\(p)] = \(result);")
    }
    kernel.text = text
    return kernel
  }
}

extension CText {
  /// Declares the sum of rows × width numbers, added row by row.
  ///
  /// - Parameter term: the expression for the number at a place.
  mutating func total(_ name: String, rows: Int, _ width: Int, _ term: (String) -> String) {
    line("float \(name) = 0.0f;")
    block("for (int i = 0; i < \(rows); i++)") { text in
      text.line("float row = 0.0f;")
      text.block("for (int j = 0; j < \(width); j++)") { text in
        text.line("row += \(term(CIndex.sum([("i", width), ("j", 1)])));")
      }
      text.line("\(name) += row;")
    }
  }
}
