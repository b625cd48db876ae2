extension Activation: Codable {
  private enum Name: String {
    case linear, rectify, leakyRectify, elu, selu, softplus, sigmoid, tanh, scaledTanh, swish, hardSwish, gelu,
      clip
  }

  package init(from decoder: any Decoder) throws {
    let read = try CaseReader(decoder)
    self =
      switch try read.name(of: Name.self) {
      case .linear: .linear
      case .rectify: .rectify
      case .leakyRectify: .leakyRectify(leakiness: try read("leakiness"))
      case .elu: .elu
      case .selu: .selu
      case .softplus: .softplus
      case .sigmoid: .sigmoid
      case .tanh: .tanh
      case .scaledTanh: .scaledTanh(scaleIn: try read("scaleIn"), scaleOut: try read("scaleOut"))
      case .swish: .swish
      case .hardSwish: .hardSwish
      case .gelu: .gelu
      case .clip: .clip(least: try read("least"), most: try read("most"))
      }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .linear: try encoder.write(Name.linear)
    case .rectify: try encoder.write(Name.rectify)
    case .leakyRectify(let leakiness): try encoder.write(Name.leakyRectify, ["leakiness": leakiness])
    case .elu: try encoder.write(Name.elu)
    case .selu: try encoder.write(Name.selu)
    case .softplus: try encoder.write(Name.softplus)
    case .sigmoid: try encoder.write(Name.sigmoid)
    case .tanh: try encoder.write(Name.tanh)
    case .scaledTanh(let scaleIn, let scaleOut):
      try encoder.write(Name.scaledTanh, ["scaleIn": scaleIn, "scaleOut": scaleOut])
    case .swish: try encoder.write(Name.swish)
    case .hardSwish: try encoder.write(Name.hardSwish)
    case .gelu: try encoder.write(Name.gelu)
    case .clip(let least, let most): try encoder.write(Name.clip, ["least": least, "most": most])
    }
  }
}
