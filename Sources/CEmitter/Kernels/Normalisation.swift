import NetIR

extension CKernel {
  static func softmax(axis: Int, _ shape: [Int]) -> CKernel {
    var kernel = CKernel("softmax", [Operand(name: "x", mayBeResult: true)])
    var text = CText()
    let (outer, classes) = (shape[..<axis].reduce(1, *), shape[axis])
    let inner = shape[(axis + 1)...].reduce(1, *)
    text.loop("n", outer) { text, n in
      text.loop("i", inner) { text, i in
        let place = [(n, classes * inner), (i, 1)]
        text.line("const float *v = \(CIndex.pointer("x", place));")
        text.line("float *to = \(CIndex.pointer("y", place));")
        let here = CIndex.sum([("c", inner)])
        text.line("float top = v[0], sum = 0.0f;")
        text.block("for (int c = 1; c < \(classes); c++)") { text in
          text.line("top = \(kernel.largest(["top", "v[\(here)]"]));")
        }
        text.block("for (int c = 0; c < \(classes); c++)") { text in
          text.line("to[\(here)] = \(kernel.math("expf"))(v[\(here)] - top);")
          text.line("sum += to[\(here)];")
        }
        text.block("for (int c = 0; c < \(classes); c++)") { $0.line("to[\(here)] /= sum;") }
      }
    }
    kernel.text = text
    return kernel
  }

  /// (x − mean)/√(variance + ε) over all axes from `axis` on.
  static func standardize(axis: Int, _ epsilon: Float, _ shape: [Int]) -> CKernel {
    var kernel = CKernel("standardize", [Operand(name: "x", mayBeResult: true)])
    var text = CText()
    let (rows, size, width) = (shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *), shape[shape.count - 1])
    let count = CWords.literal(Float(size))
    text.loop("n", rows) { text, n in
      text.line("const float *v = \(CIndex.pointer("x", [(n, size)]));")
      text.line("float *to = \(CIndex.pointer("y", [(n, size)]));")
      text.total("sum", rows: size / width, width) { "v[\($0)]" }
      text.line("const float mean = sum / \(count);")
      text.total("squares", rows: size / width, width) { "(v[\($0)] - mean) * (v[\($0)] - mean)" }
      text.line("const float scale = 1.0f / \(kernel.math("sqrtf"))(squares / \(count) + \(CWords.literal(epsilon)));")
      text.block("for (int i = 0; i < \(size); i++)") { $0.line("to[i] = (v[i] - mean) * scale;") }
    }
    kernel.text = text
    return kernel
  }

  /// x / (k + α·Σx²)^β over neighbouring channels.
  static func lrn(_ a: LRNAttributes, _ shape: [Int]) -> CKernel {
    var kernel = CKernel("lrn", "x")
    var text = CText()
    let (channels, pixels, reach) = (shape[1], shape[2] * shape[3], (a.size - 1) / 2)
    let (least, most) = (kernel.use(.least), kernel.use(.most))
    text.loop("n", shape[0]) { text, n in
      text.line("const float *restrict v = \(CIndex.pointer("x", [(n, channels * pixels)]));")
      text.loop("c", channels) { text, c in
        text.line("const int first = \(most)(\(c) - \(reach), 0), last = \(least)(\(c) + \(reach), \(channels - 1));")
        text.loop("i", pixels) { text, i in
          text.line("float sum = 0.0f;")
          text.block("for (int j = first; j <= last; j++)") { text in
            let value = "v[\(CIndex.sum([("j", pixels), (i, 1)]))]"
            text.line("sum += \(value) * \(value);")
          }
          text.line("const float base = \(CWords.operand(a.k)) + \(CWords.operand(a.alpha)) * sum;")
          let place = CIndex.sum([(n, channels * pixels), (c, pixels), (i, 1)])
          text.line("y[\(place)] = v[\(CIndex.sum([(c, pixels), (i, 1)]))] / \(kernel.power("base", a.beta));")
        }
      }
    }
    kernel.text = text
    return kernel
  }

  /// Roots are quicker than powers, and usual ones are roots.
  private mutating func power(_ base: String, _ exponent: Float) -> String {
    switch exponent {
    case 0.5: "\(math("sqrtf"))(\(base))"
    case 0.75: "\(math("sqrtf"))(\(base) * sqrtf(\(base)))"
    case 1: base
    default: "\(math("powf"))(\(base), \(CWords.literal(exponent)))"
    }
  }
}
