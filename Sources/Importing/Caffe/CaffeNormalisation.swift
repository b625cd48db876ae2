// Normalisations, factors and shifts.
extension CaffeImport {
  mutating func responseNormalization(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try image(layer)
    var reader = FieldReader("lrn_param", in: &layer.fields)
    reader.ignore("engine")
    let size = reader.integer("local_size") ?? 5
    let region = reader.word("norm_region") ?? "ACROSS_CHANNELS"
    let isWithin = region == "WITHIN_CHANNEL" || region == "1"
    if size < 1 || size % 2 == 0 { reader.report("the size of a neighbourhood has to be odd", at: "local_size") }
    // The constant is 1 within a channel, whatever a definition says.
    let constant = isWithin ? 1 : reader.number("k") ?? 1
    reader.ignore("k")
    var options = [("n", "\(size)")]
    options.append(("alpha", (reader.number("alpha") ?? 1).written))
    options.append(("beta", (reader.number("beta") ?? 0.75).written))
    options += [("k", constant.written), ("alpha_over_n", "true")]
    if isWithin { options.append(("region", "within_channel")) }
    layer.fields.adopt(reader)
    addLayer("LRN", of: layer, from: [name], shape: shape, options)
  }

  /// Caffe's has no factor and no shift: a Scale behind it has them.
  mutating func batchNorm(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var reader = FieldReader("batch_norm_param", in: &layer.fields)
    reader.ignore("use_global_stats")
    let epsilon = reader.number("eps") ?? 1e-5
    let share = 1 - (reader.number("moving_average_fraction") ?? 0.999)
    layer.fields.adopt(reader)
    let made = addLayer(
      "BatchNorm", of: layer, from: [name], shape: shape,
      [
        ("epsilon", epsilon.written), ("alpha", "\(Float(Int((share * 1e6).rounded())) / 1e6)"), ("gamma", "null"),
        ("beta", "null"),
      ])
    bareNorms.insert(made)
    parameter(of: layer, 0, made, "mean", [shape[0]], .statistic)
    parameter(of: layer, 1, made, "var", [shape[0]], .statistic)
  }

  mutating func scale(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var reader = FieldReader("scale_param", in: &layer.fields)
    reader.ignore("filler", "bias_filler")
    let hasBias = reader.flag("bias_term") ?? false
    let axes = (reader.integer("axis") ?? 1, reader.integer("num_axes") ?? 1)
    if axes != (1, 1) || layer.bottoms.count > 1 {
      reader.report("netc scales each channel by a learned number")
    }
    layer.fields.adopt(reader)
    if bareNorms.contains(name), isSoleReader(layer), let place = network.place(of: name),
      !network.layers.contains(where: { $0.incomings.contains(name) })
    {
      bareNorms.remove(name)
      network.layers[place]["gamma"] = nil
      if hasBias { network.layers[place]["beta"] = nil }
      parameter(of: layer, 0, name, "gamma", [shape[0]])
      if hasBias { parameter(of: layer, 1, name, "beta", [shape[0]]) }
      for top in layer.tops { values[top] = .layer(name, shape: shape) }
      return
    }
    let made = addLayer("Scale", of: layer, from: [name], shape: shape)
    parameter(of: layer, 0, made, "scales", [shape[0]])
    if hasBias {
      let shifted = addLayer("Bias", of: layer, called: "\(layer.name)_bias", from: [made], shape: shape)
      parameter(of: layer, 1, shifted, "b", [shape[0]])
    }
  }

  mutating func bias(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var reader = FieldReader("bias_param", in: &layer.fields)
    reader.ignore("filler")
    let axes = (reader.integer("axis") ?? 1, reader.integer("num_axes") ?? 1)
    if axes != (1, 1) || layer.bottoms.count > 1 { reader.report("netc adds a learned number to each channel") }
    layer.fields.adopt(reader)
    let made = addLayer("Bias", of: layer, from: [name], shape: shape)
    parameter(of: layer, 0, made, "b", [shape[0]])
  }
}
