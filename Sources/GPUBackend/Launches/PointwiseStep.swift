import NetIR

/// A step that works on each element by itself, or one operand of a concatenation, which is a copy.
struct PointwiseStep: Sendable {
  var step: Int
  var op: GraphOp
  var operands: [TensorView]
  /// Where random numbers belong to elements, if the op has any: behind the operands.
  var place: ViewStrides?
  var result: TensorView
  /// The tensor of the plan that it writes.
  var tensor: Int

  /// - Returns: nil for a step with a kernel of its own.
  static func parts(of index: Int, in plan: Plan) -> [PointwiseStep]? {
    let step = plan.steps[index]
    let result = plan.view(.tensor(step.result))
    func make(_ operands: [TensorView]) -> [PointwiseStep] {
      [PointwiseStep(step: index, op: step.op, operands: operands, result: result, tensor: step.result)]
    }
    switch step.op {
    case .activation, .copy: return make([plan.view(step.operands[0])])
    case .elementwise:
      return make(
        step.operands.map { operand in
          var view = plan.view(operand)
          // One example serves the whole batch.
          if view.shape[0] == 1, result.shape[0] > 1 { view.strides.image = 0 }
          if view.shape.elements == 1 { view.strides = ViewStrides() }
          return view
        })
    case .scaleShift, .parametricRectify:
      // One number per channel.
      let vectors = step.operands.dropFirst().map { operand in
        var view = plan.view(operand)
        view.strides = ViewStrides(channel: 1)
        return view
      }
      return make([plan.view(step.operands[0])] + vectors)
    case .concat(let axis): return concatenation(index, plan, axis, result)
    case .interleave(let interleaving): return interleaved(index, plan, interleaving, result)
    case .training(let op): return training(index, plan, op, result)
    case .gradient(let op): return gradient(index, plan, op, result)
    default: return nil
    }
  }

  private static func concatenation(_ index: Int, _ plan: Plan, _ axis: Int, _ result: TensorView) -> [PointwiseStep] {
    let step = plan.steps[index]
    let shape = plan.tensors[step.result].shape
    // Other ranks are plain: rows of what lies from the axis on.
    let isImage = shape.count == 4
    let inner = shape.dropFirst(axis + 1).reduce(1, *)
    var whole = result
    if !isImage {
      whole.shape = [shape.prefix(axis).reduce(1, *), shape[axis] * inner, 1, 1]
      whole.strides = TensorView.strides(whole.shape, channelsLast: false)
    }
    var place = 0
    return step.operands.map { operand in
      var source = plan.view(operand)
      let width = plan.shape(of: operand)[axis]
      if !isImage {
        source.shape = [whole.shape[0], width * inner, 1, 1]
        source.strides = TensorView.strides(source.shape, channelsLast: false)
      }
      var target = isImage ? whole.advanced(axis: axis, by: place) : whole.advanced(axis: 1, by: place * inner)
      target.shape = source.shape
      place += width
      return PointwiseStep(step: index, op: .copy, operands: [source], result: target, tensor: step.result)
    }
  }
}
