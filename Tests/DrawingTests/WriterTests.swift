import Drawing
import Glibc
import Testing

@Suite struct WriterTests {
  private static let nasty = "<b> & \"q\" 'a' ]]> \u{1}\u{7}\n\\ é漢"

  @Test(arguments: 0..<40) func svgIsWellFormed(seed: Int) throws {
    let diagram = Diagram.random(seed)
    let check = try XMLCheck(SVGWriter(diagram).written())
    #expect(check.elements.first == "svg")
    #expect(check.attributes.count { $0.name == "class" && $0.value.hasPrefix("node ") } == diagram.nodes.count)
    for node in diagram.nodes { #expect(check.text.contains(node.title)) }
  }

  @Test func textIsEscapedEverywhere() throws {
    let node = Diagram.Node(
      groups: [Self.nasty], title: Self.nasty, lines: [Self.nasty],
      strips: [.init(title: Self.nasty, note: Self.nasty, tint: .merge)], label: Self.nasty, isOutput: true,
      hint: Self.nasty)
    let diagram = Diagram(title: Self.nasty, subtitle: Self.nasty, nodes: [node])
    let check = try XMLCheck(SVGWriter(diagram).written())
    let shown = "<b> & \"q\" 'a' ]]> \u{FFFD}\u{FFFD} \\ é漢"
    // Twice the title, then subtitle, frame, label, hint, name, line, and the two of the strip.
    #expect(check.text.components(of: shown) == 10)
    let dot = try DOTCheck(DOTWriter(diagram).written())
    #expect(dot.nodes == ["n0", "out0"])
  }

  @Test func aStripHasItsOwnColour() throws {
    let node = Diagram.Node(title: "conv", tint: .convolution, strips: [.init(title: "relu", tint: .activation)])
    let text = SVGWriter(Diagram(title: "t", nodes: [node])).written()
    #expect(text.contains(".activation>.fill") && text.contains("<g class=\"activation\"><path class=\"fill\""))
    #expect(text.contains("prefers-color-scheme:dark") && text.contains(Tint.activation.dark.fill))
  }

  @Test func aPictureIsAsLargeAsItSays() throws {
    let writer = SVGWriter(.random(3))
    #expect(writer.written().contains("width=\"\(Int(writer.size.width))\" height=\"\(Int(writer.size.height))\""))
    #expect(writer.size.width >= writer.layout.width && writer.size.height > writer.layout.height)
  }

  @Test(arguments: 0..<40) func dotNamesWhatItConnects(seed: Int) throws {
    let diagram = Diagram.random(seed)
    let check = try DOTCheck(DOTWriter(diagram).written())
    let outputs = diagram.nodes.count(where: \.isOutput)
    #expect(check.nodes.count == diagram.nodes.count + outputs)
    #expect(check.edges.count == diagram.edges.count + outputs)
    for (from, to) in check.edges { #expect(check.nodes.contains(from) && check.nodes.contains(to)) }
    #expect(Set(check.groups.dropFirst()) == Set(diagram.nodes.flatMap(\.groups)))
  }

  @Test func numbersHaveNoLocaleAndNoTail() {
    #expect([0, 1.5, -2.04, 3.96, -0.01].map(Markup.number) == ["0", "1.5", "-2", "4", "0"])
  }

  @Test func widerTextIsWider() {
    #expect(TextMetrics.width("iii", size: 10) < TextMetrics.width("mmm", size: 10))
    #expect(TextMetrics.width("conv1", size: 10, bold: true) > TextMetrics.width("conv1", size: 10))
    #expect(TextMetrics.width("漢字", size: 10) >= 20)
  }

  /// The text of every tint is readable on its fill: WCAG 2.1 asks for 4.5:1, we promise 7:1.
  @Test(arguments: Tint.allCases) func tintsHaveContrast(tint: Tint) {
    for colors in [tint.light, tint.dark] {
      let (a, b) = (luminance(colors.fill), luminance(colors.text))
      #expect((max(a, b) + 0.05) / (min(a, b) + 0.05) >= 7)
    }
  }

  private func luminance(_ color: String) -> Double {
    let value = Int(color.dropFirst(), radix: 16) ?? 0
    func linear(_ shift: Int) -> Double {
      let part = Double((value >> shift) & 255) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    let (red, green, blue) = (linear(16), linear(8), linear(0))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
