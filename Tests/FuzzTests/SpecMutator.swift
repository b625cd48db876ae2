/// Makes a damaged or strange spec of others. The same seed makes the same text.
struct SpecMutator: RandomNumberGenerator {
  private var state: UInt64
  let corpus: [[UInt8]]

  init(seed: UInt64, corpus: [[UInt8]]) {
    (state, self.corpus) = (seed, corpus)
  }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// More bytes than this make the fuzzer slow, not better.
  private static let longest = 1 << 16

  private static let numbers = [
    "0", "-1", "1", "2", "3", "255", "256", "65536", "2147483647", "2147483648", "4294967296", "1099511627776",
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e308", "1e-400", ".inf", "-.inf", ".nan",
    "0x7fffffffffffffff", "0o17", "010", "1_000", "3.5", "null", "~", "true", "\"7\"",
  ]
  private static let words = [
    "same", "full", "valid", "same_upper", "softmax", "linear", "input", "inputs", "required", "auto", "ceil",
    "average_exc_pad",
    "$i", "$width", "${1/0}", "${9223372036854775807 + 1}", "${-9223372036854775807 - 2}", "${2 * (3 + min(4, 5))}",
    "${9223372036854775807 * 2 % -1}", "${1e300 * 1e300}", "$$", "*a", "&a", "<<: *a", "[]", "{}", "[[1, 2], [3]]",
    "[[0]]", "[-1]", "[null, 1, 1, 1]", "conv1", "output", "!!int", "|", ">-", "\"", "'", "%", "---", "...", "? ", "- ",
    ": ",
  ]
  private static let keys = [
    "name", "incoming", "incomings", "repeat", "when", "pad", "stride", "filter_size", "num_filters", "num_units",
    "dilation", "num_groups", "W", "b", "nonlinearity", "batch_norm", "untie_biases", "shape", "axis", "outdim",
    "width", "pool_size",
    "round", "mode", "p", "shared_axes", "num_leading_axes", "coeffs", "axes", "n", "alpha", "batch_ndim",
  ]
  private static let lines = [
    "  - Reshape: {shape: [[0], -1]}", "  - Flatten: {outdim: 1}", "  - Dense: {num_units: 9, num_leading_axes: -1}",
    "  - Pad: {width: 3}", "  - Concat: {incomings: [conv1, conv1], axis: 0}",
    "  - ElemwiseSum: {incomings: [conv1, pool1]}",
    "  - BatchNorm: {}", "  - Nonlinearity: {nonlinearity: softmax}", "  - GlobalPool: {}", "  - LRN: {n: 99999}",
    "  - Conv2D: {num_filters: 8, filter_size: 3, pad: same, untie_biases: true}", "warnings: {low-capacity: off}",
    "  - MaxPool2D: {pool_size: 3, stride: 1, pad: 1, round: ceil}", "outputs: [conv1, output]",
    "let: {width: 8, a: [1, 2]}",
    "  - Conv2D: {name: tied, num_filters: 32, filter_size: 5, W: conv1}", "base: {spec: base.yaml, until: pool1}",
    "include: [library.yaml]", "defaults: {Conv2D: {pad: same}}",
    "train: {objective: categorical_crossentropy, update: adam}",
    "  - unit: {name: u, repeat: 3}", "blocks: {unit: {layers: [Dropout: {}, unit: {}]}}", "classes: [a, b]",
    "base: {spec: base.yaml, transform: {fc_to_conv: [output]}, drop: [pool1]}",
  ]

  mutating func spec() -> [UInt8] {
    var text = pick(corpus) ?? []
    for _ in 0..<Int.random(in: 1...8, using: &self) {
      mutate(&text)
      if text.count > Self.longest { text.removeLast(text.count - Self.longest) }
    }
    return text
  }

  private mutating func pick<T>(_ list: [T]) -> T? { list.randomElement(using: &self) }

