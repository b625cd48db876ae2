import NetIR

extension CKernel {
  /// y = activation(W·x + b + r) for each row of x. The weights lie by inputs: every input adds its column of the
  /// weights to all sums, which vectorises over the units.
  static func dense(_ epilogue: Epilogue, _ x: [Int], units: Int) -> CKernel {
    let (rows, inputs) = (x[0], x[1])
    var kernel = CKernel("dense", [Operand(name: "x"), Operand(name: "w", order: .transposed)])
    if epilogue.bias { kernel.operands.append(Operand(name: "b")) }
    if epilogue.residual { kernel.operands.append(Operand(name: "r", mayBeResult: true)) }
    var text = CText()
    let (some, last) = (unrolled(inputs), epilogue.activation)
    let starts =
      [epilogue.bias ? "b[o]" : nil, epilogue.residual ? "r[@]" : nil].compactMap { $0 }
    text.loop("n", rows) { text, n in
      let place = CIndex.sum([(n, units), ("o", 1)])
      let start = starts.joined(separator: " + ").split(separator: "@").joined(separator: place)
      text.block("for (int o = 0; o < \(units); o++)") { text in
        text.line("y[\(place)] = \(start.isEmpty ? "0.0f" : start);")
      }
      // `restrict` holds for a block.
      text.block("") { text in
        text.line("float *restrict sums = \(CIndex.pointer("y", [(n, units)]));")
        text.loop("k", inputs, step: some) { text, k in
          text.line("const float *restrict v = \(CIndex.pointer("x", [(n, inputs), (k, 1)]));")
          text.line("const float *restrict u = \(CIndex.pointer("w", [(k, units)]));")
          text.block("for (int o = 0; o < \(units); o++)") { text in
            text.sum("sums[o] +=", (0..<some).map { "v[\($0)] * u[\(CIndex.sum([("o", 1)], plus: $0 * units))]" })
          }
        }
      }
      guard last != .linear else { return }
      text.block("for (int o = 0; o < \(units); o++)") { text in
        text.line("y[\(place)] = \(kernel.apply(last, "y[\(place)]"));")
      }
    }
    kernel.text = text
    return kernel
  }
}
