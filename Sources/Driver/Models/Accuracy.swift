import DataPipeline
import Diagnostics
import Exchange
import NetIR

/// How often the class with the highest score is the right one.
package struct Accuracy: Sendable {
  package var predictions: Predictions
  package var truth: [Int]

  /// The examples whose class was wrong.
  package var wrong: [Int] { zip(predictions.best, truth).enumerated().filter { $1.0 != $1.1 }.map(\.offset) }

  /// `accuracy 98.33 %: 354 of 360 right; wrong are 116, 136, …`
  package var line: String {
    let wrong = wrong
    let right = truth.count - wrong.count
    let share = fixed(100 * Double(right) / Double(max(1, truth.count)), digits: 2)
    var text = "accuracy \(share) %: \(Format.grouped(right)) of \(Format.grouped(truth.count)) right"
    if !wrong.isEmpty {
      let listed = wrong.prefix(10).map(String.init).joined(separator: ", ")
      text += "; wrong \(wrong.count == 1 ? "is" : "are") \(listed)\(wrong.count > 10 ? ", …" : "")"
    }
    return text + "\n"
  }
}

/// The right class of each example.
package enum LabelFile {
  /// Reads class numbers from an IDX or npy file; N0507 when their count differs or one is no class.
  package static func read(_ path: String, examples: Int) throws(DiagnosticError) -> [Int] {
    let data = try InputFile.load(path)
    guard data.shape.count == 1 || data.elements.count == data.shape.first, data.elements.count == examples else {
      throw FileFault.make(
        .inputShapeDiffers, in: path,
        "\(Format.count(data.elements.count, "label")) for \(Format.count(examples, "example"))",
        help: ["`--labels` and `--input` have to belong together"])
    }
    let labels = data.elements.map { Int(exactly: $0) ?? -1 }
    if let bad = labels.firstIndex(where: { $0 < 0 }) {
      throw FileFault.make(
        .inputShapeDiffers, in: path, "label \(bad) is \(data.elements[bad]), which is no class",
        help: ["classes count from 0"])
    }
    return labels
  }
}
