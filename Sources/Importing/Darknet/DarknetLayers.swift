import NetIR

// Sections that become layers.
extension DarknetImport {
  mutating func convolution(
    _ section: inout DarknetReader
  ) throws(DefinitionProblem) -> (layer: String, shape: [Int]) {
    guard let last, last.shape.count == 3 else { throw section.problem("it wants an image") }
    let filters = section.integer("filters") ?? 1
    let (size, stride) = (section.integer("size") ?? 1, section.integer("stride") ?? 1)
    let groups = section.integer("groups") ?? 1
    let padding = section.integer("padding") ?? 0
    let pad = section.integer("pad") ?? 0 != 0 ? size / 2 : padding
    for key in ["binary", "xnor", "flipped"] where section.integer(key) ?? 0 != 0 {
      section.report("netc has no `\(key)` convolutions", at: key)
    }
    let isNormal = section.integer("batch_normalize") ?? 0 != 0
    guard (1..<1 << 24).contains(filters), (1..<1 << 12).contains(size), (1..<1 << 12).contains(stride),
      (0..<1 << 12).contains(pad), (1...last.shape[0]).contains(groups), last.shape[0] % groups == 0,
      filters % groups == 0
    else { throw section.problem("its sizes do not fit \(last.shape.crossed)") }
    let image = last.shape[1...].map {
      ShapeArithmetic.convolution(input: $0, size: size, stride: stride, dilation: 1, pad: 2 * pad)
    }
    guard image.allSatisfy({ $0 > 0 }) else { throw section.problem("nothing is left of \(last.shape.crossed)") }
    var choices = [("num_filters", "\(filters)"), ("filter_size", "\(size)")]
    if stride != 1 { choices.append(("stride", "\(stride)")) }
    if pad != 0 { choices.append(("pad", "\(pad)")) }
    if groups != 1 { choices.append(("num_groups", "\(groups)")) }
    if isNormal { choices.append(("b", "null")) }
    let made = add("Conv2D", "conv", [last.layer], [filters] + image, choices + [("nonlinearity", "linear")])
    return try finished(made, isNormal, &section, fallback: "logistic")
  }

  /// A layer's normalisation and nonlinearity.
  mutating func finished(
    _ made: (layer: String, shape: [Int]), _ isNormal: Bool, _ section: inout DarknetReader, fallback: String
  ) throws(DefinitionProblem) -> (layer: String, shape: [Int]) {
    activated(isNormal ? normalized(made) : made, try nonlinearity(&section, fallback: fallback))
  }

  mutating func normalized(_ input: (layer: String, shape: [Int])) -> (layer: String, shape: [Int]) {
    add(
      "BatchNorm", "", [input.layer], input.shape, called: "\(input.layer)_bn",
      [("epsilon", "1.0e-5"), ("alpha", "0.01")])
  }

  /// Darknet pads by size − 1 in all, the smaller half of it in front.
  mutating func maxPool(
    _ section: inout DarknetReader
  ) throws(DefinitionProblem) -> (layer: String, shape: [Int]) {
    guard let last, last.shape.count == 3 else { throw section.problem("it wants an image") }
    let stride = section.integer("stride") ?? 1
    let size = section.integer("size") ?? stride
    let padding = section.integer("padding") ?? size - 1
    guard (1..<1 << 12).contains(size), (1..<1 << 12).contains(stride), (0..<size).contains((padding + 1) / 2),
      padding >= 0
    else { throw section.problem("a window of \(size) with \(padding) around the image") }
    let (before, after) = (padding / 2, padding - padding / 2)
    func length(_ n: Int, _ before: Int, _ after: Int) -> Int {
      ShapeArithmetic.pooling(input: n, size: size, stride: stride, padBefore: before, padAfter: after, ceil: false)
    }
    let image = last.shape[1...].map { length($0, before, after) }
    guard image.allSatisfy({ $0 > 0 }) else { throw section.problem("nothing is left of \(last.shape.crossed)") }
    var choices = [("pool_size", "\(size)")]
    if stride != size { choices.append(("stride", "\(stride)")) }
    // What no window reaches need not be there.
    if before > 0 || image != last.shape[1...].map({ length($0, 0, 0) }) {
      choices.append(
        ("pad", before == after ? "\(before)" : "[[\(before), \(after)], [\(before), \(after)]]"))
    }
    return add("MaxPool2D", "pool", [last.layer], [last.shape[0]] + image, choices)
  }

  // MARK: Earlier layers

  /// The result of a layer that is named from the start, or counted back from this one.
  func earlier(_ index: Int, _ section: DarknetReader) throws(DefinitionProblem) -> (layer: String, shape: [Int]) {
    let place = index < 0 ? results.count + index : index
    guard results.indices.contains(place), let result = results[place] else {
      throw section.problem("there is no layer \(index) before it")
    }
    return result
  }

  /// The sum with an earlier layer: of a larger image every so many pixels, and as many channels as both have.
  mutating func shortcut(
    _ section: inout DarknetReader
  ) throws(DefinitionProblem) -> (layer: String, shape: [Int]) {
    guard let last, let from = section.integer("from") else { throw section.problem("`from` is missing") }
    var other = try earlier(from, section)
    guard last.shape.count == 3, other.shape.count == 3 else { throw section.problem("it adds images") }
    for axis in 1...2 where other.shape[axis] != last.shape[axis] {
      let step = other.shape[axis] / last.shape[axis]
      guard step > 0, step * last.shape[axis] == other.shape[axis] else {
        throw section.problem("it adds \(other.shape.crossed) to \(last.shape.crossed)")
      }
      var shape = other.shape
      shape[axis] = last.shape[axis]
      other = add(
        "Slice", "every", [other.layer], shape,
        [("indices", "\"0:\(other.shape[axis]):\(step)\""), ("axis", "\(axis + 1)")])
    }
    let (channels, missing) = (other.shape[0], last.shape[0] - other.shape[0])
    if missing < 0 {
      other = add(
        "Slice", "channels", [other.layer], last.shape, [("indices", "\"0:\(last.shape[0])\""), ("axis", "1")])
    } else if missing > 0 {
      guard channels > 0 else { throw section.problem("it adds nothing") }
      other = add(
        "Pad", "channels", [other.layer], last.shape, [("width", "[[0, \(missing)], 0, 0]"), ("batch_ndim", "1")])
    }
    let sum = add("ElemwiseSum", "sum", [last.layer, other.layer], last.shape, [])
    return activated(sum, try nonlinearity(&section, fallback: "linear"))
  }

  mutating func route(
    _ section: inout DarknetReader
  ) throws(DefinitionProblem) -> (layer: String, shape: [Int]) {
    var inputs: [(layer: String, shape: [Int])] = []
    for index in section.integers("layers") { inputs.append(try earlier(index, section)) }
    guard let first = inputs.first else { throw section.problem("`layers` is missing") }
    if inputs.count == 1 { return first }
    guard inputs.allSatisfy({ $0.shape.dropFirst() == first.shape.dropFirst() }) else {
      throw section.problem("it joins \(inputs.map(\.shape.crossed).joined(separator: " and "))")
    }
    let channels = inputs.reduce(0) { $0 + $1.shape[0] }
    return add("Concat", "route", inputs.map(\.layer), [channels] + first.shape.dropFirst(), [])
  }
}
