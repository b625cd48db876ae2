import Diagnostics
import NetIR
import YAMLSyntax

/// The filter of a convolution over any number of axes, and what it makes of their sizes.
package struct ConvolutionGeometry: Sendable, Equatable {
  package var filterSize: [Int]
  package var stride: [Int]
  package var dilation: [Int]
  package var pad: AxisPadding

  package init(axes: Int) {
    filterSize = [Int](repeating: 1, count: axes)
    stride = filterSize
    dilation = filterSize
    pad = .explicit([PadWidth](repeating: PadWidth(before: 0, after: 0), count: axes))
  }

  /// Zeros around axes of these sizes.
  func padding(over sizes: [Int]) -> [PadWidth] {
    sizes.indices.map { pad.resolved($0, sizes[$0], filterSize[$0], stride[$0], dilation[$0]) }
  }

  /// The sizes behind the convolution.
  func lengths(_ sizes: [Int], in context: LayerContext) throws(ShapeProblem) -> [Int] {
    let padding = padding(over: sizes)
    var result: [Int] = []
    for axis in sizes.indices {
      result.append(
        try convolutionLength(
          axisNames[sizes.count - 1][axis], input: sizes[axis], filter: filterSize[axis], stride: stride[axis],
          dilation: dilation[axis], padding: padding[axis].total, filterText: filterSize.crossedSizes,
          inputText: sizes.crossedSizes, dilated: dilation.allSatisfy { $0 == 1 } ? nil : dilation.crossedSizes,
          in: context))
    }
    return result
  }
}

private let axisNames = [["length"], ["height", "width"], ["depth", "height", "width"]]

extension [Int] {
  /// `3×3×3`.
  var crossedSizes: String { map(String.init).joined(separator: "×") }
}

/// The result's size along one axis, or why there is none.
func convolutionLength(
  _ axis: String, input n: Int, filter k: Int, stride s: Int, dilation d: Int, padding: Int, filterText: String,
  inputText: String, dilated: String?, in context: LayerContext
) throws(ShapeProblem) -> Int {
  let length = ShapeArithmetic.convolution(input: n, size: k, stride: s, dilation: d, pad: padding)
  guard length < 1 else { return length }
  let extent = ShapeArithmetic.extent(size: k, dilation: d)
  throw ShapeProblem(
    .filterTooLarge,
    "filter \(filterText)\(dilated.map { " with dilation \($0)" } ?? "") does not fit the \(inputText) input of "
      + "`\(context.name)`",
    at: "filter_size", label: "larger than the input",
    notes: [
      "\(axis): " + lengthNote(window: "filter", input: n, padding: padding, size: extent, stride: s, length)
    ], help: ["use `pad: same`, or a filter no larger than \(max(1, (n + padding - 1) / d + 1))"], blaming: [0])
}

/// Throws N0205 unless the groups divide both.
func checkGroups(_ groups: Int, channels: Int, filters: Int, in context: LayerContext) throws(ShapeProblem) {
  guard channels % groups != 0 || filters % groups != 0 else { return }
  let culprit =
    channels % groups == 0
    ? "\(filters) filters" : "the \(channels) channels of `\(context.inputNames[0])`"
  throw ShapeProblem(
    .groupsDoNotDivide, "\(groups) groups do not divide \(culprit)", at: "num_groups",
    notes: ["channels \(channels), filters \(filters), groups \(groups)"],
    help: ["`num_groups` must divide both the channels and `num_filters`"])
}

/// The `pad` of a convolution over any number of axes.
package enum AxisPadding: Hashable, Sendable {
  case explicit([PadWidth])
  case valid, same, sameUpper, full

  func resolved(_ axis: Int, _ n: Int, _ k: Int, _ s: Int, _ d: Int) -> PadWidth {
    switch self {
    case .explicit(let widths): return widths[axis]
    case .valid: return PadWidth(before: 0, after: 0)
    case .same:
      let (before, after) = ShapeArithmetic.same(size: k, dilation: d)
      return PadWidth(before: before, after: after)
    case .sameUpper:
      let (before, after) = ShapeArithmetic.sameUpper(input: n, size: k, stride: s, dilation: d)
      return PadWidth(before: before, after: after)
    case .full: return PadWidth(before: (k - 1) * d, after: (k - 1) * d)
    }
  }
}

extension ValueType where Value == AxisPadding {
  private static var words: [(String, AxisPadding)] {
    [("valid", .valid), ("same", .same), ("same_upper", .sameUpper), ("full", .full)]
  }

  /// A number, one entry per axis, or a word.
  package static func padding(axes count: Int) -> ValueType<AxisPadding> {
    let widths = ValueType<[PadWidth]>.padWidths(axes: count)
    return ValueType(
      widths.expected + ", or `valid`, `same`, `same_upper` or `full`",
      schema: .oneOf(widths.schema.alternatives + [.words(words.map(\.0))])
    ) { node, context in
      guard let text = node.scalarText, case .string = node.resolved else {
        return widths.decode(node, &context).map { .explicit($0) }
      }
      if let found = words.first(where: { $0.0 == text }) { return found.1 }
      context.bag.report(
        .unknown(
          .outOfRange, "`\(context.key)` of \(context.layerType) cannot be `\(text)`", word: text, at: node.span,
          among: words.map(\.0), notes: ["or a whole number, or a list with one entry per axis"]))
      return nil
    }
  }
}
