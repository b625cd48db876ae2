import NetIR

/// Numbers in other places.
extension CKernel {
  /// Where each number of the result comes from is a sum over the axes.
  static func rearrange(_ rearrangement: Rearrangement, of x: [Int]) -> CKernel {
    var kernel = CKernel("rearrange", "x")
    var text = CText()
    let (offset, strides) = rearrangement.strides(over: x)
    let shape = rearrangement.shape
    walk(shape, &text) { text, counters in
      let source = CIndex.sum(zip(counters, strides).map { ($0, $1) }, plus: offset)
      text.line("y[\(CIndex.sum(dense(counters, shape)))] = x[\(source)];")
    }
    kernel.text = text
    return kernel
  }

  static func pad(_ a: PadAttributes, _ x: [Int], _ result: [Int]) -> CKernel {
    var kernel = CKernel("pad", "x")
    if !a.value.isFinite { _ = kernel.math("INFINITY") }
    var text = CText()
    text.block("for (int i = 0; i < \(result.elements); i++)") { $0.line("y[i] = \(CWords.literal(a.value));") }
    let corner = result.indices.reduce(0) { $0 + a.before[$1] * result[($1 + 1)...].reduce(1, *) }
    walk(x, &text) { text, counters in
      let to = CIndex.sum(dense(counters, result), plus: corner)
      text.line("y[\(to)] = x[\(CIndex.sum(dense(counters, x)))];")
    }
    kernel.text = text
    return kernel
  }

  /// One operand into its part of a concatenation.
  ///
  /// - Parameters:
  ///   - outer: how many parts it has.
  ///   - width: numbers of each.
  ///   - pitch: numbers of the result from one to the next.
  static func place(outer: Int, width: Int, pitch: Int) -> CKernel {
    var kernel = CKernel("place", "x")
    var text = CText()
    text.loop("n", outer) { text, n in
      text.block("for (int i = 0; i < \(width); i++)") { text in
        text.line("y[\(CIndex.sum([(n, pitch), ("i", 1)]))] = x[\(CIndex.sum([(n, width), ("i", 1)]))];")
      }
    }
    kernel.text = text
    return kernel
  }

  /// Between pixel centres, edges repeated.
  static func upscale(_ scale: Size2D, _ x: [Int]) -> CKernel {
    var kernel = CKernel("upscale_bilinear", "x")
    var text = CText()
    let (between, least) = (kernel.use(.between), kernel.use(.least))
    let (height, width) = (x[2] * scale.height, x[3] * scale.width)
    func places(_ name: String, _ counter: String, _ scale: Int, _ size: Int, _ text: inout CText) {
      text.line("float \(name)_weight;")
      let factor = CWords.literal(Float(scale))
      text.line("const int \(name) = \(between)(\(counter), \(factor), \(size), &\(name)_weight);")
      text.line("const int \(name)_next = \(least)(\(name) + 1, \(size - 1));")
    }
    text.loop("p", x[0] * x[1]) { text, p in
      text.loop("i", height) { text, i in
        places("row", i, scale.height, x[2], &text)
        text.line("const float *restrict v = \(CIndex.pointer("x", [(p, x[2] * x[3])])) + row * \(x[3]);")
        text.line("const float *restrict u = \(CIndex.pointer("x", [(p, x[2] * x[3])])) + row_next * \(x[3]);")
        text.loop("j", width) { text, j in
          places("column", j, scale.width, x[3], &text)
          for (name, row) in [("upper", "v"), ("lower", "u")] {
            text.line(
              "const float \(name) = \(row)[column] + (\(row)[column_next] - \(row)[column]) * column_weight;")
          }
          let place = CIndex.sum([(p, height * width), (i, width), (j, 1)])
          text.line("y[\(place)] = upper + (lower - upper) * row_weight;")
        }
      }
    }
    kernel.text = text
    return kernel
  }

  /// A loop over every axis of a shape.
  private static func walk(_ shape: [Int], _ text: inout CText, _ body: (inout CText, [String]) -> Void) {
    func nest(_ axis: Int, _ counters: [String], _ text: inout CText) {
      guard axis < shape.count else { return body(&text, counters) }
      text.loop("i\(axis)", shape[axis]) { nest(axis + 1, counters + [$1], &$0) }
    }
    nest(0, [], &text)
  }

  /// Counters of axes with the steps that they have in C order.
  private static func dense(_ counters: [String], _ shape: [Int]) -> [(String, Int)] {
    shape.indices.map { (counters[$0], shape[($0 + 1)...].reduce(1, *)) }
  }
}
