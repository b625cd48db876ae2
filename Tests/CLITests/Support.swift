import Exchange
import FileTestSupport
import Testing

/// Files of the repository that the commands are tried on.
enum Files {
  static let digits = "specs/digits.yaml"
  static let lenet = "specs/lenet.yaml"
  static let weights = "specs/digits/weights.safetensors"
  static let images = "specs/digits/test-images-idx3-ubyte.gz"
  static let labels = "specs/digits/test-labels-idx1-ubyte.gz"
  static let logits = "specs/digits/test-logits.npy"

  static func bytes(_ path: String) throws -> [UInt8] {
    try #require(TestFile.bytes("\(Repository.root)/\(path)"))
  }

  /// The published outputs of the digits network before softmax, 360 rows of 10.
  static func publishedLogits() throws -> [[Float]] {
    let array = try Npy.read(path: "\(Repository.root)/\(logits)")
    try #require(array.shape == [360, 10])
    return (0..<360).map { Array(array.elements[10 * $0..<10 * $0 + 10]) }
  }
}

/// Small specs for what the networks of `specs/` do not have.
enum Specs {
  /// Prints a warning: a row and a column are dropped.
  static let warned = """
    name: warned
    layers:
      - Input: {shape: [null, 1, 28, 28]}
      - Conv2D: {num_filters: 8, filter_size: 4}
      - MaxPool2D: {pool_size: 2}

    """
  /// One error and nothing else.
  static let wrong = """
    layers:
      - Input: {shape: [null, 1, 28, 28]}
      - Conv2D: {num_filter: 8, filter_size: 3}

    """
  static let fixedBatch = """
    layers:
      - Input: {shape: [4, 2]}
      - Dense: {name: output, num_units: 3}

    """
}

extension TemporaryFolder {
  func store(_ text: String, as name: String) -> String { store(Array(text.utf8), as: name) }

  /// Compiles the digits network and returns the artefact's path.
  func digitsArtefact(_ options: [String] = []) throws -> String {
    let path = self.path + "/digits.netc"
    let run = NetcProcess.run(["compile", Files.digits, "--weights", Files.weights, "-o", path] + options)
    try #require(run.status == 0, "\(run.errors)")
    return path
  }

  /// A float array of that shape whose elements count up from 0 by 1/256.
  func npy(_ shape: [Int], as name: String = "input.npy") throws -> String {
    let values = (0..<shape.reduce(1, *)).map { Float($0 % 256) / 256 }
    try Npy.write(values, shape: shape, to: "\(path)/\(name)")
    return "\(path)/\(name)"
  }
}

extension JSONValue {
  var keys: [String] { objectValue?.map(\.0) ?? [] }
}

extension NetcProcess {
  /// The only line of output, as JSON.
  func json() throws -> JSONValue { try JSONValue(parsing: output) }

  var lines: [Substring] { output.split(separator: "\n") }
}
