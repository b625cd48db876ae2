import Diagnostics
import NetIR

/// A fully connected layer.
package struct Dense: LayerKind {
  package static let typeName = "Dense"
  package static let summary =
    "Every unit sees every input: y = nonlinearity(W·x + b), inputs flattened in C order."
  package static let parameters: [Parameter<Self>] = [
    Parameter("num_units", \.numUnits, .positive, "how many units"),
    Parameter("W", \.weight, .weight, default: "glorot_uniform", "initialiser of the weights, or a layer"),
    Parameter(
      "b", \.bias, .weightOrNone, default: "0", "initialiser of the biases, or a layer"),
    Parameter("nonlinearity", \.nonlinearity, .nonlinearity, default: "rectify", "applied to the result"),
    Parameter(
      "num_leading_axes", \.leadingAxes, .any, default: "1",
      "axes that are kept; the others are flattened. Negative: that many are flattened, counted from the end"),
    Parameter(
      "batch_norm", \.batchNorm, .bool, default: "false",
      "normalise before the nonlinearity: drops the bias, adds `<name>_bn` and `<name>_nonlin`"),
  ]

  package var numUnits = 1
  package var weight = WeightSource.initialiser(.glorotUniform(gain: 1))
  package var bias: WeightSource? = .initialiser(.constant(0))
  package var nonlinearity = Nonlinearity.rectify
  package var leadingAxes = 1
  package var batchNorm = false

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let leading = leading(of: inputs[0])
    guard leading >= 1, leading < inputs[0].count else {
      throw ShapeProblem(
        .badAxis, "`num_leading_axes: \(leadingAxes)` leaves nothing to flatten of \(inputs[0].full)",
        at: "num_leading_axes",
        notes: ["`\(context.inputNames[0])` has \(inputs[0].count) axes with the batch"],
        blaming: [0])
    }
    let inputsPerUnit = inputs[0].elements(after: leading)
    guard inputsPerUnit.multipliedReportingOverflow(by: numUnits).partialValue <= 1 << 40,
      !inputsPerUnit.multipliedReportingOverflow(by: numUnits).overflow
    else {
      throw ShapeProblem(
        .tooLarge, "the weights of `\(context.name)` have more than 2^40 elements", at: "num_units",
        notes: ["\(inputsPerUnit) inputs × \(numUnits) units"], blaming: [0])
    }
    return Array(inputs[0].prefix(leading)) + [numUnits]
  }

  private func leading(of shape: LayerShape) -> Int {
    leadingAxes < 0 ? shape.count + leadingAxes : leadingAxes
  }

  package func weights(for inputs: [LayerShape]) -> [WeightSpec] {
    let inputsPerUnit = inputs[0].elements(after: leading(of: inputs[0]))
    var specs = [WeightSpec("W", [numUnits, inputsPerUnit], weight, isRegularized: true)]
    if let bias { specs.append(WeightSpec("b", [numUnits], bias)) }
    return specs
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(inputs[0])
    let leading = leading(of: input)
    let rows = input.prefix(leading).reduce(1, *)
    let columns = input.dropFirst(leading).reduce(1, *)
    var value = inputs[0]
    if input != [rows, columns] { value = try lowering.add(.reshape(shape: [rows, columns]), [value]) }
    var operands = [value, try lowering.weight("W", [numUnits, columns])]
    if bias != nil { operands.append(try lowering.weight("b", [numUnits])) }
    value = try lowering.add(.dense(Epilogue(bias: bias != nil)), operands)
    value = try lowering.apply(nonlinearity, to: value)
    let shape = input.prefix(leading) + [numUnits]
    return leading == 1 ? value : try lowering.add(.reshape(shape: Array(shape)), [value])
  }

  package func window(over input: LayerShape) -> Window? { Window(.everything, size: Size2D(1)) }

  package var batchNormalised: (layer: any LayerKind, nonlinearity: Nonlinearity)? {
    guard batchNorm else { return nil }
    var bare = self
    bare.bias = nil
    bare.nonlinearity = .linear
    bare.batchNorm = false
    return (bare, nonlinearity)
  }
}
