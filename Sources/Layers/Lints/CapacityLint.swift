import Diagnostics
import NetIR

/// Filters that are small against what they look at: X. Cao's capacity, which nolearn warns about below 1/6.
///
/// In a chain of layers alone: shortcuts and branches let a unit see through few layers as well as through many.
struct CapacityLint: Lint {
  func findings(in subject: LintSubject) -> [Diagnostic] {
    var isChain: [Bool] = []
    var low: [(layer: Int, filter: Int, field: Int)] = []
    for (index, layer) in subject.layers.enumerated() {
      isChain.append(layer.inputs.count <= 1 && layer.inputs.allSatisfy { isChain[$0] })
      guard isChain[index], let source = subject.input(of: index), let before = subject.fields[source],
        let after = subject.fields[index], let window = layer.kind.window(over: subject.layers[source].shape),
        window.kind == .convolution
      else { continue }
      let axes: [KeyPath<Size2D, Int>] = [\.height, \.width]
      for axis in axes where window.size[keyPath: axis] > 1 {
        let taps = (window.size[keyPath: axis] - 1).bounded(times: window.dilation[keyPath: axis]) + 1
        let filter = taps.bounded(times: before.jump[keyPath: axis])
        if 6 * filter < after.size[keyPath: axis] {
          low.append((index, filter, after.size[keyPath: axis]))
          break
        }
      }
    }
    guard let first = low.first else { return [] }
    let perMille = (2000 * first.filter + first.field) / (2 * first.field)
    let others = low.count == 1 ? [] : ["\(low.count - 1) more below 1/6 in this network"]
    return [
      subject.warning(
        .lowCapacity, "the filters of `\(subject.layers[first.layer].name)` are small for what they look at",
        at: first.layer, "filter_size",
        label: "\(perMille / 10).\(perMille % 10) % of the field",
        notes: ["a filter spans \(first.filter) of the \(first.field) pixels that a unit sees, less than 1/6"] + others,
        help: ["pool earlier, use a stride or larger filters, or fewer layers between two poolings"])
    ]
  }
}
