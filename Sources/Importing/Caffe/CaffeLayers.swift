// Each type of layer as layers of a spec.
extension CaffeImport {
  mutating func addLayers(of layer: inout CaffeLayer) throws(DefinitionProblem) {
    switch layer.type {
    case "Input": input(&layer)
    case _ where Self.dataTypes.contains(layer.type): data(&layer)
    case "Convolution", "ConvolutionDepthwise", "DepthwiseConvolution": try convolution(&layer)
    case "Deconvolution": try deconvolution(&layer)
    case "InnerProduct": try innerProduct(&layer)
    case "Pooling": try pooling(&layer)
    case "LRN": try responseNormalization(&layer)
    case "BatchNorm": try batchNorm(&layer)
    case "Scale": try scale(&layer)
    case "Bias": try bias(&layer)
    case "Power": try power(&layer)
    case "Eltwise": try elementwise(&layer)
    case "Concat": try concat(&layer)
    case "Slice": try slice(&layer)
    case "Split": try split(layer)
    case "Flatten": try flatten(&layer)
    case "Reshape": try reshape(&layer)
    case "Permute": try permute(&layer)
    case "Dropout": try dropout(&layer)
    case "PReLU": try parametricRectifier(&layer)
    case "Softmax": try softmax(&layer)
    case "SoftmaxWithLoss", "SigmoidCrossEntropyLoss", "EuclideanLoss", "HingeLoss": try loss(&layer)
    default:
      guard let nonlinearity = nonlinearity(&layer) else {
        // What it takes no longer matters.
        layer.fields.ignoreRest()
        throw DefinitionProblem(
          layer.type.isEmpty
            ? "`\(layer.name)` has no type" : "netc has no layer such as `\(layer.name)`, a \(layer.type)",
          layer.fields.place(of: "type"))
      }
      try activate(layer, nonlinearity)
    }
  }

  /// The nonlinearity of a layer in the words of a spec; nil where the type is none.
  private func nonlinearity(_ layer: inout CaffeLayer) -> String? {
    func parameters(_ key: String, _ read: (inout FieldReader) -> String) -> String {
      var reader = FieldReader(key, in: &layer.fields)
      reader.ignore("engine")
      let text = read(&reader)
      layer.fields.adopt(reader)
      return text
    }
    switch layer.type {
    case "ReLU":
      return parameters("relu_param") {
        let slope = $0.number("negative_slope") ?? 0
        return slope == 0 ? "rectify" : "{leaky_rectify: {leakiness: \(slope.written)}}"
      }
    case "ReLU6": return "relu6"
    case "Sigmoid": return parameters("sigmoid_param") { _ in "sigmoid" }
    case "TanH": return parameters("tanh_param") { _ in "tanh" }
    case "BNLL": return "softplus"
    case "Swish":
      return parameters("swish_param") {
        if $0.number("beta") ?? 1 != 1 { $0.report("netc's swish has β = 1", at: "beta") }
        return "swish"
      }
    case "ELU":
      return parameters("elu_param") {
        if $0.number("alpha") ?? 1 != 1 { $0.report("netc's elu has α = 1", at: "alpha") }
        return "elu"
      }
    default: return nil
    }
  }

  // MARK: Softmax and losses

  private mutating func softmax(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    var parameters = FieldReader("softmax_param", in: &layer.fields)
    parameters.ignore("engine")
    if parameters.integer("axis") ?? 1 != 1 { parameters.report("netc's softmax runs over axis 1", at: "axis") }
    layer.fields.adopt(parameters)
    try activate(layer, "softmax")
  }

  /// What a network is judged by: the layer before it gets the nonlinearity that the loss has in itself.
  private mutating func loss(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let weight = layer.fields.number("loss_weight") ?? 1
    layer.fields.ignore("softmax_param", "hinge_loss_param")
    guard let place = layer.bottoms.firstIndex(where: { if case .layer? = values[$0] { true } else { false } }) else {
      throw DefinitionProblem("`\(layer.name)` judges nothing that the network computes", layer.fields.place)
    }
    let (judged, _) = try source(layer, place)
    var wrapped = layer
    wrapped.bottoms = [layer.bottoms[place]]
    wrapped.tops = ["\(layer.name) of netc"]
    let (name, nonlinearity) =
      switch layer.type {
      case "SoftmaxWithLoss": ("categorical_crossentropy", "softmax")
      case "SigmoidCrossEntropyLoss": ("binary_crossentropy", "sigmoid")
      case "EuclideanLoss": ("squared_error", "")
      default: ("multiclass_hinge", "")
      }
    var output = judged
    if !nonlinearity.isEmpty {
      try activate(wrapped, nonlinearity)
      if case .layer(let made, _)? = values[wrapped.tops[0]] { output = made }
    }
    objectives.append((output, name, weight))
    // Nothing reads a loss.
    for top in layer.tops { values[top] = .label }
  }

