import NetIR

/// As `StepLaunch`, for what only steps of training have.
enum TrainingLaunch {
  /// - Returns: nil for other ops.
  static func launch(_ index: Int, of plan: Plan) -> Launch? {
    let step = plan.steps[index]
    let views = step.operands.map(plan.view)
    let y = plan.view(.tensor(step.result))
    let shape = plan.tensors[step.result].shape
    switch step.op {
    case .packWeights(let rearrangement): return packing(index, plan, rearrangement, views[0], y)
    case .training(.moments) where step.normalizes: return NormalizationLaunch.launch(index, of: plan)
    case .training(.moments(let slices)):
      return channels(index, "moments", views[0], slices: slices, (x: views[0], g: nil), y)
    case .training(.joinMoments(let examples)):
      var x = views[0]
      x.shape = [examples, shape[1], 1, 1]
      return channels(index, "join_moments", x, slices: plan.shape(of: step.operands[0])[0], (x: views[0], g: nil), y)
    case .training(.loss(let loss)):
      return losses(index, plan, loss, prediction: 0, kernels: ("loss_row", "loss_terms"), gradient: nil)
    case .gradient(let op): return gradient(index, op, plan, views, y)
    default: return nil
    }
  }

  private static func gradient(_ index: Int, _ op: GradientOp, _ plan: Plan, _ views: [TensorView], _ y: TensorView)
    -> Launch?
  {
    let step = plan.steps[index]
    let shape = plan.tensors[step.result].shape
    switch op {
    case .convolutionWeights(let attributes, let slices):
      if step.library != nil { return FiltersGradientLaunch.launch(index, of: plan) }
      return weights(index, step, attributes, slices: slices, views[0], views[1], y)
    case .channelSum(let slices):
      return channels(index, "channel_sums", views[0], slices: slices, (x: nil, g: views[0]), y)
    case .normalizeSums where step.normalizes: return NormalizationLaunch.gradient(index, of: plan)
    case .normalizeSums(let epsilon, let slices, let isRectified):
      return channels(
        index, "channel_sums", views[0], slices: slices, (x: views[1], g: views[0]), y, moments: views[2],
        rectifier: isRectified ? (views[3], views[4]) : nil, epsilon: epsilon)
    case .batchSum: return batchSum(index, plan.shape(of: step.operands[0]), views[0], y)
    case .pool(let attributes, _): return pool(index, attributes, views, y)
    case .lrn(let attributes):
      var launch = Launch(
        index, "lrn_gradient", grid: Launch.grid(elements: y.shape.elements), (views + [y]).map(\.address))
      for view in views + [y] { launch.numbers.add(view.strides) }
      launch.numbers.add(y.shape[0], y.shape[1], y.shape[2], y.shape[3])
      launch.numbers.add(attributes.size)
      launch.numbers.add(views[0].storage, views[1].storage, y.storage)
      launch.numbers.add(attributes.alpha)
      launch.numbers.add(attributes.beta)
      launch.numbers.add(attributes.k)
      return launch
    case .softmax(let axis):
      let inner = shape.dropFirst(axis + 1).reduce(1, *)
      let rows = shape.prefix(axis).reduce(inner, *)
      let isShort = shape[axis] <= StepLaunch.shortRow
      return self.rows(
        index, isShort ? "softmax_gradient_short" : "softmax_gradient", views, y, rows: rows, length: shape[axis],
        inner: inner, grid: isShort ? Launch.grid(elements: rows) : (x: rows, y: 1, z: 1))
    case .standardize(let axis, let epsilon):
      let rows = shape.prefix(axis).reduce(1, *)
      return self.rows(
        index, "standardize_gradient", views, y, rows: rows, length: shape.dropFirst(axis).reduce(1, *), inner: 1,
        grid: (x: rows, y: 1, z: 1), epsilon: epsilon)
    case .scatter(let rearrangement, let shape): return scatter(index, rearrangement, shape, views[0], y)
    case .upscaleBilinear(let scale):
      var launch = Launch(
        index, "upscale_bilinear_gradient", grid: Launch.grid(elements: y.shape.elements),
        [views[0].address, y.address])
      launch.numbers.add(views[0].strides)
      launch.numbers.add(y.strides)
      launch.numbers.add(y.shape[0], y.shape[1], y.shape[2], y.shape[3])
      launch.numbers.add(scale.height, scale.width)
      launch.numbers.add(views[0].storage, y.storage)
      return launch
    case .loss(let loss):
      return losses(
        index, plan, loss, prediction: 1, kernels: ("loss_row_gradient", "loss_terms_gradient"), gradient: views[0])
    case .convolutionData(let attributes, _): return ImageGradientLaunch.launch(index, of: plan, attributes)
    case .activation, .extremum, .normalizeData: return nil
    }
  }

