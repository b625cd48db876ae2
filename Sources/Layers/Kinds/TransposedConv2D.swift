import Diagnostics
import NetIR
import YAMLSyntax

/// The transposed convolution (Zeiler et al. 2010; "deconvolution"): what a convolution with these parameters would
/// do backwards.
package struct TransposedConv2D: LayerKind {
  package static let typeName = "TransposedConv2D"
  package static let aliases = ["Deconv2D"]
  package static let summary =
    "Each pixel adds a filter-sized patch to the result: (n − 1)·s + k − crop per axis; enlarges by the stride."
  package static let parameters: [Parameter<Self>] = [
    Parameter("num_filters", \.numFilters, .positive, "how many filters, the channels of the result"),
    Parameter("filter_size", \.filterSize, .size, "height and width of a filter"),
    Parameter("stride", \.stride, .size, default: "1", "pixels between neighbouring patches"),
    Parameter(
      "crop", \.crop, .crop, default: "0",
      "rows and columns cut from the edges; `same` is k//2, `full` is k − 1, `valid` is 0"),
    Parameter(
      "output_size", \.outputSize, ValueType<Size2D>.size.orNull("for the size above"), default: "null",
      "height and width of the result; says which of the sizes that a strided convolution maps to the input is meant"),
    Parameter("W", \.weight, .weight, default: "glorot_uniform", "initialiser of the filters, or a layer"),
    Parameter("b", \.bias, .weightOrNone, default: "0", "initialiser of the biases, or a layer"),
    Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "rectify", "applied to the result"),
    Parameter(
      "batch_norm", \.batchNorm, .bool, default: "false",
      "normalise before the nonlinearity: drops the bias, adds `<name>_bn` and `<name>_nonlin`"),
  ]

  package var numFilters = 1
  package var filterSize = Size2D(1)
  package var stride = Size2D(1)
  package var crop = Crop.explicit(.none)
  package var outputSize: Size2D?
  package var weight = WeightSource.initialiser(.glorotUniform(gain: 1))
  package var bias: WeightSource? = .initialiser(.constant(0))
  package var nonlinearity = Nonlinearity.rectify
  package var batchNorm = false

  /// What is cut from the full result.
  package enum Crop: Hashable, Sendable {
    case explicit(Padding2D)
    case valid, same, full

    func resolved(_ filter: Size2D) -> Padding2D {
      func both(_ height: Int, _ width: Int) -> Padding2D {
        Padding2D(top: height, bottom: height, left: width, right: width)
      }
      return switch self {
      case .explicit(let padding): padding
      case .valid: .none
      case .same: both(filter.height / 2, filter.width / 2)
      case .full: both(filter.height - 1, filter.width - 1)
      }
    }
  }

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let image = try ImageShape(inputs[0], of: Self.typeName, in: context)
    let crop = crop.resolved(filterSize)
    let height = try length(
      "height", image.height, filterSize.height, stride.height, crop.top, crop.bottom, outputSize?.height, context)
    let width = try length(
      "width", image.width, filterSize.width, stride.width, crop.left, crop.right, outputSize?.width, context)
    return [inputs[0][0], numFilters, height, width]
  }

  private func length(
    _ axis: String, _ n: Int, _ k: Int, _ s: Int, _ before: Int, _ after: Int, _ wanted: Int?,
    _ context: LayerContext
  ) throws(ShapeProblem) -> Int {
    _ = try SizeLimit.product(n - 1, s, in: context)
    let length = ShapeArithmetic.transposed(input: n, size: k, stride: s, crop: before + after)
    let sign = length < 0 ? "−" : ""
    let note =
      "\(axis): (input − 1)·stride + filter − crop = (\(n) − 1)·\(s) + \(k) − \(before + after) = "
      + "\(sign)\(length.magnitude)"
    guard length >= 1 else {
      throw ShapeProblem(
        .cropTooLarge, "the crop of `\(context.name)` leaves nothing of its result", at: "crop",
        label: "larger than the result", notes: [note],
        help: ["use `crop: \(max(0, (length + before + after - 1) / 2))` or less"], blaming: [0])
    }
    guard let wanted else { return length }
    guard (length..<length + s).contains(wanted) else {
      let range = s == 1 ? "\(length)" : "\(length) to \(length + s - 1)"
      throw ShapeProblem(
        .cropTooLarge, "`output_size` of `\(context.name)` cannot be \(wanted): its \(axis) is \(range)",
        at: "output_size", label: "a convolution of \(wanted) would not give \(n)", notes: [note],
        help: ["leave `output_size` out, or change `crop` or `stride`"], blaming: [0])
    }
    return wanted
  }

  /// W is (channels, filters, height, width), as Lasagne, Caffe and PyTorch have it: its fan-in is
  /// filters·height·width.
  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    let shape = [inputs[0].channels ?? 0, numFilters, filterSize.height, filterSize.width]
    var specs = [WeightSpec("W", shape, weight, isRegularized: true)]
    if let bias { specs.append(WeightSpec("b", [numFilters], bias)) }
    return specs
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let stored = [input[1], numFilters, filterSize.height, filterSize.width]
    let weights = try lowering.weight("W", stored)
    let crop = crop.resolved(filterSize)
    let output =
      outputSize
      ?? Size2D(
        ShapeArithmetic.transposed(
          input: input[2], size: filterSize.height, stride: stride.height, crop: crop.top + crop.bottom),
        ShapeArithmetic.transposed(
          input: input[3], size: filterSize.width, stride: stride.width, crop: crop.left + crop.right))
    let attributes = TransposedConvolutionAttributes(
      kernel: filterSize, stride: stride, crop: Size2D(crop.top, crop.left), output: output)
    var operands = [inputs[0], try lowering.add(.rearrange(.transpose(stored, [1, 0, 2, 3])), [weights])]
    if bias != nil { operands.append(try lowering.weight("b", [numFilters])) }
    let value = try lowering.add(.transposedConv2D(attributes, Epilogue(bias: bias != nil)), operands)
    return try lowering.apply(nonlinearity, to: value)
  }

  package func window(over input: LayerShape) -> Window? {
    Window(.transposed, size: filterSize, stride: stride)
  }

  package var batchNormalised: (layer: any LayerKind, nonlinearity: Nonlinearity)? {
    guard batchNorm else { return nil }
    var bare = self
    (bare.bias, bare.nonlinearity, bare.batchNorm) = (nil, .linear, false)
    return (bare, nonlinearity)
  }
}

extension ValueType where Value == TransposedConv2D.Crop {
  fileprivate static let crop: Self = {
    let words: [(String, TransposedConv2D.Crop)] = [("valid", .valid), ("same", .same), ("full", .full)]
    let padding = ValueType<Padding2D>.padding
    return ValueType(
      padding.expected + ", or `valid`, `same` or `full`",
      schema: .oneOf(padding.schema.alternatives + [.words(words.map(\.0))])
    ) { node, context in
      guard let text = node.scalarText, case .string = node.resolved else {
        return padding.decode(node, &context).map { .explicit($0) }
      }
      if let found = words.first(where: { $0.0 == text }) { return found.1 }
      context.bag.report(
        .unknown(
          .outOfRange, "`\(context.key)` of \(context.layerType) cannot be `\(text)`", word: text, at: node.span,
          among: words.map(\.0), notes: ["or a whole number, [height, width], or [[top, bottom], [left, right]]"]))
      return nil
    }
  }()
}
