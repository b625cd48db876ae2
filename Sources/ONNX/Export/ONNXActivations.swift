import NetIR

extension ONNXBuilder {
  /// A function of each element.
  mutating func add(_ activation: Activation, _ x: String, name: String) -> String {
    func part(_ word: String) -> String { "\(name)/\(word)" }
    switch activation {
    case .linear: return add("Identity", [x], name: name)
    case .rectify: return add("Relu", [x], name: name)
    case .leakyRectify(let leakiness): return add("LeakyRelu", [x], name: name, [.float("alpha", leakiness)])
    case .elu: return add("Elu", [x], name: name)
    case .selu:
      // The defaults of the format are these numbers in fp32.
      return add("Selu", [x], name: name, [.float("alpha", 1.6732632423543772), .float("gamma", 1.0507009873554805)])
    case .softplus: return add("Softplus", [x], name: name)
    case .sigmoid: return add("Sigmoid", [x], name: name)
    case .tanh: return add("Tanh", [x], name: name)
    case .scaledTanh(let scaleIn, let scaleOut):
      let inner = add("Mul", [x, scalar(scaleIn)], name: part("scaled"))
      let tangent = add("Tanh", [inner], name: part("tanh"))
      return add("Mul", [tangent, scalar(scaleOut)], name: name)
    case .swish: return add("Mul", [x, add("Sigmoid", [x], name: part("sigmoid"))], name: name)
    case .hardSwish: return add("HardSwish", [x], name: name)
    case .clip(let least, let most): return add("Clip", [x, scalar(least), scalar(most)], name: name)
    case .gelu:
      // x/2·(1 + erf(x/√2))
      let inner = add("Mul", [x, scalar(Float(0.5.squareRoot()))], name: part("scaled"))
      let erf = add("Erf", [inner], name: part("erf"))
      let sum = add("Add", [erf, scalar(1)], name: part("sum"))
      return add("Mul", [add("Mul", [x, sum], name: part("product")), scalar(0.5)], name: name)
    }
  }
}
