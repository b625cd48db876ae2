import NetIR

/// What `preprocess` of a spec does to bytes.
extension StandaloneC {
  /// The function that does it; nil where there is nothing to do, several inputs, or a step that is no loop over the
  /// numbers.
  var preparation: String? {
    let steps = preprocessing.filter { !$0.movesPixels }
    guard !preprocessing.isEmpty, let input = program.inputs.first, graph.inputs.count == 1 else { return nil }
    let shape = graph[graph.inputs[0]].shape
    let example = Array(shape.dropFirst())
    guard steps.allSatisfy({ $0.isLoop && $0.fits(example) }) else { return nil }
    var text = CText()
    text.block("for (int i = 0; i < \(shape.elements); i++)") { $0.line("\(input)[i] = (float)raw[i];") }
    for (index, step) in steps.enumerated() { add(step, index, to: input, shape, &text) }
    return "void \(name)_prepare(const uint8_t *raw, float *\(input)) {\n" + text.lines.map { $0 + "\n" }.joined()
      + "}\n"
  }

  private func add(
    _ step: PreprocessingStep, _ index: Int, to input: String, _ shape: [Int], _ text: inout CText
  ) {
    let count = shape.elements
    switch step {
    case .scale(let low, let high):
      text.block("for (int i = 0; i < \(count); i++)") { text in
        let factor = CWords.literal((high - low) / 255)
        text.line("\(input)[i] = \(low == 0 ? "" : "\(CWords.operand(low)) + ")\(input)[i] * \(factor);")
      }
    case .multiply(let numbers): combine("*", numbers, index, input, shape, &text)
    case .divide(let numbers): combine("/", numbers, index, input, shape, &text)
    case .subtract(let numbers): combine("-", numbers, index, input, shape, &text)
    case .reverseChannels:
      let (channels, pixels) = (shape[1], shape.dropFirst(2).reduce(1, *))
      text.loop("n", shape[0]) { text, n in
        text.loop("c", channels / 2) { text, c in
          text.block("for (int i = 0; i < \(pixels); i++)") { text in
            let first = "\(input)[\(CIndex.sum([(n, channels * pixels), (c, pixels), ("i", 1)]))]"
            let place = [(n, channels * pixels), ("(\(channels - 1) - \(c))", pixels), ("i", 1)]
            text.line("const float first = \(first);")
            text.line("\(first) = \(input)[\(CIndex.sum(place))];")
            text.line("\(input)[\(CIndex.sum(place))] = first;")
          }
        }
      }
    case .resize, .centerCrop, .project, .statistic: break
    }
  }

  /// One number, one for each channel, or one for each number of an example.
  private func combine(
    _ operation: String, _ numbers: [Float], _ index: Int, _ input: String, _ shape: [Int], _ text: inout CText
  ) {
    let (size, pixels) = (shape.dropFirst().reduce(1, *), shape.dropFirst(2).reduce(1, *))
    guard numbers.count > 1 else {
      text.block("for (int i = 0; i < \(shape.elements); i++)") { text in
        text.line("\(input)[i] = \(input)[i] \(operation) \(CWords.operand(numbers[0]));")
      }
      return
    }
    let name = "numbers\(index)"
    text.line("static const float \(name)[\(numbers.count)] = {")
    for line in CWords.lines(numbers.map { CWords.literal($0) + "," }) { text.line("  " + line) }
    text.line("};")
    text.block("for (int i = 0; i < \(shape.elements); i++)") { text in
      let place = numbers.count == size && pixels > 1 ? "i % \(size)" : "i / \(pixels) % \(shape[1])"
      text.line("\(input)[i] = \(input)[i] \(operation) \(name)[\(place)];")
    }
  }

  /// For the header: what was done to the data that the network learned from.
  var preprocessingWords: String {
    let words = preprocessing.map(\.words).joined(separator: "; ")
    guard preparation == nil else {
      let moved = preprocessing.contains(where: \.movesPixels) ? ", the size of the picture apart" : ""
      return "bytes; \(name)_prepare does\(moved): \(words)"
    }
    return "what the caller has to do to bytes before: \(words)"
  }
}

extension PreprocessingStep {
  fileprivate var isLoop: Bool {
    switch self {
    case .scale, .multiply, .divide, .subtract, .reverseChannels: true
    case .resize, .centerCrop, .project, .statistic: false
    }
  }

  fileprivate var words: String {
    func few(_ numbers: [Float]) -> String {
      numbers.count <= 4 ? numbers.map { "\($0)" }.joined(separator: ", ") : "\(numbers.count) numbers"
    }
    switch self {
    case .resize(.shortSide(let side)): return "resize the shorter side to \(side) pixels"
    case .resize(.exact(let size)): return "resize to \(size.height) x \(size.width) pixels"
    case .centerCrop(let size): return "keep the middle \(size.height) x \(size.width) pixels"
    case .reverseChannels: return "reverse the channels"
    case .scale(let low, let high): return "map 0 to 255 to \(low) to \(high)"
    case .multiply(let numbers): return "multiply by \(few(numbers))"
    case .divide(let numbers): return "divide by \(few(numbers))"
    case .subtract(let numbers): return "subtract \(few(numbers))"
    case .project(let matrix): return "multiply by a matrix of \(matrix.count) numbers"
    case .statistic: return "a step that was not fitted to data"
    }
  }
}
