import NetIR

/// Ops of training that work on each element by itself.
extension PointwiseStep {
  static func training(_ index: Int, _ plan: Plan, _ op: TrainingOp, _ result: TensorView) -> [PointwiseStep]? {
    let step = plan.steps[index]
    let x = plan.view(step.operands[0])
    func make(_ operands: [TensorView], place: ViewStrides? = nil, result: TensorView) -> [PointwiseStep] {
      [
        PointwiseStep(
          step: index, op: step.op, operands: operands, place: place, result: result, tensor: step.result)
      ]
    }
    switch op {
    case .normalize:
      let vectors = step.operands[1...2].map { vector(plan.view($0)) }
      return make([x] + vectors + rows(plan.view(step.operands[3])), result: result)
    case .function: return make([x], result: result)
    case .drop(_, let shared, _):
      let places = CounterPlaces(plan.tensors[step.result].shape, shared: shared)
      let key = words(plan.view(step.operands[1]))
      guard plan.tensors[step.result].shape.count > 4 else {
        return make([x] + key, place: strides(places.strides), result: result)
      }
      // More axes than a view has; neighbours that walk alike are one, and everything lies plain.
      let counts = places.axes.map(\.count)
      let shape = [Int](repeating: 1, count: 4 - counts.count) + counts
      func folded(_ view: TensorView) -> TensorView {
        var view = view
        (view.shape, view.strides) = (shape, TensorView.strides(shape, channelsLast: false))
        return view
      }
      let walk = [Int](repeating: 0, count: 4 - counts.count) + places.axes.map(\.stride)
      return make([folded(x)] + key, place: strides(walk), result: folded(result))
    case .noise:
      return make([x] + words(plan.view(step.operands[1])), place: everywhere(result), result: result)
    case .randomSlopes:
      let y = plan.view(step.operands[1])
      return make([x, y] + words(plan.view(step.operands[2])), place: everywhere(result), result: result)
    case .moments, .joinMoments, .loss: return nil
    }
  }

  static func gradient(_ index: Int, _ plan: Plan, _ op: GradientOp, _ result: TensorView) -> [PointwiseStep]? {
    let step = plan.steps[index]
    let views = step.operands.map(plan.view)
    let operands: [TensorView]
    switch op {
    case .activation, .extremum: operands = views
    case .normalizeData:
      let beta = views.dropFirst(5).map(vector)
      operands = [views[0], views[1], vector(views[2])] + rows(views[3]) + rows(views[4]) + beta
    default: return nil
    }
    return [PointwiseStep(step: index, op: step.op, operands: operands, result: result, tensor: step.result)]
  }

  /// Each phase is a copy to every so many-th pixel; those that no operand has are zeros.
  static func interleaved(_ index: Int, _ plan: Plan, _ interleaving: Interleaving, _ result: TensorView)
    -> [PointwiseStep]
  {
    let step = plan.steps[index]
    let stride = interleaving.stride
    return (0..<stride.height * stride.width).compactMap { phase in
      let size = interleaving.size(ofPhase: phase)
      guard size.height > 0, size.width > 0 else { return nil }
      var target = result.advanced(axis: 2, by: phase / stride.width).advanced(axis: 3, by: phase % stride.width)
      target.shape = [result.shape[0], result.shape[1], size.height, size.width]
      target.strides.row *= stride.height
      target.strides.pixel *= stride.width
      let place = interleaving.phases.firstIndex(of: phase)
      return PointwiseStep(
        step: index, op: place == nil ? .fill(value: 0, shape: []) : .copy,
        operands: place.map { [plan.view(step.operands[$0])] } ?? [], result: target, tensor: step.result)
    }
  }

  /// One number per channel.
  private static func vector(_ view: TensorView) -> TensorView {
    var view = view
    view.strides = ViewStrides(channel: 1)
    return view
  }

  /// The two of 2 × channels, such as means and variances.
  private static func rows(_ view: TensorView) -> [TensorView] {
    let first = vector(view)
    var second = first
    second.address.offset += view.shape[1] * view.storage.bytes
    return [first, second]
  }

  /// A key's words: the same for every element.
  private static func words(_ view: TensorView) -> [TensorView] {
    (0..<TrainingOp.keyWords).map { word in
      var view = view
      view.address.offset += word * view.storage.bytes
      (view.shape, view.strides) = ([1, 1, 1, 1], ViewStrides())
      return view
    }
  }

  /// Elements in C order.
  private static func everywhere(_ view: TensorView) -> ViewStrides {
    TensorView.strides(view.shape, channelsLast: false)
  }

  /// Of up to four axes, as a view has them.
  private static func strides(_ values: [Int]) -> ViewStrides {
    switch values.count {
    case 4: ViewStrides(image: values[0], channel: values[1], row: values[2], pixel: values[3])
    case 3: ViewStrides(image: values[0], channel: values[1], pixel: values[2])
    case 2: ViewStrides(image: values[0], channel: values[1])
    default: ViewStrides(channel: values.first ?? 0)
    }
  }
}