  // MARK: Simple layers

  private mutating func dropout(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var parameters = FieldReader("dropout_param", in: &layer.fields)
    let ratio = parameters.number("dropout_ratio") ?? 0.5
    parameters.ignore("scale_train")
    layer.fields.adopt(parameters)
    addLayer("Dropout", of: layer, from: [name], shape: shape, ratio == 0.5 ? [] : [("p", ratio.written)])
  }

  private mutating func parametricRectifier(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var parameters = FieldReader("prelu_param", in: &layer.fields)
    let isShared = parameters.flag("channel_shared") ?? false
    parameters.ignore("filler")
    layer.fields.adopt(parameters)
    let made = addLayer("ParametricRectifier", of: layer, from: [name], shape: shape)
    parameter(of: layer, 0, made, "alpha", [shape[0]], isShared ? .repeated : .asIs)
  }

  private mutating func elementwise(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    var parameters = FieldReader("eltwise_param", in: &layer.fields)
    let operation = parameters.word("operation") ?? "SUM"
    let factors = parameters.numbers("coeff")
    parameters.ignore("stable_prod_grad")
    layer.fields.adopt(parameters)
    var inputs: [(layer: String, shape: [Int])] = []
    for index in layer.bottoms.indices { inputs.append(try source(layer, index)) }
    guard let shape = inputs.first?.shape, inputs.allSatisfy({ $0.shape == shape }) else {
      throw DefinitionProblem(
        "`\(layer.name)` combines \(inputs.map(\.shape.crossed).joined(separator: " and "))", layer.fields.place)
    }
    let names = inputs.map(\.layer)
    switch operation {
    case "SUM", "1":
      let coefficients = factors.allSatisfy { $0 == 1 } ? [] : factors.map(\.written)
      addLayer(
        "ElemwiseSum", of: layer, from: names, shape: shape,
        coefficients.isEmpty ? [] : [("coeffs", "[\(coefficients.joined(separator: ", "))]")])
    case "PROD", "0": addLayer("ElemwiseMerge", of: layer, from: names, shape: shape, [("operation", "mul")])
    case "MAX", "2": addLayer("ElemwiseMerge", of: layer, from: names, shape: shape, [("operation", "max")])
    default: layer.fields.report("netc does not know the operation `\(operation)`", at: "eltwise_param")
    }
  }

  private mutating func power(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var parameters = FieldReader("power_param", in: &layer.fields)
    let (power, scale) = (parameters.number("power") ?? 1, parameters.number("scale") ?? 1)
    let shift = parameters.number("shift") ?? 0
    guard power == 1 || (power == 2 && shift == 0) else {
      throw DefinitionProblem(
        "`\(layer.name)` computes (\(shift.written) + \(scale.written)·x)^\(power.written); netc has a power of 1, or "
          + "of 2 without a shift", parameters.place)
    }
    layer.fields.adopt(parameters)
    var last = name
    if scale != 1 {
      let isLast = power == 1 && shift == 0
      last = addLayer(
        "ElemwiseSum", of: layer, called: isLast ? nil : "\(layer.name)_scale", from: [last], shape: shape,
        [("coeffs", "[\(scale.written)]")])
    }
    if power == 2 {
      addLayer("ElemwiseMerge", of: layer, from: [last, last], shape: shape, [("operation", "mul")])
    } else if shift != 0 {
      let made = addLayer("Bias", of: layer, from: [last], shape: shape, [("b", shift.written)])
      constant(made, "b", [shape[0]], Float(shift))
    } else if scale == 1 {
      try split(layer)
    }
  }

  private mutating func constant(_ layer: String, _ suffix: String, _ shape: [Int], _ value: Float) {
    parameters.append(
      CaffeParameter(name: "\(layer).\(suffix)", shape: shape, layer: "", index: 0, form: .constant(value)))
  }
}
