/// Specs of some ten kilobytes, each of which once took seconds or gigabytes: what is done per mistake, per name or per
/// level has to be bounded.
enum LargeSpecs {
  static let all: [String: String] = [
    "unknown incomings": input + lines(1400) { "  - Dropout: {name: layer\($0), incoming: lajer\($0)}" },
    "unknown ties": input
      + lines(1000) { "  - Conv2D: {name: c\($0), num_filters: 1, filter_size: 1, W: d\($0)}" },
    "a chain of ties": input + "  - Conv2D: {name: c0, num_filters: 1, filter_size: 1}\n"
      + lines(1000) { "  - Conv2D: {name: c\($0 + 1), num_filters: 1, filter_size: 1, W: c\($0)}" },
    "unknown constants": "let: {\(words(1000) { "c\($0): 1" })}\n" + input
      + lines(1500) { "  - Dropout: {p: $d\($0)}" },
    "unknown outputs": input + "  - Dropout: {name: \"d$i\", repeat: 400}\noutputs: [\(words(4000) { "e\($0)" })]\n",
    "unknown flat keys": "layers:\n" + lines(1000) { "  - [l\($0), DropoutLayer]" } + lines(1000) { "m\($0)_p: 0.5" },
    "layers that are not there": input
      + "  - Dropout: {name: \"d$i\", when: false, repeat: 10000}\n  - Dropout: {incoming: d9999}\n",
    "names of names": input
      + lines(1500) { "  - Dropout: {name: d\($0), incoming: \($0 == 0 ? "input1" : "d\($0 - 1)"), when: false}" }
      + "  - Dropout: {incoming: d1499}\n",
    "problems at the end of a long chain": input
      + "  - Conv2D: {name: \"c$i\", num_filters: 1, filter_size: 3, pad: same, repeat: 9000}\n"
      + lines(800) { "  - Conv2D: {num_filters: 1, filter_size: 99, incoming: c8999, name: x\($0)}" },
    "blocks of nothing": doubling(20, of: "Dropout: {when: false}"),
    "blocks of mistakes": doubling(22, of: "when: 1"),
    "repetitions of nothing": "blocks:\n" + lines(10) { "  b\($0): {layers: [b\($0 + 1): {repeat: 10000}]}" }
      + "  b10: {layers: [Dropout: {repeat: 0}]}\n" + input + "  - b0: {}\n",
    "a text that doubles": "let:\n  a0: xxxxxxxxxx\n" + lines(40) { "  a\($0 + 1): \"$a\($0)$a\($0)\"" } + input
      + "  - Dropout: {name: $a40}\n",
    "a list that doubles": "let:\n  a0: [1, 1]\n" + lines(40) { "  a\($0 + 1): [$a\($0), $a\($0)]" } + input
      + "  - Pad: {width: $a40}\n",
    "inputs that double": input
      + lines(40) { "  - Concat: {name: d\($0), incomings: [\(incoming($0)), \(incoming($0))], when: false}" }
      + "  - Concat: {incomings: [d39]}\n",
    "a key of underscores": "layers: [[a, InputLayer]]\n\(String(repeating: "a_", count: 20_000)): 1\n",
  ]

  private static let input = "layers:\n  - Input: {shape: [null, 1, 28, 28]}\n"

  private static func incoming(_ index: Int) -> String { index == 0 ? "input1" : "d\(index - 1)" }

  private static func lines(_ count: Int, _ line: (Int) -> String) -> String {
    (0..<count).map { line($0) + "\n" }.joined()
  }

  private static func words(_ count: Int, _ word: (Int) -> String) -> String {
    (0..<count).map(word).joined(separator: ", ")
  }

  private static func doubling(_ levels: Int, of layer: String) -> String {
    "blocks:\n" + lines(levels) { "  b\($0): {layers: [b\($0 + 1): {}, b\($0 + 1): {}]}" }
      + "  b\(levels): {layers: [\(layer)]}\n" + input + "  - b0: {}\n"
  }
}
