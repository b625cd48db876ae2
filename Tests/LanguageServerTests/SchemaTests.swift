import Diagnostics
import Driver
import Exchange
import FileTestSupport
import Layers
import Testing
import YAMLSyntax

@testable import LanguageServer

/// The JSON Schema accepts what netc accepts, and refuses what one document alone can tell to be wrong.
@Suite struct SchemaTests {
  /// Mistakes that need more than one value: names, connections, arithmetic, other files.
  private static let unseen: [DiagnosticCode: String] = [
    .unknownPattern: "which layers there are shows in the whole",
    .duplicateLayerName: "names are compared with each other",
    .unknownConstant: "names are looked up", .badExpression: "a text with `$` may be anything",
    .recursiveBlock: "blocks are looked up", .badInclude: "other files", .expansionTooLarge: "blocks are written out",
    .unknownBaseLayer: "other files",
  ]

  /// Specs of `specs/invalid` with a mistake of the schema's kind that it cannot see, and why.
  private static let unseenSpecs: [String: String] = [:]

  private static let codes = DiagnosticCode.allCases.filter { $0.rawValue.hasPrefix("N01") }
  private static let validator = SchemaValidator(root: JSONSchema.document())

  /// A document as JSON; nil where it is no YAML.
  private static func json(_ text: [UInt8]) -> JSONValue? {
    var map = SourceMap()
    var bag = DiagnosticBag()
    let id = map.add(SourceFile(path: "spec.yaml", bytes: text))
    let root = parseYAML(id, in: map, bag: &bag)
    return bag.hasErrors ? nil : root.map(json)
  }

  private static func json(_ node: Node) -> JSONValue {
    switch node.value {
    case .sequence(let nodes): .array(nodes.map(json))
    case .mapping(let entries): .object(entries.map { ($0.key.scalarText ?? "", json($0.value)) })
    case .scalar:
      switch node.resolved {
      case .null: nil
      case .bool(let value): .bool(value)
      case .int(let value): .int(value)
      case .float(let value): .double(value)
      case .string(let value): .string(value)
      }
    }
  }

  private func fault(_ text: String) throws -> String? {
    let document = try #require(Self.json(Array(text.utf8)))
    return try Self.validator.fault(document)
  }

  @Test(arguments: Repository.names(in: "specs", suffix: ".yaml"))
  func specsAreValid(name: String) throws {
    let text = try #require(TestFile.text("\(Repository.root)/specs/\(name)"))
    #expect(try fault(text) == nil)
  }

  @Test(arguments: DiagnosticCode.allCases)
  func mendedExamplesAreValid(code: DiagnosticCode) throws {
    guard let fixed = code.fixed else { return }
    #expect(try fault(fixed) == nil)
  }

  @Test(arguments: codes)
  func examplesOfMistakesAreRefused(code: DiagnosticCode) throws {
    guard let example = code.example, let document = Self.json(Array(example.utf8)) else { return }
    let isRefused = try Self.validator.fault(document) != nil
    #expect(isRefused == (Self.unseen[code] == nil), "\(code.rawValue) \(code.name)")
  }

  /// Shapes, connections and ties are beyond a schema; what it refuses has to be a mistake.
  @Test(arguments: DiagnosticCode.allCases.filter { !$0.rawValue.hasPrefix("N01") && !$0.rawValue.hasPrefix("N00") })
  func otherExamplesAreAccepted(code: DiagnosticCode) throws {
    guard let example = code.example, let document = Self.json(Array(example.utf8)) else { return }
    // A free size behind the batch shows in the value alone.
    #expect(try (Self.validator.fault(document) == nil) == (code != .unknownDimension))
  }

