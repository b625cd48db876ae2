import Diagnostics
import Exchange
import FileTestSupport
import Testing

/// A command line that has to end with a certain code.
struct CodeCase: Sendable, CustomTestStringConvertible {
  let code: DiagnosticCode
  let what: String
  var input: [UInt8] = []
  /// The command line; what files it needs go into the folder.
  let arguments: @Sendable (TemporaryFolder) throws -> [String]

  init(
    _ code: DiagnosticCode, _ what: String, input: [UInt8] = [],
    _ arguments: @escaping @Sendable (TemporaryFolder) throws -> [String]
  ) {
    (self.code, self.what, self.input, self.arguments) = (code, what, input, arguments)
  }

  var testDescription: String { "\(code.rawValue) \(what)" }

  static let all = options + weights + inputs + artefacts + training

  private static func running(_ input: String) -> [String] {
    ["run", Files.digits, "--weights", Files.weights, "--input", input]
  }

  private static let options: [CodeCase] = [
    CodeCase(.unreadableSpec, "no spec") { _ in ["check", "none.yaml"] },
    CodeCase(.unreadableSpec, "a folder as spec") { _ in ["report", "specs"] },
    CodeCase(.badEncoding, "no UTF-8", input: [0x61, 0x3A, 0x20, 0xFF, 0x0A]) { _ in ["check", "-"] },
    CodeCase(.unknownBaseLayer, "a base without that layer") { folder in
      let base = try Files.bytes(Files.lenet)
      folder.store(base, as: "base.yaml")
      return ["check", folder.store(Array("base: {spec: base.yaml, until: pool9}".utf8), as: "net.yaml")]
    },
    CodeCase(.unknownTarget, "--target") { _ in ["compile", Files.lenet, "--target", "z80", "--emit", "plan"] },
    CodeCase(.unknownTarget, "--target of report") { _ in ["report", Files.lenet, "--target", "avx512"] },
    CodeCase(.unsupportedOnTarget, "the GPU") { _ in ["bench", Files.lenet, "--device", "gpu"] },
    CodeCase(.badOption, "an unknown pass") { _ in ["compile", Files.lenet, "--dump-after", "magic"] },
    CodeCase(.badOption, "another batch than the spec's", input: Array(Specs.fixedBatch.utf8)) { _ in
      ["compile", "-", "--batch", "5", "--emit", "plan"]
    },
    CodeCase(.badOption, "a spec without weights") { _ in ["run", Files.digits, "--input", Files.images] },
    CodeCase(.badOption, "an artefact with weights") { folder in
      ["run", try folder.digitsArtefact(), "--weights", Files.weights, "--input", Files.images]
    },
    CodeCase(.damagedModel, "a spec as ONNX model") { folder in ["import", Files.lenet, "-o", folder.path] },
    CodeCase(.unsupportedModel, "an ONNX model of one sine") { folder in
      // Graph: node (x) → y of type Sin; output y; input x of shape N×3.
      let node: [UInt8] = [0x0A, 0x01, 0x78, 0x12, 0x01, 0x79, 0x22, 0x03, 0x53, 0x69, 0x6E]
      let shape: [UInt8] = [0x0A, 0x03, 0x12, 0x01, 0x4E, 0x0A, 0x02, 0x08, 0x03]
      let tensor: [UInt8] = [0x08, 0x01, 0x12, UInt8(shape.count)] + shape
      let type: [UInt8] = [0x0A, UInt8(tensor.count)] + tensor
      let input: [UInt8] = [0x0A, 0x01, 0x78, 0x12, UInt8(type.count)] + type
      let graph =
        [0x0A, UInt8(node.count)] + node + [0x5A, UInt8(input.count)] + input + [0x62, 0x03, 0x0A, 0x01, 0x79]
      let model = [0x3A, UInt8(graph.count)] + graph + [0x42, 0x02, 0x10, 0x11]
      return ["import", folder.store(model, as: "sine.onnx"), "-o", folder.path]
    },
    CodeCase(.cannotWrite, "no such folder") { folder in
      ["compile", Files.digits, "--weights", Files.weights, "-o", folder.path + "/none/digits.netc"]
    },
    CodeCase(.unknownFormat, "an ending that is not written") { _ in
      running(Files.images) + ["--output", "scores.xlsx"]
    },
  ]

  private static func spec(_ change: (String, String)) throws -> String {
    let text = String(decoding: try Files.bytes(Files.digits), as: UTF8.self)
    try #require(text.contains(change.0))
    return text.replacing(change.0, with: change.1)
  }

