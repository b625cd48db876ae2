import Diagnostics
import NetIR

/// A step whose loss is no number, or far beyond that of the first step.
package struct Divergence: Error, Sendable {
  /// How many times the first loss, or 1 if that is more, counts as lost.
  package static let limit = 1e4

  /// Whether training may go on behind a loss.
  ///
  /// - Parameter first: the loss of the first step; nil for that one.
  package static func isGood(_ loss: Double, first: Double?) -> Bool {
    loss.isFinite && loss <= limit * max(1, first ?? loss)
  }

  /// A parameter at that step.
  package struct Layer: Sendable {
    package var tensor: String
    /// ‖w‖
    package var weight: Double
    /// ‖g‖
    package var gradient: Double
  }

  package var step: Int
  package var epoch: Int
  package var loss: Double
  package var rate: Double
  package var firstLoss: Double?
  /// Whether the batch itself has what is no number.
  package var inputs: Bool
  package var layers: [Layer]

  /// - Parameter checkpoint: what is kept, for a note.
  package func diagnostic(checkpoint: String?) -> Diagnostic {
    let text = loss.isNaN ? "no number" : loss.isFinite ? significant(loss) : "infinite"
    let place = "step \(step), in epoch \(epoch)"
    // Where the loss is good, gradients alone are lost.
    let isGood = Self.isGood(loss, first: firstLoss)
    var notes = ["the learning rate was \(Float(rate))"]
    if let firstLoss { notes.append("the loss of the first step was \(significant(firstLoss))") }
    var help = ["try a tenth of the learning rate, a `warm_up`, or `clip: {norm: 5}`"]
    let weights = layers.filter { !$0.weight.isFinite }.map(\.tensor)
    if inputs {
      notes.append("the examples of this step have numbers that are infinite or no numbers")
      help = ["mend the data: no learning rate helps against them"]
    } else if !weights.isEmpty {
      notes.append("no longer finite are \(Self.listed(weights))")
    } else {
      let gradients = layers.filter { !$0.gradient.isFinite }.map(\.tensor)
      if gradients.isEmpty || gradients.count == layers.count {
        let largest = layers.sorted { $0.weight > $1.weight }.prefix(3).map {
          "`\($0.tensor)` with a norm of \(significant($0.weight))"
        }
        notes.append("the largest weights are \(largest.joined(separator: ", "))")
      } else {
        notes.append("the gradients that are not finite are those of \(Self.listed(gradients))")
      }
    }
    if let checkpoint { notes.append("the last good state is \(checkpoint)") }
    if isGood { help.append("`--precision bf16` has the range of fp32") }
    return Diagnostic(
      .diverged, isGood ? "gradients of \(place), are no numbers of fp16" : "the loss of \(place), is \(text)",
      at: .none, notes: notes, help: help)
  }

  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(6).map { "`\($0)`" }.joined(separator: ", ")
    return shown + (names.count > 6 ? " and \(names.count - 6) more" : "")
  }
}
