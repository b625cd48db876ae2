extension GraphOp: Codable {
  private enum Name: String {
    case input, constant, fill, conv2D, transposedConv2D, dense, pool2D, globalPool, activation, batchNorm, scaleShift
    case parametricRectify, standardize, elementwise, lrn, softmax, reshape, pad, concat, rearrange, upscaleBilinear
    case interleave
    case dropout, gaussianNoise, randomizedRectify, copy, packWeights, normScale, normShift, scaleRows, scaleBias
    case training, gradient
  }

  package init(from decoder: any Decoder) throws {
    let read = try CaseReader(decoder)
    self =
      switch try read.name(of: Name.self) {
      case .input: .input(index: try read("index"), shape: try read("shape"))
      case .constant: .constant(name: try read("name"), shape: try read("shape"))
      case .fill: .fill(value: try read("value"), shape: try read("shape"))
      case .conv2D: .conv2D(try read(), try read("_1"))
      case .transposedConv2D: .transposedConv2D(try read(), try read("_1"))
      case .dense: .dense(try read())
      case .pool2D: .pool2D(try read())
      case .globalPool: .globalPool(try read())
      case .activation: .activation(try read())
      case .batchNorm: .batchNorm(epsilon: try read("epsilon"))
      case .scaleShift: .scaleShift(try read())
      case .parametricRectify: .parametricRectify
      case .standardize: .standardize(axis: try read("axis"), epsilon: try read("epsilon"))
      case .elementwise: .elementwise(try read(), try read("_1"))
      case .lrn: .lrn(try read())
      case .softmax: .softmax(axis: try read("axis"))
      case .reshape: .reshape(shape: try read("shape"))
      case .pad: .pad(try read())
      case .concat: .concat(axis: try read("axis"))
      case .rearrange: .rearrange(try read())
      case .interleave: .interleave(try read())
      case .upscaleBilinear: .upscaleBilinear(try read())
      case .dropout:
        .dropout(probability: try read("probability"), sharedAxes: try read.ifPresent("sharedAxes") ?? [])
      case .gaussianNoise: .gaussianNoise(sigma: try read("sigma"))
      case .randomizedRectify: .randomizedRectify(lower: try read("lower"), upper: try read("upper"))
      case .copy: .copy
      case .packWeights: .packWeights(try read())
      case .normScale: .normScale(epsilon: try read("epsilon"))
      case .normShift: .normShift
      case .scaleRows: .scaleRows
      case .scaleBias: .scaleBias
      case .training: .training(try read())
      case .gradient: .gradient(try read())
      }
  }

  package func encode(to encoder: any Encoder) throws {
    func write(_ name: Name, _ values: KeyValuePairs<String, any Encodable> = [:]) throws {
      try encoder.write(name, values)
    }
    switch self {
    case .input(let index, let shape): try write(.input, ["index": index, "shape": shape])
    case .constant(let name, let shape): try write(.constant, ["name": name, "shape": shape])
    case .fill(let value, let shape): try write(.fill, ["value": value, "shape": shape])
    case .conv2D(let attributes, let epilogue): try write(.conv2D, ["_0": attributes, "_1": epilogue])
    case .transposedConv2D(let attributes, let epilogue):
      try write(.transposedConv2D, ["_0": attributes, "_1": epilogue])
    case .dense(let epilogue): try write(.dense, ["_0": epilogue])
    case .pool2D(let attributes): try write(.pool2D, ["_0": attributes])
    case .globalPool(let mode): try write(.globalPool, ["_0": mode])
    case .activation(let activation): try write(.activation, ["_0": activation])
    case .batchNorm(let epsilon): try write(.batchNorm, ["epsilon": epsilon])
    case .scaleShift(let activation): try write(.scaleShift, ["_0": activation])
    case .parametricRectify: try write(.parametricRectify)
    case .standardize(let axis, let epsilon): try write(.standardize, ["axis": axis, "epsilon": epsilon])
    case .elementwise(let attributes, let activation): try write(.elementwise, ["_0": attributes, "_1": activation])
    case .lrn(let attributes): try write(.lrn, ["_0": attributes])
    case .softmax(let axis): try write(.softmax, ["axis": axis])
    case .reshape(let shape): try write(.reshape, ["shape": shape])
    case .pad(let attributes): try write(.pad, ["_0": attributes])
    case .concat(let axis): try write(.concat, ["axis": axis])
    case .rearrange(let rearrangement): try write(.rearrange, ["_0": rearrangement])
    case .interleave(let interleaving): try write(.interleave, ["_0": interleaving])
    case .upscaleBilinear(let factor): try write(.upscaleBilinear, ["_0": factor])
    case .dropout(let probability, let shared):
      let always: KeyValuePairs<String, any Encodable> = ["probability": probability]
      try write(.dropout, shared.isEmpty ? always : ["probability": probability, "sharedAxes": shared])
    case .gaussianNoise(let sigma): try write(.gaussianNoise, ["sigma": sigma])
    case .randomizedRectify(let lower, let upper): try write(.randomizedRectify, ["lower": lower, "upper": upper])
    case .copy: try write(.copy)
    case .packWeights(let rearrangement): try write(.packWeights, ["_0": rearrangement])
    case .normScale(let epsilon): try write(.normScale, ["epsilon": epsilon])
    case .normShift: try write(.normShift)
    case .scaleRows: try write(.scaleRows)
    case .scaleBias: try write(.scaleBias)
    case .training(let op): try write(.training, ["_0": op])
    case .gradient(let op): try write(.gradient, ["_0": op])
    }
  }
}