  // MARK: Sums

  /// Threads side by side take neighbouring channels where these are neighbours in memory.
  private static func lanes(_ view: TensorView, channels: Int) -> Int {
    guard view.strides.channel == 1 else { return 1 }
    return [1, 2, 4, 8, 16].first { $0 >= channels } ?? 32
  }

  /// - Parameters:
  ///   - view: of the shape that is summed up.
  ///   - operands: g is what is summed, beside x where moments are.
  private static func channels(
    _ index: Int, _ kernel: String, _ view: TensorView, slices: Int, _ operands: (x: TensorView?, g: TensorView?),
    _ y: TensorView, moments: TensorView? = nil, rectifier: (gamma: TensorView, beta: TensorView)? = nil,
    epsilon: Float = 0
  ) -> Launch {
    let channels = view.shape[1]
    let isJoin = kernel == "join_moments"
    let lanes = isJoin ? 32 : lanes(view, channels: channels)
    var launch = Launch(
      index, kernel, grid: (x: (channels + lanes - 1) / lanes, y: isJoin ? 1 : slices, z: 1),
      [
        operands.x?.address, operands.g?.address, moments?.address, rectifier?.gamma.address,
        rectifier?.beta.address, y.address,
      ])
    launch.numbers.add(operands.x?.strides ?? ViewStrides())
    launch.numbers.add(operands.g?.strides ?? ViewStrides())
    launch.numbers.add(view.shape[0], channels, view.shape[2], view.shape[3], slices, lanes)
    launch.numbers.add(operands.x?.storage ?? .float32, operands.g?.storage ?? .float32)
    launch.numbers.add(rectifier != nil ? 2 : moments != nil ? 1 : 0)
    launch.numbers.add(epsilon)
    return launch
  }

  private static func batchSum(_ index: Int, _ shape: [Int], _ x: TensorView, _ y: TensorView) -> Launch {
    var (x, y) = (x, y)
    if shape.count == 1 {
      // Numbers of examples, which are no channels.
      (x.shape, x.strides) = ([shape[0], 1, 1, 1], ViewStrides(image: 1))
      (y.shape, y.strides) = ([1, 1, 1, 1], ViewStrides())
    }
    let count = x.shape.dropFirst().reduce(1, *)
    let lanes = x.shape[0] >= 16 ? 32 : Launch.threads
    var launch = Launch(index, "batch_sum", grid: (x: (count + lanes - 1) / lanes, y: 1, z: 1), [x.address, y.address])
    launch.numbers.add(x.strides)
    launch.numbers.add(y.strides)
    launch.numbers.add(x.shape[0], x.shape[1], x.shape[2], x.shape[3], lanes, x.strides.channel == 1 ? 1 : 0)
    launch.numbers.add(x.storage, y.storage)
    return launch
  }

  private static func weights(
    _ index: Int, _ step: Plan.Step, _ a: ConvolutionAttributes, slices: Int, _ x: TensorView, _ g: TensorView,
    _ y: TensorView
  ) -> Launch {
    let (filters, channels) = (g.shape[1] / a.groups, x.shape[1] / a.groups)
    let tensorKernel = DeviceKernelTable.tensorKernel(of: step.kernel).map { family in
      var kernel = family
      kernel.isVector =
        x.mayBeCopied(channels: channels, storage: kernel.storage)
        && g.mayBeCopied(channels: filters, storage: kernel.storage)
      return kernel
    }
    let kernel = tensorKernel?.function ?? DeviceKernelTable.function(of: step.kernel)
    let taps = a.kernel.height * a.kernel.width
    let lanes = lanes(g, channels: g.shape[1])
    let grid: (x: Int, y: Int, z: Int)
    if step.algorithm == "depthwise" {
      grid = (x: (g.shape[1] + lanes - 1) / lanes, y: taps, z: slices)
    } else {
      let scalar = kernel.hasSuffix("64") ? 64 : 32
      let (rows, columns) = (tensorKernel?.rows ?? scalar, tensorKernel?.columns ?? scalar)
      grid = (x: (taps * channels + columns - 1) / columns, y: (filters + rows - 1) / rows, z: a.groups * slices)
    }
    var launch = Launch(index, kernel, grid: grid, [x.address, g.address, y.address])
    launch.tensorKernel = tensorKernel
    launch.numbers.add(x.strides)
    launch.numbers.add(g.strides)
    launch.numbers.add(x.shape[0], channels, x.shape[2], x.shape[3])
    launch.numbers.add(filters, a.groups, g.shape[2], g.shape[3])
    launch.numbers.add(a.kernel.height, a.kernel.width, a.stride.height, a.stride.width)
    launch.numbers.add(a.dilation.height, a.dilation.width, a.padding.top, a.padding.left)
    launch.numbers.add(slices, lanes)
    launch.numbers.add(x.storage, g.storage)
    return launch
  }

