import Diagnostics
import Layers
import NetIR
import Testing
import YAMLSyntax

/// A spec with the files that it may name.
struct Files: SpecFiles {
  var map = SourceMap()
  var texts: [String: String]
  var ids: [String: FileID] = [:]

  mutating func document(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> Node? {
    guard let text = texts[path] else {
      bag.report(Diagnostic(.badInclude, "no file `\(path)`", at: span))
      return nil
    }
    let id = ids[path] ?? map.add(SourceFile(path: path, bytes: Array(text.utf8)))
    ids[path] = id
    return parseYAML(id, in: map, bag: &bag)
  }

  /// Checks the file `net.yaml`.
  static func check(_ texts: [String: String]) -> (network: Network?, diagnostics: [Diagnostic]) {
    var files = Files(texts: texts)
    var bag = DiagnosticBag()
    let start = SourcePosition(line: 1, column: 1)
    let nowhere = SourceSpan(file: files.map.add(SourceFile(path: "", bytes: [])), start: start, end: start)
    guard let root = files.document("net.yaml", namedAt: nowhere, &bag) else { return (nil, bag.sorted) }
    let (spec, found) = SpecReader.read(root, fileName: "net", files: files)
    let (network, more) = Elaborator.elaborate(spec)
    bag.append(found)
    bag.append(more)
    return (bag.hasErrors ? nil : network, bag.sorted)
  }

  static func check(_ text: String) -> (network: Network?, diagnostics: [Diagnostic]) { check(["net.yaml": text]) }
}

@Suite struct ExpanderTests {
  private func names(_ text: String) throws -> [String] {
    let (network, diagnostics) = Files.check(text)
    #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
    return try #require(network).layers.map(\.name)
  }

  private func inputs(_ name: String, _ text: String) throws -> [String] {
    let network = try #require(Files.check(text).network)
    let layer = try #require(network.layers.first { $0.name == name })
    return layer.inputs.map { network.layers[$0].name }
  }

  @Test func constantsAndExpressionsReachValues() throws {
    let network = try #require(
      Files.check(
        """
        let: {width: 8, double: "${width * 2}", size: [3, 5]}
        layers:
          - Input: {shape: [null, 1, 9, 9]}
          - Conv2D: {name: "conv$width", num_filters: $double, filter_size: $size}
        """
      ).network)
    #expect(network.layers[1].name == "conv8")
    #expect(network.layers[1].shape == [nil, 16, 7, 5])
  }

