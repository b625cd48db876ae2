import NetIR
import YAMLSyntax

/// The `pad` of a convolution.
package enum ConvolutionPadding: Hashable, Sendable {
  case explicit(Padding2D)
  case valid
  /// d·(k − 1) in all, whatever the stride.
  case same
  /// TensorFlow's, Keras' and ONNX's.
  case sameUpper
  /// (k − 1)·d on each side.
  case full

  package func resolved(height: Int, width: Int, kernel: Size2D, stride: Size2D, dilation: Size2D)
    -> Padding2D
  {
    switch self {
    case .explicit(let padding): return padding
    case .valid: return .none
    case .same:
      let vertical = ShapeArithmetic.same(size: kernel.height, dilation: dilation.height)
      let horizontal = ShapeArithmetic.same(size: kernel.width, dilation: dilation.width)
      return Padding2D(
        top: vertical.before, bottom: vertical.after, left: horizontal.before, right: horizontal.after)
    case .sameUpper:
      let vertical = ShapeArithmetic.sameUpper(
        input: height, size: kernel.height, stride: stride.height, dilation: dilation.height)
      let horizontal = ShapeArithmetic.sameUpper(
        input: width, size: kernel.width, stride: stride.width, dilation: dilation.width)
      return Padding2D(
        top: vertical.before, bottom: vertical.after, left: horizontal.before, right: horizontal.after)
    case .full:
      let vertical = (kernel.height - 1) * dilation.height
      let horizontal = (kernel.width - 1) * dilation.width
      return Padding2D(top: vertical, bottom: vertical, left: horizontal, right: horizontal)
    }
  }
}

extension ValueType where Value == ConvolutionPadding {
  private static var words: [String] { ["valid", "same", "same_upper", "full"] }

  /// A number, `[height, width]`, `[[top, bottom], [left, right]]`, or a word.
  package static let convolutionPadding = ValueType(
    "a whole number from 0, a pair of them, [[top, bottom], [left, right]], "
      + "or `valid`, `same`, `same_upper` or `full`",
    schema: .oneOf(ValueType<Padding2D>.padding.schema.alternatives + [.words(words)])
  ) { node, context in
    if let text = node.scalarText, case .string = node.resolved {
      switch text {
      case "valid": return .valid
      case "same": return .same
      case "same_upper": return .sameUpper
      case "full": return .full
      default:
        context.bag.report(
          .unknown(
            .outOfRange, "`\(context.key)` of \(context.layerType) cannot be `\(text)`", word: text,
            at: node.span, among: words,
            notes: ["or a whole number, [height, width], or [[top, bottom], [left, right]]"]))
        return nil
      }
    }
    return ValueType<Padding2D>.padding.decode(node, &context).map { .explicit($0) }
  }
}

extension ValueType where Value == Padding2D {
  private static var schema: ValueSchema {
    let number = ValueType<Int>.nonNegative.schema
    let axis = ValueSchema.oneOf([number, .list(of: number, count: 2...2)])
    return .oneOf([number, .list(of: axis, count: 2...2)])
  }

  /// A number, `[height, width]`, or `[[top, bottom], [left, right]]`.
  package static let padding = ValueType(
    "a whole number from 0, a pair of them, or [[top, bottom], [left, right]]", schema: schema
  ) { node, context in
    let number = ValueType<Int>.nonNegative
    guard let elements = node.elements else {
      guard node.integer != nil else {
        context.wrongType(node, expected: "a whole number from 0, or a pair [height, width]")
        return nil
      }
      return number.decode(node, &context).map { Padding2D(top: $0, bottom: $0, left: $0, right: $0) }
    }
    guard elements.count == 2 else {
      context.wrongType(node, expected: "a pair [height, width]", help: ["one value for each axis"])
      return nil
    }
    var sides: [(Int, Int)] = []
    for element in elements {
      if let pair = element.elements {
        guard pair.count == 2 else {
          context.wrongType(element, expected: "a pair [before, after]")
          return nil
        }
        guard let before = number.decode(pair[0], &context), let after = number.decode(pair[1], &context)
        else { return nil }
        sides.append((before, after))
      } else {
        guard let both = number.decode(element, &context) else { return nil }
        sides.append((both, both))
      }
    }
    return Padding2D(top: sides[0].0, bottom: sides[0].1, left: sides[1].0, right: sides[1].1)
  }
}