  private static let weights: [CodeCase] = [
    CodeCase(.unreadableFile, "no weights") { _ in
      ["bench", Files.digits, "--weights", "none.safetensors"]
    },
    CodeCase(.damagedSafetensors, "cut weights") { folder in
      let bytes = try Files.bytes(Files.weights)
      return ["bench", Files.digits, "--weights", folder.store(Array(bytes.dropLast(4)), as: "w")]
    },
    CodeCase(.damagedSafetensors, "weights that are NumPy's") { _ in
      ["bench", Files.digits, "--weights", Files.logits]
    },
    CodeCase(.missingTensor, "a layer that was renamed") { folder in
      ["bench", folder.store(try spec(("name: conv3", "name: third")), as: "s.yaml"), "--weights", Files.weights]
    },
    CodeCase(.unexpectedTensor, "a bias that the spec lacks") { folder in
      let spec = try spec(("name: conv3,", "name: conv3, b: null,"))
      return ["bench", folder.store(spec, as: "s.yaml"), "--weights", Files.weights]
    },
    CodeCase(.tensorShapeDiffers, "weights of another network") { _ in
      ["bench", Files.lenet, "--weights", Files.weights]
    },
    CodeCase(.unsupportedType, "whole numbers as weights") { folder in
      let bytes = try Files.bytes(Files.weights)
      let head = String(decoding: bytes.prefix(4096), as: UTF8.self)
      try #require(head.contains("\"F32\""))
      return ["bench", Files.digits, "--weights", folder.store(renamed("\"F32\"", "\"I32\"", in: bytes), as: "w")]
    },
  ]

  private static let inputs: [CodeCase] = [
    CodeCase(.damagedPicture, "a cut picture") { folder in
      running(folder.store([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0], as: "a.png"))
    },
    CodeCase(.emptyInput, "a folder without pictures") { folder in running(folder.path) },
    CodeCase(.unreadableFile, "no input") { _ in running("none.npy") },
    CodeCase(.unsupportedType, "complex numbers") { folder in
      let path = try folder.npy([1, 8, 8])
      let bytes = try #require(TestFile.bytes(path))
      return running(folder.store(renamed("<f4", "<c8", in: bytes) + bytes.suffix(256), as: "complex.npy"))
    },
    CodeCase(.inputShapeDiffers, "labels as images") { _ in running(Files.labels) },
    CodeCase(.inputShapeDiffers, "images as labels") { _ in
      running(Files.images) + ["--labels", Files.images]
    },
    CodeCase(.damagedNpy, "a cut array") { folder in
      let bytes = try Files.bytes(Files.logits)
      return running(folder.store(Array(bytes.dropLast(1)), as: "cut.npy"))
    },
    CodeCase(.damagedIdx, "too few pixels", input: [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 8, 1]) { _ in
      running("-")
    },
    CodeCase(.damagedGzip, "a cut download") { folder in
      let bytes = try Files.bytes(Files.images)
      return running(folder.store(Array(bytes.prefix(bytes.count / 2)), as: "cut.gz"))
    },
    CodeCase(.unknownFormat, "a text as images") { _ in running("specs/digits/README.md") },
    CodeCase(.emptyInput, "nothing on standard input") { _ in running("-") },
    CodeCase(.emptyInput, "an array of no examples") { folder in running(try folder.npy([0, 1, 8, 8])) },
  ]

  private static let artefacts: [CodeCase] = [
    CodeCase(.unknownFormat, "weights as a model") { _ in ["run", Files.weights, "--input", Files.images] },
    CodeCase(.damagedArtefact, "a flipped bit") { folder in
      var bytes = try #require(TestFile.bytes(try folder.digitsArtefact()))
      bytes[bytes.count - 1000] ^= 4
      return ["run", folder.store(bytes, as: "bad.netc"), "--input", Files.images]
    },
    CodeCase(.newerArtefact, "a format of the future") { folder in
      let bytes = try #require(TestFile.bytes(try folder.digitsArtefact()))
      let newer = renamed("\"netc.format\":\"1\"", "\"netc.format\":\"9\"", in: bytes)
      try #require(newer != bytes)
      return ["run", folder.store(newer, as: "new.netc"), "--input", Files.images]
    },
  ]

  /// The bytes with every `old` replaced by `new`, which is as long.
  private static func renamed(_ old: String, _ new: String, in bytes: [UInt8]) -> [UInt8] {
    bytes.replacing(Array(old.utf8), with: Array(new.utf8))
  }
}
