extension Plan.Tensor.Place: Codable {
  private enum Name: String { case input, output, arena }

  package init(from decoder: any Decoder) throws {
    let read = try CaseReader(decoder)
    self =
      switch try read.name(of: Name.self) {
      case .input: .input(try read())
      case .output: .output(try read())
      case .arena: .arena(offset: try read("offset"))
      }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .input(let index): try encoder.write(Name.input, ["_0": index])
    case .output(let index): try encoder.write(Name.output, ["_0": index])
    case .arena(let offset): try encoder.write(Name.arena, ["offset": offset])
    }
  }
}

extension Plan.Constant.Packing: Codable {
  private enum Name: String { case plain, step }

  package init(from decoder: any Decoder) throws {
    let read = try CaseReader(decoder)
    self =
      switch try read.name(of: Name.self) {
      case .plain: .plain
      case .step: .step(try read())
      }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .plain: try encoder.write(Name.plain)
    case .step(let index): try encoder.write(Name.step, ["_0": index])
    }
  }
}

extension Plan.Operand: Codable {
  private enum Name: String { case tensor, constant }

  package init(from decoder: any Decoder) throws {
    let read = try CaseReader(decoder)
    self =
      switch try read.name(of: Name.self) {
      case .tensor: .tensor(try read())
      case .constant: .constant(try read())
      }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .tensor(let index): try encoder.write(Name.tensor, ["_0": index])
    case .constant(let index): try encoder.write(Name.constant, ["_0": index])
    }
  }
}

extension PreprocessingStep: Codable {
  private enum Name: String { case resize, centerCrop, reverseChannels, scale, multiply, divide, subtract, project }

  package init(from decoder: any Decoder) throws {
    let read = try CaseReader(decoder)
    self =
      switch try read.name(of: Name.self) {
      case .resize:
        .resize(try read.ifPresent("short").map { .shortSide($0) } ?? .exact(try read()))
      case .centerCrop: .centerCrop(try read())
      case .reverseChannels: .reverseChannels
      case .scale: .scale(low: try read("low"), high: try read("high"))
      case .multiply: .multiply(try read())
      case .divide: .divide(try read())
      case .subtract: .subtract(try read())
      case .project: .project(matrix: try read("matrix"))
      }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .resize(.shortSide(let side)): try encoder.write(Name.resize, ["short": side])
    case .resize(.exact(let size)): try encoder.write(Name.resize, ["_0": size])
    case .centerCrop(let size): try encoder.write(Name.centerCrop, ["_0": size])
    case .reverseChannels: try encoder.write(Name.reverseChannels)
    case .scale(let low, let high): try encoder.write(Name.scale, ["low": low, "high": high])
    case .multiply(let numbers): try encoder.write(Name.multiply, ["_0": numbers])
    case .divide(let numbers): try encoder.write(Name.divide, ["_0": numbers])
    case .subtract(let numbers): try encoder.write(Name.subtract, ["_0": numbers])
    case .project(let matrix): try encoder.write(Name.project, ["matrix": matrix])
    // A plan is made with the numbers or not at all.
    case .statistic(let statistic):
      throw EncodingError.invalidValue(
        statistic, EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "was not fitted"))
    }
  }
}