  private mutating func mutate(_ text: inout [UInt8]) {
    switch Int.random(in: 0..<14, using: &self) {
    case 0: bytes(&text)
    case 1, 2: lines(&text)
    case 3, 4, 5: replaceToken(&text, with: Self.numbers, where: { (0x30...0x39).contains($0) })
    case 6: replaceToken(&text, with: Self.words, where: Self.isWord)
    case 7: replaceToken(&text, with: Self.keys, where: Self.isWord)
    case 8: insertLine(&text, pick(Self.lines) ?? "")
    case 9: nest(&text)
    case 10: anchor(&text)
    case 11: splice(&text)
    case 12: parameter(&text)
    default: swapTokens(&text)
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  private mutating func bytes(_ text: inout [UInt8]) {
    for _ in 0..<Int.random(in: 1...4, using: &self) where !text.isEmpty {
      let index = Int.random(in: 0..<text.count, using: &self)
      switch Int.random(in: 0..<4, using: &self) {
      case 0: text.remove(at: index)
      case 1: text[index] = UInt8.random(in: 0...255, using: &self)
      case 2: text.insert(pick(Array("{}[],:&*!|>'\"%@`#-? \t\n$\\".utf8)) ?? 0, at: index)
      default: text.removeSubrange(index...)
      }
    }
  }

  private mutating func lines(_ text: inout [UInt8]) {
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.count > 1 else { return }
    let (a, b) = (Int.random(in: 0..<lines.count, using: &self), Int.random(in: 0..<lines.count, using: &self))
    switch Int.random(in: 0..<4, using: &self) {
    case 0: lines.swapAt(a, b)
    case 1: lines.remove(at: a)
    case 2: lines.insert(lines[a], at: b)
    default: lines.insert(contentsOf: Array(repeating: lines[a], count: Int.random(in: 1...200, using: &self)), at: a)
    }
    text = Array(lines.joined(separator: [0x0A]))
  }

  private mutating func token(in text: [UInt8], where isPart: (UInt8) -> Bool) -> Range<Int>? {
    guard !text.isEmpty else { return nil }
    let start = Int.random(in: 0..<text.count, using: &self)
    guard let first = text[start...].firstIndex(where: isPart) else { return nil }
    return first..<(text[first...].firstIndex { !isPart($0) } ?? text.count)
  }

  private mutating func replaceToken(_ text: inout [UInt8], with words: [String], where isPart: (UInt8) -> Bool) {
    guard let range = token(in: text, where: isPart), let word = pick(words) else { return }
    text.replaceSubrange(range, with: Array(word.utf8))
  }

  private mutating func swapTokens(_ text: inout [UInt8]) {
    guard let a = token(in: text, where: Self.isWord), let b = token(in: text, where: Self.isWord) else { return }
    let word = Array(text[b])
    text.replaceSubrange(a, with: word)
  }

  private mutating func insertLine(_ text: inout [UInt8], _ line: String) {
    let ends = text.indices.filter { text[$0] == 0x0A }
    text.insert(contentsOf: Array((line + "\n").utf8), at: pick(ends).map { $0 + 1 } ?? 0)
  }

  /// A parameter more behind an opening brace.
  private mutating func parameter(_ text: inout [UInt8]) {
    guard let place = pick(text.indices.filter { text[$0] == 0x7B }), let key = pick(Self.keys),
      let value = pick(Bool.random(using: &self) ? Self.numbers : Self.words)
    else { return }
    text.insert(contentsOf: Array("\(key): \(value), ".utf8), at: place + 1)
  }

  private mutating func nest(_ text: inout [UInt8]) {
    let depth = pick([3, 24, 63, 64, 65, 1000, 20_000]) ?? 3
    let pair =
      pick([("[", "]"), ("{a: ", "}"), ("(", ")"), ("- ", ""), ("? ", ""), ("${", "}"), ("-", "")]) ?? ("[", "]")
    guard let range = token(in: text, where: Self.isWord) else { return }
    let word = String(decoding: text[range], as: UTF8.self)
    let nested = String(repeating: pair.0, count: depth) + word + String(repeating: pair.1, count: depth)
    text.replaceSubrange(range, with: Array((Bool.random(using: &self) ? nested : "\"${\(nested)}\"").utf8))
  }

  /// Names a value, and writes the name in other places.
  private mutating func anchor(_ text: inout [UInt8]) {
    let name = pick(["a", "b", "c"]) ?? "a"
    if let place = pick(text.indices.filter { text[$0] == 0x3A }) {
      text.insert(contentsOf: Array(" &\(name) ".utf8), at: place + 1)
    }
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      let use =
        pick(["*\(name)", "{<<: *\(name)}", "[*\(name), *\(name)]", "{<<: [*\(name), *\(name)], x: *\(name)}"]) ?? ""
      replaceToken(&text, with: [use], where: Self.isWord)
    }
  }

  private mutating func splice(_ text: inout [UInt8]) {
    guard let other = pick(corpus), !other.isEmpty, !text.isEmpty else { return }
    func lineStart(_ text: [UInt8], _ from: Int) -> Int {
      text[from...].firstIndex(of: 0x0A).map { $0 + 1 } ?? text.count
    }
    let cut = lineStart(text, Int.random(in: 0..<text.count, using: &self))
    let start = lineStart(other, Int.random(in: 0..<other.count, using: &self))
    text = Array(text[..<cut] + other[min(start, other.count)...])
  }
}
