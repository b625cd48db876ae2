import NetIR

// Convolutions, dense layers and pooling.
extension CaffeImport {
  /// A window's height and width, its step, padding and dilation.
  private struct Window {
    var size = [1, 1]
    var stride = [1, 1]
    var pad = [0, 0]
    var dilation = [1, 1]
  }

  /// `kernel_size`, or `kernel_h` and `kernel_w`; and so on.
  private func window(
    _ reader: inout FieldReader, needsSize: Bool = true
  ) throws(DefinitionProblem) -> Window {
    func pair(_ name: String, _ prefix: String, _ fallback: Int) throws(DefinitionProblem) -> [Int] {
      let (both, height, width) = (
        reader.integers(name), reader.integer("\(prefix)_h"), reader.integer("\(prefix)_w")
      )
      guard both.count <= 2 else {
        throw DefinitionProblem("netc takes images: \(both.count) numbers are too many", reader.place(of: name))
      }
      let result = [height ?? both.first ?? fallback, width ?? both.last ?? fallback]
      guard result.allSatisfy({ (0..<1 << 20).contains($0) }) else {
        throw DefinitionProblem("`\(name)` is \(result.crossed)", reader.place(of: name))
      }
      return result
    }
    let size = try pair("kernel_size", "kernel", 0)
    let window = Window(
      size: size, stride: try pair("stride", "stride", 1), pad: try pair("pad", "pad", 0),
      dilation: try pair("dilation", "dilation", 1))
    guard window.stride.allSatisfy({ $0 > 0 }), window.dilation.allSatisfy({ $0 > 0 }),
      size.allSatisfy({ $0 > 0 }) || !needsSize
    else { throw DefinitionProblem("\(reader.name) has no size or step of a window", reader.place) }
    return window
  }

  private func options(of window: Window) -> [(key: String, value: String)] {
    var options = [("filter_size", window.size.brief)]
    if window.stride != [1, 1] { options.append(("stride", window.stride.brief)) }
    if window.pad != [0, 0] { options.append(("pad", window.pad.brief)) }
    if window.dilation != [1, 1] { options.append(("dilation", window.dilation.brief)) }
    return options
  }

  private func check(_ shape: [Int], _ layer: CaffeLayer) throws(DefinitionProblem) {
    guard shape.allSatisfy({ (1..<1 << 24).contains($0) }) else {
      throw DefinitionProblem("nothing is left of the image behind `\(layer.name)`", layer.fields.place)
    }
  }

  mutating func convolution(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try image(layer)
    var reader = FieldReader("convolution_param", in: &layer.fields)
    let window = try window(&reader)
    let filters = reader.integer("num_output") ?? 0
    let groups = layer.type == "Convolution" ? reader.integer("group") ?? 1 : shape[0]
    let hasBias = reader.flag("bias_term") ?? true
    if reader.integer("axis") ?? 1 != 1 { reader.report("netc's channels are axis 1", at: "axis") }
    reader.ignore("engine", "force_nd_im2col")
    guard filters > 0, filters < 1 << 24, groups > 0, shape[0] % groups == 0, filters % groups == 0 else {
      throw DefinitionProblem(
        "`\(layer.name)` has \(filters) filters in \(groups) groups for \(shape[0]) channels", reader.place)
    }
    var choices = [("num_filters", "\(filters)")] + options(of: window)
    if groups != 1 { choices.append(("num_groups", "\(groups)")) }
    choices += fillers(&reader, hasBias: hasBias)
    layer.fields.adopt(reader)
    let size = (0..<2).map {
      ShapeArithmetic.convolution(
        input: shape[1 + $0], size: window.size[$0], stride: window.stride[$0], dilation: window.dilation[$0],
        pad: 2 * window.pad[$0])
    }
    try check(size, layer)
    let made = addLayer(
      "Conv2D", of: layer, from: [name], shape: [filters] + size, choices + [("nonlinearity", "linear")])
    parameter(of: layer, 0, made, "W", [filters, shape[0] / groups] + window.size)
    if hasBias { parameter(of: layer, 1, made, "b", [filters]) }
  }

  mutating func deconvolution(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try image(layer)
    var reader = FieldReader("convolution_param", in: &layer.fields)
    let window = try window(&reader)
    let filters = reader.integer("num_output") ?? 0
    let hasBias = reader.flag("bias_term") ?? true
    reader.ignore("engine", "force_nd_im2col", "axis")
    guard filters > 0, filters < 1 << 24 else {
      throw DefinitionProblem("`\(layer.name)` has no filters", reader.place)
    }
    if reader.integer("group") ?? 1 != 1 {
      reader.report(
        "netc's transposed convolutions have one group", at: "group",
        help: ["one that only enlarges is `Upscale2D: {scale_factor: …, mode: bilinear}`"])
    }
    if window.dilation != [1, 1] { reader.report("netc's transposed convolutions have no dilation", at: "dilation") }
    var choices = [("num_filters", "\(filters)"), ("filter_size", window.size.brief)]
    if window.stride != [1, 1] { choices.append(("stride", window.stride.brief)) }
    if window.pad != [0, 0] { choices.append(("crop", window.pad.brief)) }
    choices += fillers(&reader, hasBias: hasBias)
    layer.fields.adopt(reader)
    let size = (0..<2).map {
      ShapeArithmetic.transposed(
        input: shape[1 + $0], size: window.size[$0], stride: window.stride[$0], crop: 2 * window.pad[$0])
    }
    try check(size, layer)
    let made = addLayer(
      "TransposedConv2D", of: layer, from: [name], shape: [filters] + size, choices + [("nonlinearity", "linear")])
    parameter(of: layer, 0, made, "W", [shape[0], filters] + window.size)
    if hasBias { parameter(of: layer, 1, made, "b", [filters]) }
  }

