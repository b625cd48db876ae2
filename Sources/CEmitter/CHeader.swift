import NetIR

extension StandaloneC {
  /// - Parameter sum: of the weights.
  func header(sum: UInt32) -> String {
    """
    \(title)
    #ifndef \(prefix)_H
    #define \(prefix)_H
    \(preparation == nil ? "" : "\n#include <stdint.h>\n")
    #ifdef __cplusplus
    extern "C" {
    #endif

    #define \(prefix)_NETC_VERSION \(CWords.string(version))
    \(sizes)
    \(binaryWeights(sum))/* Runs the network. Buffers must not overlap; the arena's contents mean nothing before and after.
     * Nothing else is written: calls with other buffers may run at the same time. */
    \(declaration("void \(name)_run", parameters, end: ";"))\(prepareText)\(classText)
    #ifdef __cplusplus
    }
    #endif

    #endif

    """
  }

  /// What the network is, takes and needs.
  private var title: String {
    var rows: [(String, String)] = []
    for (name, id) in zip(program.inputs, graph.inputs) { rows.append(("input", described(name, id))) }
    for (name, id) in zip(program.outputs, graph.outputs) { rows.append(("output", described(name, id))) }
    let place = form == .array ? "in \(name).c, constant" : "in \(name).weights, which the caller loads or maps"
    rows.append(("weights", "\(amount(weightFloats)), \(place)"))
    rows.append(("arena", "\(amount(arenaFloats)) of scratch memory, which the caller gives"))
    rows.append(("work", "\(grouped(graph.work.macs)) multiply-adds a run"))
    let math = program.mathFunctions
    rows.append(("needs", math.isEmpty ? "C11, no library" : "C11 and of libm: \(math.joined(separator: ", "))"))
    if !preprocessing.isEmpty { rows.append(("raw data", preprocessingWords)) }
    let lines = rows.flatMap { name, text in
      CWords.lines(text.split(separator: " ").map(String.init), width: 84).enumerated().map { index, line in
        " *   " + (index == 0 ? name : "").padded(10) + line
      }
    }
    let batch = graph.inputs.first.map { graph[$0].shape[0] } ?? 1
    return """
      /* \(CWords.comment(graph.name)): made by netc \(CWords.comment(version)) from a network's specification; do not edit.
       *
      \(lines.joined(separator: "\n"))
       *
       * Numbers lie in C order: examples\(batch == 1 ? "" : " (\(batch) of them)"), channels, rows, columns. */
      """
  }

  private func described(_ name: String, _ id: ValueID) -> String {
    "\(name): \(CWords.shape(graph[id].shape))"
  }

  private func amount(_ floats: Int) -> String { "\(grouped(floats)) floats (\(byteCount(4 * floats)))" }

  private func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.indices.map { ($0 > 0 && (digits.count - $0) % 3 == 0 ? "," : "") + String(digits[$0]) }.joined()
  }

  private var sizes: String {
    var rows: [(String, Int)] = [("\(prefix)_BATCH", graph.inputs.first.map { graph[$0].shape[0] } ?? 1)]
    rows += zip(sizeNames("INPUT", program.inputs), graph.inputs.map { graph[$0].shape.elements })
    rows += zip(sizeNames("OUTPUT", program.outputs), graph.outputs.map { graph[$0].shape.elements })
    // Arrays of nothing are not allowed.
    rows.append(("\(prefix)_ARENA_FLOATS", max(1, arenaFloats)))
    rows.append(("\(prefix)_WEIGHTS_FLOATS", weightFloats))
    if !classes.isEmpty { rows.append(("\(prefix)_CLASSES", classes.count)) }
    return rows.map { "#define \($0) \($1)\n" }.joined()
  }

  private func binaryWeights(_ sum: UInt32) -> String {
    guard hasWeightsParameter else { return "" }
    return """
      #define \(prefix)_WEIGHTS_SUM 0x\(String(sum, radix: 16).padded(8, with: "0"))u

      /* Whether these \(prefix)_WEIGHTS_FLOATS floats are those of \(name).weights, in this machine's byte order. */
      int \(name)_weights_are_right(const float *weights);


      """
  }

  private var prepareText: String {
    guard preparation != nil, let input = program.inputs.first else { return "" }
    return """

      /* Makes the input from bytes of the same shape: see `raw data` above. */
      void \(name)_prepare(const uint8_t *raw, float *\(input));

      """
  }

  private var classText: String {
    guard !classes.isEmpty else { return "" }
    return """

      /* What the numbers of the output stand for. */
      extern const char *const \(name)_classes[\(prefix)_CLASSES];

      """
  }
}

extension String {
  /// To a width, in front for another filler than spaces.
  fileprivate func padded(_ width: Int, with filler: Character = " ") -> String {
    let more = String(repeating: filler, count: max(0, width - count))
    return filler == " " ? self + more : more + self
  }
}
