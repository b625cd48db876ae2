import Diagnostics
import YAMLSyntax

/// A random change of a training example, drawn anew whenever the example is used. Numbers of colours count on pixels
/// from 0 to 1.
package enum AugmentationStep: Sendable, Equatable {
  /// Up to so many whole pixels along each axis; edges are repeated.
  case translate(Int)
  /// The same on a ground of zeros: what padding and a random crop come to (He et al. 2016, section 4.2).
  case crop(Int)
  /// Up to so many degrees to either side.
  case rotate(Double)
  /// By a factor from this range; both axes alike.
  case scale(ClosedRange<Double>)
  /// Rows are shifted in proportion to their height, up to so many degrees.
  case shear(Double)
  /// Half of the examples are mirrored. Where targets are x and y in turn, around 0: the coordinate changes its sign,
  /// and pairs of numbers change places.
  case flip(Flip)
  /// Adds N(0, sigma²) to every element.
  case noise(Double)
  /// Adds a number up to this to all elements.
  case brightness(Double)
  /// Multiplies the differences from the image's mean by 1 ± up to this.
  case contrast(Double)
  case hsv(HSVJitter)
  /// Adds V·[αᵢ·sᵢ], αᵢ ~ N(0, sigma²), of the principal components of the training pixels' colours; sᵢ is the
  /// standard deviation along one, or its eigenvalue (Krizhevsky et al. 2012, section 4.1).
  case fancyPCA(sigma: Double, usesEigenvalues: Bool)
  /// A random part of the image, of this share of its area and this ratio of width to height, as large as the image was
  /// (Szegedy et al. 2015, section 6).
  case resizedCrop(area: ClosedRange<Double>, ratio: ClosedRange<Double>)
  /// A square of that side around any pixel becomes 0 (DeVries & Taylor 2017).
  case cutout(Int)

  package enum Axis: String, Sendable, CaseIterable { case horizontal, vertical }

  package struct Flip: Sendable, Equatable {
    package var axis: Axis
    /// nil where targets stay as they are.
    package var swap: [[Int]]?

    package init(axis: Axis, swap: [[Int]]?) { (self.axis, self.swap) = (axis, swap) }
  }

  /// Saturation and value to a power, times a factor, plus an offset; hue plus an offset (Dosovitskiy et al. 2014).
  package struct HSVJitter: Sendable, Equatable {
    package var power = 0.25...4
    package var factor = 0.7...1.4
    package var offset = 0.1
    package var hue = 0.1

    package init() {}
  }
}

/// Reads `data.augment`: a list of steps.
enum AugmentationReader {
  static let names = [
    "translate", "crop", "rotate", "scale", "shear", "flip", "noise", "brightness", "contrast", "hsv", "fancy_pca",
    "cutout", "resized_crop",
  ]

  static func read(_ node: Node, _ bag: inout DiagnosticBag) -> [AugmentationStep] {
    if node.isNull { return [] }
    guard let elements = node.elements else {
      bag.report(
        Diagnostic(
          .wrongType, "`augment` must be a list of steps, not \(node.kindName)", at: node.span,
          help: ["such as `augment: [{translate: 2}, {flip: horizontal}]`"]))
      return []
    }
    return elements.compactMap { step($0, &bag) }
  }

  private static func step(_ node: Node, _ bag: inout DiagnosticBag) -> AugmentationStep? {
    let word = node.entries?.first?.key ?? node
    guard let name = word.scalarText, node.entries?.count ?? 1 == 1 else {
      bag.report(Diagnostic(.wrongType, "a step is {name: value}, not \(node.kindName)", at: node.span))
      return nil
    }
    guard names.contains(name) else {
      bag.report(
        .unknown(
          .unknownParameter, "unknown step of augmentation `\(name)`", word: name, at: word.span, among: names))
      return nil
    }
    let value = node.entries?.first?.value
    if name == "hsv" { return hsv(value, &bag) }
    if name == "resized_crop" { return resizedCrop(value, &bag) }
    if name == "fancy_pca" { return fancyPCA(value, &bag) }
    guard let value, !value.isNull else {
      bag.report(
        Diagnostic(
          .wrongType, "the step `\(name)` needs a value", at: word.span,
          help: [name == "flip" ? "such as `{flip: horizontal}`" : "such as `{\(name): 2}`"]))
      return nil
    }
    var context = DecodeContext(bag: bag, layerType: "augment", key: name)
    defer { bag = context.bag }
    func number(_ type: ValueType<Double>) -> Double? { type.decode(value, &context) }
    switch name {
    case "translate": return ValueType<Int>.positive.decode(value, &context).map { .translate($0) }
    case "crop": return ValueType<Int>.positive.decode(value, &context).map { .crop($0) }
    case "cutout": return ValueType<Int>.positive.decode(value, &context).map { .cutout($0) }
    case "rotate": return number(.positiveDouble).map { .rotate($0) }
    case "shear": return number(.angle).map { .shear($0) }
    case "noise": return number(.positiveDouble).map { .noise($0) }
    case "brightness": return number(.positiveDouble).map { .brightness($0) }
    case "contrast": return number(.factor).map { .contrast($0) }
    case "scale": return ValueType<ClosedRange<Double>>.factors.decode(value, &context).map { .scale($0) }
    default: return flip(value, &context)
    }
  }