  mutating func innerProduct(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var reader = FieldReader("inner_product_param", in: &layer.fields)
    let units = reader.integer("num_output") ?? 0
    let hasBias = reader.flag("bias_term") ?? true
    let isTransposed = reader.flag("transpose") ?? false
    if reader.integer("axis") ?? 1 != 1 { reader.report("netc's dense layers read everything", at: "axis") }
    guard units > 0, units < 1 << 24 else { throw DefinitionProblem("`\(layer.name)` has no units", reader.place) }
    let choices = [("num_units", "\(units)")] + fillers(&reader, hasBias: hasBias)
    layer.fields.adopt(reader)
    let made = addLayer(
      "Dense", of: layer, from: [name], shape: [units], choices + [("nonlinearity", "linear")])
    parameter(of: layer, 0, made, "W", [units, shape.reduce(1, *)], isTransposed ? .transposed : .asIs)
    if hasBias { parameter(of: layer, 1, made, "b", [units]) }
  }

  mutating func pooling(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try image(layer)
    var reader = FieldReader("pooling_param", in: &layer.fields)
    let isGlobal = reader.flag("global_pooling") ?? false
    var window = try window(&reader, needsSize: !isGlobal)
    let kind = reader.word("pool") ?? "MAX"
    let rounds = reader.word("round_mode") ?? "CEIL"
    reader.ignore("engine")
    let mode = ["MAX": "max", "0": "max", "AVE": "average", "1": "average"][kind]
    if mode == nil { reader.report("netc does not pool by `\(kind)`", at: "pool") }
    layer.fields.adopt(reader)
    if isGlobal { (window.size, window.stride, window.pad) = (Array(shape[1...]), [1, 1], [0, 0]) }
    let isCeil = rounds != "FLOOR" && rounds != "1"
    func size(ceil: Bool) -> [Int] {
      (0..<2).map {
        ShapeArithmetic.pooling(
          input: shape[1 + $0], size: window.size[$0], stride: window.stride[$0], padBefore: window.pad[$0],
          padAfter: window.pad[$0], ceil: ceil)
      }
    }
    let result = size(ceil: isCeil)
    try check(result, layer)
    // One pixel that nothing but vectors are made of is a vector.
    if isGlobal, readsVectors(layer.tops) {
      addLayer(
        "GlobalPool", of: layer, from: [name], shape: [shape[0]], mode == "max" ? [("mode", "max")] : [])
      return
    }
    var choices = [("pool_size", window.size.brief)]
    if window.stride != window.size { choices.append(("stride", window.stride.brief)) }
    if window.pad != [0, 0] { choices.append(("pad", window.pad.brief)) }
    if mode != "max" { choices.append(("mode", window.pad == [0, 0] ? "average_exc_pad" : "average_inc_pad")) }
    if isCeil, result != size(ceil: false) { choices.append(("round", "ceil")) }
    addLayer(mode == "max" ? "MaxPool2D" : "Pool2D", of: layer, from: [name], shape: [shape[0]] + result, choices)
  }

  /// What the parameters begin with, where netc begins otherwise.
  private mutating func fillers(_ reader: inout FieldReader, hasBias: Bool) -> [(key: String, value: String)] {
    var choices: [(key: String, value: String)] = []
    if let filler = filler("weight_filler", &reader) { choices.append(("W", filler)) }
    let bias = filler("bias_filler", &reader)
    if !hasBias { choices.append(("b", "null")) } else if let bias, bias != "0" { choices.append(("b", bias)) }
    return choices
  }

  private mutating func filler(_ key: String, _ reader: inout FieldReader) -> String? {
    guard reader.has(key) else { return nil }
    var filler = FieldReader(key, in: &reader)
    defer { reader.adopt(filler) }
    let type = filler.text("type") ?? "constant"
    let (value, deviation) = (filler.number("value") ?? 0, filler.number("std") ?? 1)
    let (least, most) = (filler.number("min") ?? 0, filler.number("max") ?? 1)
    let norm = filler.word("variance_norm") ?? "FAN_IN"
    let mean = filler.number("mean") ?? 0
    filler.ignore("sparse")
    switch (type, norm) {
    case ("constant", _): return value.written
    case ("gaussian", _):
      return "{normal: {std: \(deviation.written)\(mean == 0 ? "" : ", mean: \(mean.written)")}}"
    case ("uniform", _) where least == -most: return "{uniform: {range: \(most.written)}}"
    case ("xavier", "FAN_IN"): return "lecun_uniform"
    case ("xavier", "AVERAGE"): return "glorot_uniform"
    case ("msra", "FAN_IN"): return "he_normal"
    default:
      let remark = "Caffe's first values by `\(type)` have no counterpart: netc's own are used."
      if !network.remarks.contains(remark) { network.remarks.append(remark) }
      return nil
    }
  }
}
