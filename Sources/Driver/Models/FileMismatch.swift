import Diagnostics
import Exchange
import Layers

/// How a file that the command line names differs from a network, as one diagnostic.
struct FileMismatch {
  private let matching: WeightMatching
  private let path: String
  private let network: String

  init(_ matching: WeightMatching, path: String, network: String) {
    (self.matching, self.path, self.network) = (matching, path, network)
  }

  /// What is wrong, the worst of it as the headline and all of it in the notes; nil where nothing is.
  var fault: DiagnosticError? {
    let all = missing + differing + unreadable + repeated + unexpected
    if !matching.missing.isEmpty {
      return make(
        .missingTensor, "the file lacks \(Format.count(matching.missing.count, "tensor")) of `\(network)`", all,
        [
          "tensors are called `<layer>.W`, `.b`, `.gamma`, `.beta`, `.mean`, `.var`: name the layers as the file does, "
            + "or say with `--map` what its names mean"
        ])
    }
    if !differing.isEmpty {
      let count = matching.differing.count
      return make(
        .tensorShapeDiffers,
        "\(Format.count(count, "tensor")) of the file \(count == 1 ? "has" : "have") another shape", all,
        ["these are the weights of another network, or lie otherwise: a `--map` can say `as: transposed` and the like"])
    }
    if !unreadable.isEmpty {
      return make(
        .unsupportedType,
        "\(Format.count(matching.unreadable.count, "tensor")) of the file are no floating-point numbers",
        all, ["store them as F32, F16, BF16 or F64"])
    }
    if !repeated.isEmpty {
      return make(
        .unexpectedTensor, "the map makes several tensors one parameter", all,
        ["leave all but one out, with null as their parameter"])
    }
    guard !unexpected.isEmpty else { return nil }
    return make(
      .unexpectedTensor,
      "the file has \(Format.count(matching.unexpected.count, "tensor")) that `\(network)` does not have", all,
      ["a spec that leaves layers out cannot take their weights: check that it is the right file"])
  }

  private func make(_ code: DiagnosticCode, _ message: String, _ notes: [String], _ help: [String]) -> DiagnosticError {
    FileFault.make(code, in: path, message, notes: notes, help: help)
  }

  private var missing: [String] {
    listed(matching.missing.map { "`\($0.name)` \($0.shape.crossed)" }, "missing")
  }

  private var differing: [String] {
    let lines = matching.differing.prefix(12).map { difference in
      let weight = difference.wanted.weight
      let made = difference.shape == difference.tensor.shape ? "" : difference.shape.map { ", made \($0.crossed)" }
      return "`\(weight.name)` is \(difference.tensor.shape.crossed) in the file"
        + (made ?? ", which its layout does not go with") + ", and \(weight.shape.crossed) in the network"
    }
    let more = matching.differing.count - lines.count
    return lines + (more > 0 ? ["and \(more) more of another shape"] : [])
  }

  private var unreadable: [String] {
    listed(matching.unreadable.map { "`\($0.name)` \($0.type)" }, "no floating-point numbers")
  }

  private var repeated: [String] {
    matching.repeated.prefix(12).map { parameter, tensors in
      "`\(parameter)` is \(tensors.map { "`\($0)`" }.joined(separator: " and "))"
    }
  }

  private var unexpected: [String] {
    listed(
      matching.unexpected.map { "`\($0.name)` \($0.shape.crossed)" },
      matching.missing.isEmpty ? "not of the network" : "in the file, and not of the network")
  }

  private func listed(_ items: [String], _ what: String) -> [String] {
    guard !items.isEmpty else { return [] }
    let shown = items.prefix(12).joined(separator: ", ")
    return ["\(what): \(shown)\(items.count > 12 ? " and \(items.count - 12) more" : "")"]
  }
}