  @Test(arguments: Repository.names(in: "specs/invalid", suffix: ".yaml"))
  func invalidSpecs(name: String) throws {
    let path = "\(Repository.root)/specs/invalid/\(name)"
    guard let document = Self.json(try #require(TestFile.bytes(path))) else { return }
    let found = SpecLoader.load(path).bag.sorted.map(\.code)
    let isRefused = try Self.validator.fault(document) != nil
    if isRefused { #expect(found.contains { !$0.isWarning }, "netc accepts it") }
    let isVisible = found.contains { $0.rawValue.hasPrefix("N01") && Self.unseen[$0] == nil }
    guard isVisible, Self.unseenSpecs[name] == nil else { return }
    #expect(isRefused, "the schema should refuse \(found.map(\.rawValue)), or `unseenSpecs` say why it cannot")
  }

  @Test func everyParameterHasASchema() {
    for kind in LayerRegistry.kinds {
      for info in kind.parameterInfos {
        #expect(info.schema != .anything, "\(kind.typeName).\(info.key): give its ValueType a `schema:`")
      }
    }
  }

  /// Defaults are values.
  @Test func defaultsAreValid() throws {
    for kind in LayerRegistry.kinds {
      for info in kind.parameterInfos {
        guard let fallback = info.fallback else { continue }
        let keys =
          (kind.parameterInfos.filter { $0.fallback == nil }.map { "\($0.key): $x" } + ["\(info.key): \(fallback)"])
        let text = "layers:\n  - \(kind.typeName): {\(keys.joined(separator: ", "))}\n"
        #expect(try fault(text) == nil, "\(text)")
      }
    }
  }

  private static let pairs: [(good: String, bad: String)] = [
    ("Conv2D: {num_filters: 3, filter_size: 5}", "Conv2D: {num_filters: 3}"),
    ("Conv2DLayer: {num_filters: 3, filter_size: [5, 3]}", "Conv2DLayer: {num_filters: 3, filter_size: [5, 3, 1]}"),
    ("Conv2DDNN: {num_filters: $x, filter_size: 5}", "Conv2DDNN: {num_filters: x, filter_size: 5}"),
    ("[c, Conv2DLayer, {num_filters: 3, filter_size: 5}]", "[c, Conv2DLayer, {num_filters: 0, filter_size: 5}]"),
    ("[Dense, {num_units: 3}]", "[Dense, {num_unit: 3}]"), ("Flatten", "Dense"), ("[Flatten]", "[Dense]"),
    ("[f, Flatten]", "[f, Dense]"), ("Dropout: {p: 0}", "Dropout: {p: 1}"), ("LRN: {n: 3}", "LRN: {n: 4}"),
    ("Dropout:", "Dropout: 3"), ("Reshape: {shape: [[0], -1, 4]}", "Reshape: {shape: [[0], -2, 4]}"),
    ("Input: {shape: [null, 3]}", "Input: {shape: [3, null]}"),
    ("Pool2D: {pool_size: 2, mode: l2}", "Pool2D: {pool_size: 2, mode: l3}"),
    ("Dense: {num_units: 2, W: {he_normal: {gain: relu}}}", "Dense: {num_units: 2, W: {he_normal: {gian: relu}}}"),
    ("Dense: {num_units: 2, b: null, W: conv1}", "Dense: {num_units: 2, nonlinearity: conv1}"),
    ("Dense: {num_units: 2, nonlinearity: {elu: }}", "Dense: {num_units: 2, nonlinearity: {elu: {x: 1}}}"),
    ("Concat: {incomings: [a, b]}", "Concat: {incomings: [a, b], incoming: c}"),
    ("Flatten: {when: $a}", "Flatten: {when: yes}"),
    ("Flatten: {repeat: \"${n - 1}\"}", "Flatten: {repeat: -1}"), ("Flatten: {name: 日本-1_a}", "Flatten: {name: a.b}"),
    (
      "Conv2D: {num_filters: 3, filter_size: 5, pad: [[0, 1], [2, 3]]}",
      "Conv2D: {num_filters: 3, filter_size: 5, pad: [[0, 1]]}"
    ),
    ("Conv2D: {num_filters: 3, filter_size: 5, pad: same}", "Conv2D: {num_filters: 3, filter_size: 5, pad: some}"),
    (
      "Conv2D: {num_filters: 3, filter_size: [$a, 5], batch_norm: true}",
      "Conv2D: {num_filters: 3, filter_size: [$a, 5], batch_norm: 1}"
    ),
  ]

  @Test(arguments: pairs)
  func layers(good: String, bad: String) throws {
    #expect(try fault("layers:\n  - \(good)\n") == nil)
    #expect(try fault("layers:\n  - \(bad)\n") != nil)
  }

  private static let documents: [(good: String, bad: String)] = [
    ("blocks: {b: {layers: [Flatten]}}\nlayers: [{b: {x: 3}}]", "layers: [{b: {x: 3}}]"),
    ("defaults: {Dense: {num_units: 3}}\nlayers: [Dense]", "defaults: {Dense: {num_unit: 3}}\nlayers: [Dense]"),
    ("layers: [[d, DenseLayer]]\nd_num_units: 3", "layers: [[d, DenseLayer]]\nd_num_unit: 3"),
    ("base: a.yaml", "name: a"), ("base: {spec: a.yaml, drop: [x]}", "base: {sepc: a.yaml}"),
    ("layers: [Flatten]\ntrain: {update: adam}", "layers: [Flatten]\ntrain: {update: adma}"),
    ("layers: [Flatten]\nupdate: sgd\nupdate_momentum: 1", "layers: [Flatten]\nupdat: sgd"),
    ("layers: [Flatten]\ndata: {preprocess: [{scale: [0, 1]}]}", "layers: [Flatten]\ndata: {preprocess: [{scale: 1}]}"),
    (
      "layers: [Flatten]\ndata: {preprocess: [center, {whiten: null}]}",
      "layers: [Flatten]\ndata: {preprocess: [centre]}"
    ),
    ("layers: [Flatten]\ndata: {train: {csv: a.csv}, test: null}", "layers: [Flatten]\ndata: {train: {cvs: a.csv}}"),
    ("layers: [Flatten]\nlet: {a: [1]}", "layers: [Flatten]\nlet: {a-b: 1}"),
    ("layers: [Flatten]\nwarnings: {unused-layer: off, W0301: on}", "layers: [Flatten]\nwarnings: {unused: off}"),
    ("layers: [Flatten]\noutputs: a", "layers: [Flatten]\noutputs: {}"),
    ("include: a\nlayers: [x]", "include: 3\nlayers: [x]"),
    ("layers: [[n, LRNLayer]]\nn_alpha_over_n: true", "layers: [[n, LRNLayer]]\nn_alpha_over_n: maybe"),
  ]

  @Test(arguments: documents)
  func sections(good: String, bad: String) throws {
    #expect(try fault(good) == nil)
    #expect(try fault(bad) != nil)
  }

  // MARK: Another implementation

  /// Python's jsonschema says the same of every document as the validator above.
  @Test(.enabled(if: hasPython, "python3 with jsonschema and yaml is not here"))
  func pythonAgrees() throws {
    var texts = Repository.names(in: "specs", suffix: ".yaml").compactMap {
      TestFile.text("\(Repository.root)/specs/\($0)")
    }
    texts += Repository.names(in: "specs/invalid", suffix: ".yaml").compactMap {
      TestFile.text("\(Repository.root)/specs/invalid/\($0)")
    }
    texts += DiagnosticCode.allCases.flatMap { [$0.example, $0.fixed].compactMap { $0 } }
    texts += Self.pairs.flatMap { ["layers:\n  - \($0.good)\n", "layers:\n  - \($0.bad)\n"] }
    texts += Self.documents.flatMap { [$0.good, $0.bad] }
    let documents = texts.compactMap { text in Self.json(Array(text.utf8)).map { (text, $0) } }
    try #require(documents.count > 100)
    let folder = TemporaryFolder()
    let schema = folder.store(Array(JSONSchema.text.utf8), as: "schema.json")
    let paths = documents.enumerated().map { folder.store(Array($0.element.0.utf8), as: "\($0.offset).yaml") }
    let result = NetcProcess.run(command: ["python3", Self.script, schema] + paths)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    try #require(lines.count == documents.count)
    for (line, document) in zip(lines, documents) {
      let fault = try Self.validator.fault(document.1)
      #expect(line.hasPrefix(fault == nil ? "valid" : "invalid"), "\(line)\n\(fault ?? "valid")\n\(document.0)")
    }
  }

  private static let script = "\(Repository.root)/Tests/LanguageServerTests/validate.py"
  private static let hasPython =
    NetcProcess.run(command: ["sh", "-c", "python3 -c 'import jsonschema, yaml'"]).status == 0
}
