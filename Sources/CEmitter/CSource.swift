import NetIR

extension StandaloneC {
  /// - Parameter numbers: all weights.
  func source(_ numbers: [Float]) throws -> String {
    var parts = [
      """
      /* \(CWords.comment(graph.name)): see \(name).h. Made by netc \(CWords.comment(version)); do not edit. */
      #include "\(name).h"

      """ + includes
    ]
    parts.append("_Static_assert(sizeof(int) >= 4, \"places in arrays are counted with int\");\n")
    if weightFloats > 0 { parts.append(places) }
    if !program.helpers.isEmpty { parts.append(program.helpers.map { $0.text + "\n" }.joined()) }
    parts += program.functions.map(text)
    parts.append(declaration("void \(name)_run", parameters, end: " {") + body + "}\n")
    if let preparation { parts.append(preparation) }
    if hasWeightsParameter { parts.append(check) }
    if !classes.isEmpty { parts.append(classNames) }
    if form == .array, weightFloats > 0 { parts.append(array(numbers)) }
    return parts.joined(separator: "\n")
  }

  private var includes: String {
    let headers =
      (program.needsMath ? ["math.h"] : []) + (hasWeightsParameter ? ["stdint.h", "string.h"] : [])
    return headers.isEmpty ? "" : "\n" + headers.map { "#include <\($0)>\n" }.joined()
  }

  /// Where each tensor is in the weights.
  private var places: String {
    let lines = program.weights.entries.map { entry in
      "  \(entry.name) = \(entry.offset), /* \(CWords.shape(program.weights.shape(entry)))"
        + (entry.order == .transposed ? ", inputs by units" : "") + " */\n"
    }
    let array =
      form == .array
      ? "\n/* The numbers are at the end of this file. */\nstatic const float weights[\(weightFloats)];\n" : ""
    return "/* Where tensors begin in the weights. */\nenum {\n\(lines.joined())};\n\(array)"
  }

  private func text(_ function: CProgram.Function) -> String {
    let remark = CWords.lines(function.remark.split(separator: " ").map(String.init) + ["*/"], width: 94)
      .enumerated().map { ($0 == 0 ? "/* " : "   ") + $1 + "\n" }.joined()
    return remark + declaration("static void \(function.name)", function.kernel.parameters, end: " {")
      + function.kernel.text.lines.map { $0 + "\n" }.joined() + "}\n"
  }

  private var body: String {
    let lines = program.body.lines.drop { $0.isEmpty }
    let unused = hasWeightsParameter && !program.needsWeights ? "  (void)weights;\n" : ""
    return lines.map { $0 + "\n" }.joined() + unused
  }

  private var check: String {
    """
    int \(name)_weights_are_right(const float *weights) {
      uint32_t sum = 2166136261u; /* FNV-1a, 32 bits at a time */
      for (int i = 0; i < \(prefix)_WEIGHTS_FLOATS; i++) {
        uint32_t bits;
        memcpy(&bits, weights + i, sizeof bits);
        sum = (sum ^ bits) * 16777619u;
      }
      return sum == \(prefix)_WEIGHTS_SUM;
    }

    """
  }

  private var classNames: String {
    "const char *const \(name)_classes[\(prefix)_CLASSES] = {\n"
      + classes.map { "  \(CWords.string($0)),\n" }.joined() + "};\n"
  }

  private func array(_ numbers: [Float]) -> String {
    var text = "static const float weights[\(weightFloats)] = {\n"
    let ends = program.weights.entries.dropFirst().map(\.offset) + [weightFloats]
    for (entry, end) in zip(program.weights.entries, ends) {
      text += "  /* \(entry.name) */\n"
      for line in CWords.lines(numbers[entry.offset..<end].map { CWords.literal($0) + "," }) { text += "  \(line)\n" }
    }
    return text + "};\n"
  }
}
