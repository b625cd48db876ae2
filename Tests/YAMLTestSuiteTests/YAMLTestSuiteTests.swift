import Diagnostics
import Foundation
import Testing
import YAMLSyntax

/// The conformance suite of the YAML project, run through the loader.
///
/// - A case with an `error` file must give an error.
/// - A case of several documents must give N0004 and no other error, an empty one N0008.
/// - A case with `in.json` must give that value (numbers compare as numbers).
/// - A case without it, such as one with lists for keys, must load without an error.
@Suite(.enabled(if: SuiteFolder.root != nil, "shared/data/yaml-test-suite not found; set NETC_SHARED"))
struct YAMLTestSuiteTests {
  /// Where libyaml, a YAML 1.1 parser, or netc on purpose differs from YAML 1.2; one word each.
  static let excused: [String: String] = [
    "2JQS": "empty-key", "58MP": "colon", "5MUD": "colon", "5T43": "colon", "6BCT": "tab", "6CA3": "tab",
    "6M2F": "empty-key", "7Z25": "bare-document", "9C9N": "indentation", "9JBA": "comment",
    "BEC7": "version", "CFD4": "empty-key", "DBG4": "colon", "DK3J": "comment", "DK95/00": "tab",
    "DK95/01": "tab", "DK95/03": "tab", "DK95/04": "tab", "HM87/00": "colon", "HM87/01": "question-mark",
    "HWV9": "no-document", "L24T/01": "end-of-file", "M2N8/00": "empty-key", "M7A3": "bare-document",
    "MUS6/05": "directive", "MUS6/06": "directive", "NHX8": "empty-key", "NKF9": "empty-key",
    "QB6E": "indentation", "R4YG": "tab", "S3PD": "empty-key", "S98Z": "indentation", "VJP3/01": "colon",
    "W4TN": "directive", "W5VH": "anchor-name", "X4QW": "comment",
  ]

  @Test(arguments: SuiteFolder.cases)
  func conforms(_ id: String) throws {
    let folder = try #require(SuiteFolder.root).appendingPathComponent(id)
    let failure = try Self.failure(of: folder)
    if let reason = Self.excused[id] {
      #expect(failure != nil, "\(id) passes now; strike it off the list (\(reason))")
    } else {
      #expect(failure == nil, "\(id)")
    }
  }

  @Test func theListNamesCases() {
    #expect(Set(Self.excused.keys).subtracting(SuiteFolder.cases) == [])
    #expect(SuiteFolder.cases.count == 211)
  }

  static func failure(of folder: URL) throws -> String? {
    let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent("in.yaml")))
    var map = SourceMap()
    var bag = DiagnosticBag()
    let id = map.add(SourceFile(path: "in.yaml", bytes: bytes))
    let node = parseYAML(id, in: map, bag: &bag)
    let codes = bag.sorted.map(\.code)

    let files = FileManager.default
    if files.fileExists(atPath: folder.appendingPathComponent("error").path) {
      return bag.hasErrors ? nil : "no error"
    }
    let events = try String(contentsOf: folder.appendingPathComponent("test.event"), encoding: .utf8)
    let documents = events.split(separator: "\n").count { $0.hasPrefix("+DOC") }
    if documents == 0 { return codes == [.emptyDocument] ? nil : "codes \(codes)" }
    if documents > 1 { return codes == [.secondDocument] ? nil : "codes \(codes)" }

    let json = folder.appendingPathComponent("in.json")
    guard files.fileExists(atPath: json.path) else {
      return codes.isEmpty && node != nil ? nil : "codes \(codes)"
    }
    let expected = try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: json))
    if codes == [.emptyDocument] { return expected == .null ? nil : "empty instead of \(expected)" }
    guard codes.isEmpty, let node else { return "codes \(codes)" }
    let value = JSONValue(node)
    return value == expected ? nil : "\(value) instead of \(expected)"
  }
}

/// A value as JSON has it.
enum JSONValue: Decodable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  init(_ node: Node) {
    if let elements = node.elements {
      self = .array(elements.map { JSONValue($0) })
    } else if let entries = node.entries {
      let pairs = entries.map { ($0.key.scalarText ?? "", JSONValue($0.value)) }
      self = .object(Dictionary(pairs) { first, _ in first })
    } else {
      switch node.resolved {
      case .null: self = .null
      case .bool(let value): self = .bool(value)
      case .int(let value): self = .number(Double(value))
      case .float(let value): self = .number(value)
      case .string(let value): self = .string(value)
      }
    }
  }
}

/// Where the suite lies on this machine.
enum SuiteFolder {
  static let root: URL? = {
    let files = FileManager.default
    var shared: [URL] = []
    if let path = ProcessInfo.processInfo.environment["NETC_SHARED"] {
      shared.append(URL(fileURLWithPath: path))
    }
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
      shared.append(folder.appendingPathComponent("shared"))
      folder.deleteLastPathComponent()
    }
    return shared.map { $0.appendingPathComponent("data/yaml-test-suite") }
      .first { files.fileExists(atPath: $0.path) }
  }()

  /// The names of the folders that hold an `in.yaml`, such as `229Q` and `DE56/03`.
  static let cases: [String] = {
    guard let root, let walk = FileManager.default.enumerator(atPath: root.path) else { return [] }
    return walk.compactMap { $0 as? String }
      .filter { $0.hasSuffix("/in.yaml") }
      .map { String($0.dropLast("/in.yaml".count)) }
      .sorted()
  }()
}