  @Test func defaultsFillWhatIsNotSaid() throws {
    let network = try #require(
      Files.check(
        """
        defaults:
          Conv2DLayer: {pad: same, filter_size: 3}
        layers:
          - Input: {shape: [null, 1, 9, 9]}
          - Conv2D: {name: a, num_filters: 2}
          - Conv2D: {name: b, num_filters: 2, pad: 0}
        """
      ).network)
    #expect(network.layers[1].shape == [nil, 2, 9, 9])
    #expect(network.layers[2].shape == [nil, 2, 7, 7])
  }

  @Test func aBlockIsItsLastLayerAndReadsWhatIsAbove() throws {
    let text = """
      blocks:
        pair:
          parameters: {width: required, last: 3}
          layers:
            - Dense: {name: a, num_units: $width}
            - Dense: {name: b, num_units: $last}
      layers:
        - Input: {name: in, shape: [null, 4]}
        - pair: {name: one, width: 8}
        - pair: {width: 5, last: 6}
        - Dense: {name: out, num_units: 2}
        - ElemwiseSum: {name: sum, incomings: [one, one/b]}
      outputs: [out, sum]
      """
    #expect(try names(text) == ["in", "one/a", "one/b", "pair1/a", "pair1/b", "out", "sum"])
    #expect(try inputs("one/a", text) == ["in"])
    #expect(try inputs("pair1/a", text) == ["one/b"])
    #expect(try inputs("out", text) == ["pair1/b"])
    #expect(try inputs("sum", text) == ["one/b", "one/b"])
  }

  @Test func namesAreLookedUpInsideFirst() throws {
    let text = """
      blocks:
        fork:
          layers:
            - Dense: {name: a, num_units: 4, incoming: input}
            - Dense: {name: b, num_units: 4, incoming: input}
            - ElemwiseSum: {name: sum, incomings: [a, b, outer]}
      layers:
        - Input: {name: a, shape: [null, 4]}
        - Dense: {name: outer, num_units: 4}
        - fork: {name: f}
      """
    #expect(try inputs("f/sum", text) == ["f/a", "f/b", "outer"])
    #expect(try inputs("f/a", text) == ["outer"])
  }

  @Test func severalInputsAreHandedOn() throws {
    let text = """
      blocks:
        join:
          layers:
            - ElemwiseSum: {name: sum, incomings: inputs}
      layers:
        - Input: {name: a, shape: [null, 4]}
        - Input: {name: b, shape: [null, 4]}
        - join: {name: j, incomings: [a, b]}
      """
    #expect(try inputs("j/sum", text) == ["a", "b"])
  }

  @Test func repeatChainsAndCounts() throws {
    let text = """
      layers:
        - Input: {name: in, shape: [null, 4]}
        - Dense: {name: "d$i", num_units: "${4 + i}", repeat: 3}
        - Dense: {name: none, num_units: 9, repeat: 0}
        - Dense: {name: twice, num_units: 2, repeat: 2}
      """
    #expect(try names(text) == ["in", "d0", "d1", "d2", "twice_0", "twice_1"])
    #expect(try inputs("d2", text) == ["d1"])
    #expect(try inputs("twice_0", text) == ["d2"])
  }

  @Test(arguments: [true, false]) func whenFalseALayerIsItsOwnIncoming(_ project: Bool) throws {
    let text = """
      let: {project: \(project)}
      layers:
        - Input: {name: in, shape: [null, 4]}
        - Dense: {name: a, num_units: 4}
        - Dense: {name: shortcut, incoming: in, num_units: 4, when: $project}
        - ElemwiseSum: {name: sum, incomings: [a, shortcut]}
      """
    #expect(try inputs("sum", text) == ["a", project ? "shortcut" : "in"])
  }

  @Test func batchNormInsideOfABlockKeepsTheName() throws {
    let text = """
      blocks:
        unit:
          layers:
            - Conv2D: {name: c, num_filters: 2, filter_size: 1, batch_norm: true}
            - ElemwiseSum: {name: sum, incomings: [c, c]}
      layers:
        - Input: {name: in, shape: [null, 1, 2, 2]}
        - unit: {name: u}
      """
    #expect(try names(text) == ["in", "u/c", "u/c_bn", "u/c_nonlin", "u/sum"])
    #expect(try inputs("u/sum", text) == ["u/c_nonlin", "u/c_nonlin"])
  }

  @Test func aMistakeInABlockShowsEachUse() throws {
    let (_, diagnostics) = Files.check(
      """
      blocks:
        inner:
          layers:
            - Conv2D: {name: c, num_filters: 2, filter_size: 9}
        outer:
          layers:
            - inner: {name: i}
      layers:
        - Input: {shape: [null, 1, 5, 5]}
        - outer: {name: o}
      """)
    let problem = try #require(diagnostics.first)
    #expect(diagnostics.count == 1 && problem.code == .filterTooLarge)
    guard case .source(let label) = problem.place else {
      Issue.record("no place")
      return
    }
    #expect(label.span.start == SourcePosition(line: 4, column: 56))
    #expect(problem.related.suffix(2).map(\.span.start.line) == [7, 10])
    #expect(problem.related.suffix(2).map(\.message).joined().contains("`o/i`"))
  }

  @Test(arguments: [
    ("blocks: {b: {layers: [b: {}]}}\nlayers: [Input: {shape: [null, 2]}, b: {}]", "N0116"),
    (
      "blocks: {b: {parameters: {w: required}, layers: [Dense: {num_units: $w}]}}\nlayers: [Input: {shape: [1, 2]}, b: {}]",
      "N0104"
    ),
    ("blocks: {b: {layers: [Flatten: {}]}}\nlayers: [Input: {shape: [1, 2]}, b: {w: 1}]", "N0103"),
    ("blocks: {Dense: {layers: [Flatten: {}]}}\nlayers: [Input: {shape: [1, 2]}]", "N0109"),
    ("layers: [Input: {shape: [1, 2]}, Dense: {num_units: $w}]", "N0114"),
    ("layers: [Input: {shape: [1, 2]}, Dense: {num_units: \"${1 +}\"}]", "N0115"),
    ("layers: [Input: {shape: [1, 2]}, Dense: {num_units: \"a$\"}]", "N0115"),
    ("layers: [Input: {shape: [1, 2]}, Dense: {num_units: 2, repeat: -1}]", "N0106"),
    ("layers: [Input: {shape: [1, 2]}, Dense: {num_units: 2, when: 1}]", "N0105"),
    ("defaults: {Dens: {num_units: 2}}\nlayers: [Input: {shape: [1, 2]}]", "N0102"),
    ("defaults: {Dense: {num_unit: 2}}\nlayers: [Input: {shape: [1, 2]}]", "N0103"),
    ("include: [other.yaml]\nlayers: [Input: {shape: [1, 2]}]", "N0117"),
    ("base: {spec: other.yaml}", "N0117"),
  ])
  func mistakesHaveTheirCode(_ text: String, _ code: String) {
    let diagnostics = Files.check(text).diagnostics
    #expect(diagnostics.map(\.code.rawValue) == [code], "\(diagnostics.map(\.message))")
  }

  @Test func expansionIsBounded() {
    let (_, diagnostics) = Files.check(
      """
      blocks:
        a: {layers: [Dropout: {repeat: 10000}]}
        b: {layers: [a: {repeat: 10000}]}
      layers: [Input: {shape: [null, 2]}, b: {repeat: 10000}]
      """)
    #expect(diagnostics.map(\.code) == [.expansionTooLarge])
  }
}
