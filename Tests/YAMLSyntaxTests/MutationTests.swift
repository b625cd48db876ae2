import Diagnostics
import Testing
import YAMLSyntax

/// Damaged texts: an answer or an error with a place in the file, never a crash.
struct MutationTests {
  /// A small generator, so that a failure can be repeated.
  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static let seeds = [
    "layers:\n  - Input: {shape: [null, 1, 28, 28]}\n  - Conv2D: &c {num_filters: 8, W: 'it''s'}\n",
    "a: &x {k: [1, \"q\\n\"]}\nb: {<<: *x, z: |\n  text\n  }\n? [c]\n: d\n",
    "- |\n text\n- >-\n  folded\n\n- !!str &a 12 # note\n- *a\n---\n- größe: 日本\r\n",
  ]
  private static let pieces = Array("{}[],:&*!|>'\"%@`#-? \t\n\r\\<~0aé".utf8)

  @Test(arguments: 0..<8)
  func mutationsDoNotCrash(_ seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    for _ in 0..<500 {
      var bytes = Array(Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)].utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let index = Int.random(in: 0..<max(bytes.count, 1), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where !bytes.isEmpty: bytes.remove(at: index)
        case 1: bytes.insert(Self.pieces.randomElement(using: &random) ?? 0, at: min(index, bytes.count))
        case 2 where !bytes.isEmpty: bytes[index] = UInt8.random(in: 0...255, using: &random)
        default: bytes += bytes.prefix(index)
        }
      }
      check(bytes)
    }
  }

  private func check(_ bytes: [UInt8]) {
    let loaded = Loaded(bytes: bytes)
    #expect(loaded.node != nil || !loaded.diagnostics.isEmpty)
    #expect(loaded.diagnostics.count { $0.code == .yamlSyntax } <= 1)
    let file = loaded.map.files[0]
    for diagnostic in loaded.diagnostics {
      if case .source(let label) = diagnostic.place {
        #expect(file.clamped(label.span.start) == label.span.start, "\(bytes)")
      }
    }
    // What reaches the terminal is free of controls, whatever the file holds.
    let controls = loaded.rendered.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" || $0.value == 0x9B }
    #expect(controls.isEmpty)
    if let node = loaded.node { visit(node, file) }
  }

  private func visit(_ node: Node, _ file: SourceFile) {
    #expect(node.span.start <= node.span.end)
    #expect(node.span.start.line <= file.lineCount + 1)
    _ = node.kindName
    for element in node.elements ?? [] { visit(element, file) }
    for entry in node.entries ?? [] {
      visit(entry.key, file)
      visit(entry.value, file)
    }
  }
}