  // MARK: Images and rows

  private static func pool(_ index: Int, _ a: PoolAttributes, _ views: [TensorView], _ out: TensorView) -> Launch {
    let mode = [PoolMode.max, .averageExcludingPad, .averageIncludingPad, .l2].firstIndex(of: a.mode) ?? 0
    let (g, x, y) = (views[0], views.count > 1 ? views[1] : nil, views.count > 2 ? views[2] : nil)
    var launch = Launch(
      index, "pool2d_gradient", grid: Launch.grid(elements: out.shape.elements),
      [g.address, x?.address, y?.address, out.address])
    launch.numbers.add(g.strides)
    launch.numbers.add(x?.strides ?? ViewStrides())
    launch.numbers.add(y?.strides ?? ViewStrides())
    launch.numbers.add(out.strides)
    launch.numbers.add(out.shape[0], out.shape[1], out.shape[2], out.shape[3], g.shape[2], g.shape[3])
    launch.numbers.add(a.window.height, a.window.width, a.stride.height, a.stride.width)
    launch.numbers.add(a.padding.top, a.padding.bottom, a.padding.left, a.padding.right)
    launch.numbers.add(g.storage, x?.storage ?? .float32, y?.storage ?? .float32, out.storage)
    launch.numbers.add(mode)
    return launch
  }

  private static func rows(
    _ index: Int, _ kernel: String, _ views: [TensorView], _ y: TensorView, rows: Int, length: Int, inner: Int,
    grid: (x: Int, y: Int, z: Int), epsilon: Float = 0
  ) -> Launch {
    var launch = Launch(index, kernel, grid: grid, [views[0].address, views[1].address, y.address])
    launch.numbers.add(rows, length, inner)
    launch.numbers.add(views[0].storage, views[1].storage, y.storage)
    launch.numbers.add(epsilon)
    return launch
  }

  private static func scatter(
    _ index: Int, _ rearrangement: Rearrangement, _ shape: [Int], _ g: TensorView, _ y: TensorView
  ) -> Launch {
    let axes = rearrangement.axes
    // Of the axes that walk along one, the last one follows.
    let follows = axes.indices.map { place in
      guard let source = axes[place].source, axes[place].step != 0 else { return 0 }
      return axes[(place + 1)...].contains { $0.source == source && $0.step != 0 } ? 0 : 1
    }
    var launch = Launch(index, "scatter", grid: Launch.grid(elements: shape.elements), [g.address, y.address])
    launch.numbers.add(shape.elements, shape.count, axes.count)
    launch.numbers.add(g.storage, y.storage)
    launch.numbers.add(eight: shape, filler: 1)
    launch.numbers.add(eight: rearrangement.starts, filler: 0)
    launch.numbers.add(eight: rearrangement.shape, filler: 1)
    let dense = Rearrangement.identity(rearrangement.shape).strides(over: rearrangement.shape)
    launch.numbers.add(eight: dense.strides, filler: 0)
    launch.numbers.add(eight: axes.map { $0.source ?? -1 }, filler: -1)
    launch.numbers.add(eight: axes.map(\.step), filler: 0)
    launch.numbers.add(eight: follows, filler: 0)
    return launch
  }

  // MARK: Weights

  /// What a rearrangement makes of a tensor, in the order of the step that reads it as weights.
  private static func packing(
    _ index: Int, _ plan: Plan, _ rearrangement: Rearrangement, _ x: TensorView, _ y: TensorView
  ) -> Launch {
    let step = plan.steps[index]
    let source = plan.shape(of: step.operands[0])
    let shape = plan.tensors[step.result].shape
    let (start, strides) = rearrangement.strides(over: source)
    let reader = plan.steps.first { $0.op.hasWeights && $0.operands[1] == .tensor(step.result) }
    let order = reader.flatMap { DeviceWeightOrder($0, shape: shape) }
    let axes = order?.axes(of: strides) ?? zip(shape, strides).map { (count: $0, stride: $1) }
    var launch = Launch(index, "rearrange", grid: Launch.grid(elements: shape.elements), [x.address, y.address])
    launch.numbers.add(shape.elements, start, axes.count)
    launch.numbers.add(x.storage, y.storage)
    launch.numbers.add(eight: axes.map(\.count), filler: 1)
    launch.numbers.add(eight: axes.map(\.stride), filler: 0)
    return launch
  }
}
