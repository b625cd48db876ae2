import CPUBackend
import Compiler
import Diagnostics
import Drawing
import Driver
import FileTestSupport
import Glibc
import Layers
import NetIR
import Testing

/// Networks as drawings and as a page.
@Suite struct NetworkDrawingTests {
  private static let residual = """
    name: residual
    layers:
      - Input:        {name: image, shape: [null, 3, 16, 16]}
      - Conv2D:       {name: stem, num_filters: 8, filter_size: 3, pad: same, batch_norm: true}
      - Conv2D:       {name: a, num_filters: 8, filter_size: 3, pad: same}
      - Conv2D:       {name: b, num_filters: 8, filter_size: 3, pad: same, nonlinearity: linear}
      - ElemwiseSum:  {name: sum, incomings: [b, stem_nonlin]}
      - Nonlinearity: {name: relu, nonlinearity: rectify}
      - Dense:        {name: out, num_units: 10, nonlinearity: softmax}
    """

  private func network(_ text: String = residual) throws -> (Network, CompileOptions) {
    let folder = TemporaryFolder()
    let loaded = SpecLoader.load(folder.store(Array(text.utf8), as: "net.yaml"))
    let target = try #require(TargetDescription.named("x86-64-avx2"))
    return (
      try #require(loaded.network),
      CompileOptions(batch: 2, target: target, catalogue: KernelTable.catalogue)
    )
  }

  @Test func boxesTellParametersAndWork() throws {
    let (network, options) = try network()
    let drawing = try NetworkDiagram(NetworkReport(network, options))
    let diagram = drawing.diagram
    #expect(diagram.nodes.map(\.title) == ["image", "stem", "a", "b", "sum", "out"])
    // Layers behind a box: the batch normalisation and nonlinearities are strips.
    #expect(drawing.box == [0, 1, 1, 1, 2, 3, 4, 4, 5])
    #expect(diagram.nodes[1].strips.map(\.title) == ["BatchNorm", "rectify"])
    #expect(diagram.nodes[1].strips.map(\.note) == ["16 params", ""])
    #expect(diagram.nodes[4].strips.map { [$0.title, $0.note] } == [["relu", "rectify"]])
    // 3·3·8·8 + 8 parameters, 576·256 products.
    #expect(diagram.nodes[2].lines == ["Conv2D 3×3 · rectify", "584 params · 147 k MACs"])
    #expect(diagram.nodes.map(\.label) == ["3×16×16", "8×16×16", "8×16×16", "8×16×16", "8×16×16", "10"])
    #expect(diagram.edges.map { [$0.from, $0.to] } == [[0, 1], [1, 2], [2, 3], [3, 4], [1, 4], [4, 5]])
    #expect(diagram.nodes.map(\.isOutput) == [false, false, false, false, false, true])
    #expect(diagram.nodes.map(\.tint) == [.input, .convolution, .convolution, .convolution, .merge, .dense])
  }

  @Test func blocksBecomeFrames() throws {
    var (network, options) = try network()
    for index in [4, 5] { network.layers[index].name = "conv2/first/" + network.layers[index].name }
    let diagram = try NetworkDiagram(NetworkReport(network, options)).diagram
    #expect(diagram.nodes.map(\.groups) == [[], [], ["conv2", "first"], ["conv2", "first"], [], []])
    #expect(DiagramLayout(diagram).frames.map(\.name) == ["conv2", "first"])
  }

  @Test func aReaderInAnotherBlockIsNoStrip() throws {
    var (network, options) = try network()
    network.layers[7].name = "tail/relu"
    let diagram = try NetworkDiagram(NetworkReport(network, options)).diagram
    #expect(diagram.nodes.map(\.title) == ["image", "stem", "a", "b", "sum", "relu", "out"])
  }

  @Test func aPlanShowsWhatWasFused() throws {
    let (network, options) = try network()
    let plan = try CompilerFront.compile(network, options).plan
    let diagram = PlanDiagram.make(plan)
    #expect(diagram.nodes.count == plan.steps.count + plan.inputs.count)
    for step in plan.steps {
      #expect(diagram.nodes.contains { $0.lines.contains(step.kernel) && $0.title.hasSuffix(step.name) })
    }
    #expect(diagram.nodes.contains { $0.title.contains("b + add + rectify") })
    #expect(diagram.nodes.count(where: \.isOutput) == 1)
    // Every step but copies of constants reads something.
    #expect(Set(diagram.edges.map(\.to)) == Set(plan.inputs.count..<diagram.nodes.count))
  }

