import Compiler
import Drawing

/// What inference and training need, as stacked bars with their figures.
struct HTMLReportMemory {
  let report: NetworkReport

  private typealias Part = (name: String, bytes: Int, color: String)

  func rendered() -> String {
    let training = report.training
    let inference: [Part] = [
      ("weights", report.weightBytes, "p1"), ("arena", report.inferenceArenaBytes, "p4"),
    ]
    let parts: [Part] =
      training.map { training in
        [
          ("weights", training.weights, "p1"), ("gradients", training.gradients, "p2"),
          (report.optimizer.rawValue, training.optimizer, "p3"), ("activations", training.activations, "p4"),
          ("workspace", training.workspace, "p5"),
        ]
      } ?? []
    let most = max(1, inference.reduce(0) { $0 + $1.bytes }, training?.total ?? 0)
    return """
      <section aria-labelledby="memory"><h2 id="memory">Memory</h2>
      <p class="hint">At a batch of \(Format.grouped(report.batch)), in fp32, as their plans have it.</p>
      \(bar("inference", inference, most))
      \(training == nil ? "" : bar("training", parts, most))
      </section>
      """
  }

  private func bar(_ title: String, _ parts: [Part], _ most: Int) -> String {
    let total = parts.reduce(0) { $0 + $1.bytes }
    let spans = parts.filter { $0.bytes > 0 }.map { part in
      let width = Markup.number(100 * Double(part.bytes) / Double(most))
      return "<span class=\"\(part.color)\" style=\"width:\(width)%\" "
        + "title=\"\(part.name) \(Format.binary(part.bytes))\"></span>"
    }
    let words = parts.map { part in
      "<li><span class=\"chip \(part.color)\"></span>\(part.name) <b>\(Format.binary(part.bytes))</b></li>"
    }
    return "<h3>\(title) <b>\(Format.binary(total))</b></h3><div class=\"stack\">\(spans.joined())</div>"
      + "<ul class=\"parts\">\(words.joined())</ul>"
  }
}
