import Exchange
import FileTestSupport
import NetIR

/// A case of ONNX.js' operator tests.
struct VectorCase: Sendable {
  struct Tensor: Sendable {
    var shape: [Int]
    var values: [Float]
  }

  /// `conv: Conv with bias addition A: T[0]`
  var name: String
  var op: String
  var attributes: [String: JSONValue]
  var inputs: [Tensor]
  var outputs: [Tensor]

  static let folder = "vectors/onnxjs-ops"

  struct Malformed: Error { var what: String }

  /// The cases of a file of the folder.
  static func read(_ file: String) throws -> [VectorCase] {
    guard let path = SharedData.file(folder + "/" + file), let bytes = TestFile.bytes(path),
      let groups = try JSONValue(parsing: bytes).arrayValue
    else { throw Malformed(what: file) }
    return try groups.flatMap { group in
      let pairs = (group["attributes"]?.arrayValue ?? []).compactMap { attribute in
        attribute["name"]?.stringValue.map { ($0, attribute["data"] ?? .null) }
      }
      return try (group["cases"]?.arrayValue ?? []).map { entry in
        guard let op = group["operator"]?.stringValue, let title = group["name"]?.stringValue,
          let name = entry["name"]?.stringValue
        else { throw Malformed(what: file) }
        return VectorCase(
          name: "\(file.prefix { $0 != "." }): \(title): \(name)", op: op,
          attributes: Dictionary(pairs, uniquingKeysWith: { first, _ in first }),
          inputs: try (entry["inputs"]?.arrayValue ?? []).map(tensor),
          outputs: try (entry["outputs"]?.arrayValue ?? []).map(tensor))
      }
    }
  }

  private static func tensor(_ value: JSONValue) throws -> Tensor {
    guard let shape = value["dims"]?.arrayValue?.compactMap(\.intValue), let data = value["data"] else {
      throw Malformed(what: "a tensor")
    }
    let numbers = (data.arrayValue ?? [data]).compactMap(\.doubleValue).map { Float($0) }
    // One case has a number too many; another lacks three, and its results are those for zeros.
    let missing = [Float](repeating: 0, count: max(0, shape.elements - numbers.count))
    return Tensor(shape: shape, values: Array((numbers + missing).prefix(shape.elements)))
  }

  func integers(_ attribute: String) -> [Int]? { attributes[attribute]?.arrayValue?.compactMap(\.intValue) }
  func number(_ attribute: String) -> Double? { attributes[attribute]?.doubleValue }
}