  /// A reader of what was concatenated in place reads from all who wrote it, a reader of one branch from that alone.
  @Test func branchesLeadToTheReaderOfTheWhole() throws {
    let (network, options) = try network(
      """
      name: joint
      outputs: [all, part]
      layers:
        - Input:  {name: image, shape: [null, 3, 8, 8]}
        - Conv2D: {name: a, num_filters: 8, filter_size: 1}
        - Conv2D: {name: b, incoming: image, num_filters: 16, filter_size: 1}
        - Concat: {name: joined, incomings: [a, b]}
        - GlobalPool: {name: all}
        - GlobalPool: {name: part, incoming: b}
      """)
    let diagram = PlanDiagram.make(try CompilerFront.compile(network, options).plan)
    func readers(of name: String) throws -> [String] {
      let box = try #require(diagram.nodes.firstIndex { $0.title.contains("· \(name)") })
      return diagram.edges.filter { $0.from == box }.map { String(diagram.nodes[$0.to].title.suffix(4)) }.sorted()
    }
    #expect(try readers(of: "a ") == [" all"])
    #expect(try readers(of: "b ") == [" all", "part"])
    #expect(diagram.nodes.filter(\.isOutput).count == 2)
  }

  @Test(arguments: [false, true]) func drawingsAreTheSameEveryTime(plan: Bool) throws {
    let (network, options) = try network()
    let svg = try GraphCommand.svg(of: network, options, plan: plan)
    #expect(try svg == GraphCommand.svg(of: network, options, plan: plan))
    #expect(try XMLCheck(svg).elements.first == "svg")
    let dot = try GraphCommand.dot(of: network, options, plan: plan)
    #expect(try dot == GraphCommand.dot(of: network, options, plan: plan))
    #expect(try !DOTCheck(dot).edges.isEmpty)
  }

  @Test func thePageIsWellFormedAndNeedsNothingElse() throws {
    let (network, options) = try network()
    let page = try html(network, options)
    #expect(try page == html(network, options))
    let check = try XMLCheck(page)
    #expect(check.elements.first == "html" && check.count("script") == 1)
    // A head, nine layers, a foot.
    #expect(check.count("tr") == 11)
    #expect(check.attributes.count { $0.name == "class" && $0.value == "field" } == 3)
    #expect(!check.attributes.contains { ["src", "href"].contains($0.name) })
    #expect(!page.replacing("http://www.w3.org/2000/svg", with: "").contains("http"))
    #expect(!page.contains("url(") && !page.contains("@import"))
    #expect(page.contains("prefers-color-scheme:dark") && page.contains("@media print"))
    // 3·3·3·8 + 2·8, 584, 584, 2048·10 + 10.
    #expect(check.text.contains("21,890") && check.text.contains("16 state"))
    // Whoever sorts by a column needs a number in each cell of it.
    let values = check.attributes.filter { $0.name == "data-value" }
    #expect(values.count == 9 * 7 && values.allSatisfy { Int($0.value) != nil })
  }

  @Test func namesAreEscapedOnThePage() throws {
    var (network, options) = try network()
    network.name = "</script><b> & \"x\""
    network.layers[2].name = "<i>&'"
    let check = try XMLCheck(html(network, options))
    // Nine figures of memory are bold.
    #expect(check.count("b") == 9 && check.count("i") == 0)
    #expect(check.text.contains("</script><b> & \"x\"") && check.text.contains("<i>&'"))
  }

  private func html(_ network: Network, _ options: CompileOptions) throws -> String {
    ReportFormat.html.rendered(
      try NetworkReport(network, options), path: "net.yaml", width: 80, style: Style(color: false))
  }

  // MARK: The command

  private func run(_ output: (TemporaryFolder) -> String) throws -> (String, [String]) {
    let folder = TemporaryFolder()
    let spec = folder.store(Array(Self.residual.utf8), as: "net.yaml")
    var console = Console.standard()
    console.quiet = true
    let path = output(folder)
    #expect(try GraphCommand(spec: spec, output: path).run(console) == .good)
    let stream = try #require(fopen(path, "r"))
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: 1 << 22)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, stream))
    return (String(decoding: bytes, as: UTF8.self), folder.names)
  }

  @Test func theEndingDecides() throws {
    let (svg, names) = try run { $0.path + "/net.SVG" }
    #expect(try XMLCheck(svg).elements.first == "svg" && names == ["net.SVG", "net.yaml"])
    let (dot, _) = try run { $0.path + "/net.dot" }
    #expect(try DOTCheck(dot).nodes.count == 7)
  }

  @Test(arguments: ["net.jpg", "net", "x.y/net"]) func anotherEndingIsRefused(name: String) throws {
    let error = #expect(throws: DiagnosticError.self) {
      try GraphCommand(spec: "no-such.yaml", output: name).run(Console.standard())
    }
    #expect(error?.diagnostic.code == .unknownFormat && error?.diagnostic.help.isEmpty == false)
  }

  /// With a converter the file is a PNG, without one the error says what to install.
  @Test func pngIsWrittenOrExplained() throws {
    do {
      let (png, names) = try run { $0.path + "/net.png" }
      #expect(png.dropFirst().hasPrefix("PNG") && names == ["net.png", "net.yaml"])
    } catch let error as DiagnosticError {
      #expect(error.diagnostic.code == .cannotWrite)
      #expect(error.diagnostic.help.contains { $0.contains("librsvg2-bin") })
    }
  }
}