  private static func flip(_ value: Node, _ context: inout DecodeContext) -> AugmentationStep? {
    guard let entries = value.entries else {
      return ValueType<AugmentationStep.Axis>.word.decode(value, &context).map { .flip(.init(axis: $0, swap: nil)) }
    }
    var values = KeyedValues(entries, of: "flip", context.bag)
    let axis = values.require("axis", ValueType<AugmentationStep.Axis>.word, at: value.span)
    let pairs = values.node("swap")
    context.bag = values.finish()
    guard let axis else { return nil }
    guard let pairs else { return .flip(.init(axis: axis, swap: nil)) }
    let swap = (pairs.elements ?? []).map { ($0.elements ?? []).compactMap(\.integer) }
    guard pairs.elements != nil, swap.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 >= 0 } }) else {
      context.wrongType(pairs, expected: "a list of pairs of targets, such as [[0, 2], [1, 3]]")
      return nil
    }
    return .flip(.init(axis: axis, swap: swap))
  }

  private static func hsv(_ value: Node?, _ bag: inout DiagnosticBag) -> AugmentationStep? {
    guard let value, !value.isNull else { return .hsv(.init()) }
    guard let entries = value.entries else {
      bag.report(
        Diagnostic(.wrongType, "`hsv` takes {power, factor, offset, hue}, not \(value.kindName)", at: value.span))
      return nil
    }
    var values = KeyedValues(entries, of: "hsv", bag)
    var jitter = AugmentationStep.HSVJitter()
    jitter.power = values.take("power", .factors) ?? jitter.power
    jitter.factor = values.take("factor", .factors) ?? jitter.factor
    jitter.offset = values.take("offset", .notNegativeDouble) ?? jitter.offset
    jitter.hue = values.take("hue", .notNegativeDouble) ?? jitter.hue
    bag = values.finish()
    return .hsv(jitter)
  }

  private static func resizedCrop(_ value: Node?, _ bag: inout DiagnosticBag) -> AugmentationStep? {
    let (area, ratio) = (0.3...1.0, 0.75...(4.0 / 3))
    guard let value, !value.isNull else { return .resizedCrop(area: area, ratio: ratio) }
    if let least = value.number, least > 0, least <= 1 { return .resizedCrop(area: least...1, ratio: ratio) }
    guard let entries = value.entries else {
      bag.report(
        Diagnostic(
          .wrongType, "`resized_crop` takes the least share of the area, or {area, ratio}, not \(value.kindName)",
          at: value.span, help: ["such as `{resized_crop: 0.3}`"]))
      return nil
    }
    var values = KeyedValues(entries, of: "resized_crop", bag)
    let areas = values.take("area", .shares) ?? area
    let ratios = values.take("ratio", .factors) ?? ratio
    bag = values.finish()
    return .resizedCrop(area: areas, ratio: ratios)
  }

  private enum Length: String, CaseIterable { case deviation, eigenvalue }

  private static func fancyPCA(_ value: Node?, _ bag: inout DiagnosticBag) -> AugmentationStep? {
    guard let value, !value.isNull else { return .fancyPCA(sigma: 0.1, usesEigenvalues: false) }
    if let number = value.number, number > 0 { return .fancyPCA(sigma: number, usesEigenvalues: false) }
    guard let entries = value.entries else {
      bag.report(
        Diagnostic(
          .wrongType, "`fancy_pca` takes a number above 0, or {sigma, scale}, not \(value.kindName)", at: value.span))
      return nil
    }
    var values = KeyedValues(entries, of: "fancy_pca", bag)
    let sigma = values.take("sigma", .positiveDouble) ?? 0.1
    let length = values.take("scale", ValueType<Length>.word) ?? .deviation
    bag = values.finish()
    return .fancyPCA(sigma: sigma, usesEigenvalues: length == .eigenvalue)
  }
}

extension ValueType where Value == Double {
  fileprivate static let angle = number(
    "an angle above 0 and below 90", in: NumberRange(from: .excluding(0), to: .excluding(90)))
}

extension ValueType where Value == ClosedRange<Double> {
  /// [low, high] within 0 and 1.
  fileprivate static let shares = ValueType("a range of shares such as [0.3, 1]") { node, context in
    let numbers = (node.elements ?? []).compactMap(\.number)
    guard numbers.count == 2, node.elements?.count == 2, numbers[0] > 0, numbers[1] >= numbers[0], numbers[1] <= 1
    else {
      context.wrongType(node, expected: "a range of shares such as [0.3, 1]")
      return nil
    }
    return numbers[0]...numbers[1]
  }

  /// [low, high], or a share s for [1 − s, 1 + s].
  fileprivate static let factors = ValueType("a range such as [0.9, 1.1], or a share such as 0.1") { node, context in
    let numbers = node.elements.map { $0.compactMap(\.number) } ?? node.number.map { [1 - $0, 1 + $0] } ?? []
    guard numbers.count == 2, node.elements?.count ?? 2 == 2, numbers[0] > 0, numbers[1] >= numbers[0],
      numbers[1].isFinite
    else {
      context.wrongType(node, expected: "a range such as [0.9, 1.1], or a share such as 0.1")
      return nil
    }
    return numbers[0]...numbers[1]
  }
}
