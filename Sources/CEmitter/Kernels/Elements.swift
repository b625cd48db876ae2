import NetIR

/// What is done to each number by itself. All of it may happen in place.
extension CKernel {
  static func activation(_ activation: Activation, _ shape: [Int]) -> CKernel {
    var kernel = CKernel(activation.name + "_all", [Operand(name: "x", mayBeResult: true)])
    var text = CText()
    text.block("for (int i = 0; i < \(shape.elements); i++)") { text in
      text.line("y[i] = \(kernel.apply(activation, "x[i]"));")
    }
    kernel.text = text
    return kernel
  }

  /// x·scale + shift for each channel.
  static func scaleShift(_ activation: Activation, _ shape: [Int]) -> CKernel {
    perChannel("scale_shift", ["scale", "shift"], shape) { kernel, x, channel in
      kernel.apply(activation, "\(x) * scale[\(channel)] + shift[\(channel)]")
    }
  }

  /// max(x, 0) + slope·min(x, 0), a slope for each channel.
  static func parametricRectify(_ shape: [Int]) -> CKernel {
    perChannel("parametric_rectify", ["slope"], shape) { _, x, channel in
      "\(x) > 0.0f ? \(x) : slope[\(channel)] * \(x)"
    }
  }

  private static func perChannel(
    _ name: String, _ vectors: [String], _ shape: [Int], _ value: (inout CKernel, String, String) -> String
  ) -> CKernel {
    var kernel = CKernel(name, [Operand(name: "x", mayBeResult: true)] + vectors.map { Operand(name: $0) })
    var text = CText()
    let pixels = shape.dropFirst(2).reduce(1, *)
    text.loop("n", shape[0]) { text, n in
      text.block("for (int c = 0; c < \(shape[1]); c++)") { text in
        text.loop("i", pixels) { text, i in
          let place = CIndex.sum([(n, shape[1] * pixels), ("c", pixels), (i, 1)])
          text.line("y[\(place)] = \(value(&kernel, "x[\(place)]", "c"));")
        }
      }
    }
    kernel.text = text
    return kernel
  }

  /// Operands of one example serve the whole batch.
  static func elementwise(_ a: ElementwiseAttributes, _ activation: Activation, _ operands: [[Int]]) -> CKernel {
    let count = operands[0].elements
    let size = operands.map(\.elements).min() ?? count
    let names = operands.indices.map { "x\($0)" }
    var kernel = CKernel(
      a.kind.rawValue,
      operands.indices.map { Operand(name: names[$0], mayBeResult: operands[$0].elements == count) })
    var text = CText()
    text.loop("n", count / size) { text, n in
      text.block("for (int i = 0; i < \(size); i++)") { text in
        let values = operands.indices.map { place in
          let index = operands[place].elements == count ? CIndex.sum([(n, size), ("i", 1)]) : "i"
          let factor = a.coefficients.isEmpty ? 1 : a.coefficients[place]
          return factor == 1 ? "\(names[place])[\(index)]" : "\(CWords.operand(factor)) * \(names[place])[\(index)]"
        }
        let value = kernel.combined(a.kind, values)
        text.line("y[\(CIndex.sum([(n, size), ("i", 1)]))] = \(kernel.apply(activation, value));")
      }
    }
    kernel.text = text
    return kernel
  }

  private mutating func combined(_ kind: ElementwiseKind, _ values: [String]) -> String {
    switch kind {
    case .sum: return values.joined(separator: " + ")
    case .mul: return values.joined(separator: " * ")
    case .mean: return "(\(values.joined(separator: " + "))) / \(CWords.literal(Float(values.count)))"
    case .max: return largest(values)
    case .min:
      let name = use(.smaller)
      return values.dropFirst().reduce(values[0]) { "\(name)(\($0), \($1))" }
    }
  }
}
