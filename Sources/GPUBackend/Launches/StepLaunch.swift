import NetIR

/// How a step whose kernel is written by hand is launched. The order of numbers is that of the structure in the text.
enum StepLaunch {
  static func launch(_ index: Int, of plan: Plan) throws(GPUProblem) -> Launch {
    let step = plan.steps[index]
    let x = plan.view(step.operands[0])
    let y = plan.view(.tensor(step.result))
    let shape = plan.tensors[step.result].shape
    let inputShape = plan.shape(of: step.operands[0])
    switch step.op {
    case .conv2D(let attributes, let epilogue):
      return convolution(index, plan, attributes, epilogue, x, y)
    case .dense(let epilogue):
      let one = ConvolutionAttributes(kernel: Size2D(1))
      return convolution(index, plan, one, epilogue, x, y)
    case .pool2D(let attributes): return pool(index, attributes, x, y)
    case .globalPool(let mode):
      let number = [GlobalPoolMode.mean, .max, .l2].firstIndex(of: mode) ?? 0
      var launch = Launch(
        index, "global_pool", grid: (x: (x.shape[1] + 31) / 32, y: x.shape[0], z: 1), [x.address, y.address])
      launch.numbers.add(x.strides)
      launch.numbers.add(y.strides)
      launch.numbers.add(x.shape[1], x.shape[2], x.shape[3])
      launch.numbers.add(x.storage, y.storage)
      launch.numbers.add(number)
      return launch
    case .lrn(let attributes):
      var launch = elements(index, "lrn", x, y)
      launch.numbers.add(attributes.size)
      launch.numbers.add(x.storage, y.storage)
      launch.numbers.add(attributes.alpha)
      launch.numbers.add(attributes.beta)
      launch.numbers.add(attributes.k)
      return launch
    case .softmax(let axis):
      let inner = shape.dropFirst(axis + 1).reduce(1, *)
      let rows = shape.prefix(axis).reduce(inner, *)
      let isShort = shape[axis] <= shortRow
      return row(
        index, isShort ? "softmax_short" : "softmax", x, y, rows: rows, length: shape[axis], inner: inner,
        grid: isShort ? Launch.grid(elements: rows) : (x: rows, y: 1, z: 1))
    case .standardize(let axis, let epsilon):
      let rows = shape.prefix(axis).reduce(1, *)
      return row(
        index, "standardize", x, y, rows: rows, length: shape.dropFirst(axis).reduce(1, *), inner: 1,
        grid: (x: rows, y: 1, z: 1), epsilon: epsilon)
    case .rearrange(let rearrangement):
      let (start, strides) = rearrangement.strides(over: inputShape)
      var launch = Launch(index, "rearrange", grid: Launch.grid(elements: shape.elements), [x.address, y.address])
      launch.numbers.add(shape.elements, start, shape.count)
      launch.numbers.add(x.storage, y.storage)
      launch.numbers.add(eight: shape, filler: 1)
      launch.numbers.add(eight: strides, filler: 0)
      return launch
    case .pad(let attributes):
      var launch = Launch(index, "pad", grid: Launch.grid(elements: shape.elements), [x.address, y.address])
      launch.numbers.add(shape.elements, shape.count)
      launch.numbers.add(x.storage, y.storage)
      launch.numbers.add(eight: shape, filler: 1)
      launch.numbers.add(eight: inputShape, filler: 1)
      launch.numbers.add(eight: attributes.before, filler: 0)
      launch.numbers.add(attributes.value)
      return launch
    case .upscaleBilinear(let scale):
      var launch = elements(index, "upscale_bilinear", x, y)
      launch.grid = Launch.grid(elements: y.shape.elements)
      launch.numbers.add(scale.height, scale.width)
      launch.numbers.add(x.storage, y.storage)
      return launch
    default:
      if let launch = TrainingLaunch.launch(index, of: plan) { return launch }
      throw .unsupported("no kernel of a GPU computes \(step.op.name) of `\(step.name)`")
    }
  }

  /// Rows that one thread works on.
  static let shortRow = 64

  /// The pixels of an image, a thread each: views, then images, channels, height and width of the input.
  private static func elements(_ index: Int, _ kernel: String, _ x: TensorView, _ y: TensorView) -> Launch {
    var launch = Launch(index, kernel, grid: Launch.grid(elements: x.shape.elements), [x.address, y.address])
    launch.numbers.add(x.strides)
    launch.numbers.add(y.strides)
    launch.numbers.add(x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    return launch
  }

  private static func row(
    _ index: Int, _ kernel: String, _ x: TensorView, _ y: TensorView, rows: Int, length: Int, inner: Int,
    grid: (x: Int, y: Int, z: Int), epsilon: Float = 0
  ) -> Launch {
    var launch = Launch(index, kernel, grid: grid, [x.address, y.address])
    launch.numbers.add(rows, length, inner)
    launch.numbers.add(x.storage, y.storage)
    launch.numbers.add(epsilon)
    return launch
  }

  private static func pool(_ index: Int, _ a: PoolAttributes, _ x: TensorView, _ y: TensorView) -> Launch {
    let mode = [PoolMode.max, .averageExcludingPad, .averageIncludingPad, .l2].firstIndex(of: a.mode) ?? 0
    var launch = elements(index, "pool2d", x, y)
    launch.grid = Launch.grid(elements: y.shape.elements)
    launch.numbers.add(y.shape[2], y.shape[3])
    launch.numbers.add(a.window.height, a.window.width, a.stride.height, a.stride.width)
    launch.numbers.add(a.padding.top, a.padding.bottom, a.padding.left, a.padding.right)
    launch.numbers.add(x.storage, y.storage)
    launch.numbers.add(mode)
    return launch
  }

  private static func convolution(
    _ index: Int, _ plan: Plan, _ a: ConvolutionAttributes, _ epilogue: Epilogue, _ x: TensorView, _ y: TensorView
  ) -> Launch {
    let step = plan.steps[index]
    let weights = plan.view(step.operands[1])
    let bias =
      plan.roundedBias(of: step).map { DeviceAddress(base: .rounded($0), offset: 0) }
      ?? (epilogue.bias ? plan.view(step.operands[2]).address : nil)
    let residual = epilogue.residual ? step.operands.last.map(plan.view) : nil
    if step.library != nil {
      let launch = Launch(
        index, step.kernel, grid: (0, 0, 0), [x.address, weights.address, bias, residual?.address, y.address])
      return step.sumsResults ? SummedResults.added(to: launch, index, of: plan) : launch
    }
    let filters = y.shape[1] / a.groups
    let pixels = y.shape[0] * y.shape[2] * y.shape[3]
    let tensorKernel = DeviceKernelTable.tensorKernel(of: step.kernel).map { family in
      var kernel = family
      kernel.isVector =
        weights.storage == kernel.storage && x.mayBeCopied(channels: x.shape[1] / a.groups, storage: kernel.storage)
      return kernel
    }
    var kernel = tensorKernel?.function ?? DeviceKernelTable.function(of: step.kernel)
    let grid: (x: Int, y: Int, z: Int)
    switch step.algorithm {
    case "depthwise":
      let inVectors = x.mayBeCopied(channels: a.groups, storage: weights.storage)
      if inVectors { kernel += "_vectors" }
      grid = Launch.grid(elements: y.shape.elements / (inVectors ? 16 / weights.storage.bytes : 1))
    case "rows": grid = (x: (filters + 7) / 8, y: y.shape[0], z: 1)
    default:
      let scalar = kernel.hasSuffix("64") ? 64 : 32
      let (rows, columns) = (tensorKernel?.rows ?? scalar, tensorKernel?.columns ?? scalar)
      grid = (x: (pixels + rows - 1) / rows, y: (filters + columns - 1) / columns, z: a.groups)
    }
    var launch = Launch(index, kernel, grid: grid, [x.address, weights.address, bias, residual?.address, y.address])
    launch.tensorKernel = tensorKernel
    launch.numbers.add(x.strides)
    launch.numbers.add(residual?.strides ?? ViewStrides())
    launch.numbers.add(y.strides)
    launch.numbers.add(x.shape[0], x.shape[1] / a.groups, x.shape[2], x.shape[3])
    launch.numbers.add(filters, a.groups, y.shape[2], y.shape[3])
    launch.numbers.add(a.kernel.height, a.kernel.width, a.stride.height, a.stride.width)
    launch.numbers.add(a.dilation.height, a.dilation.width, a.padding.top, a.padding.left)
    launch.numbers.add(x.storage, weights.storage, residual?.storage ?? .float32, y.storage)
    launch.numbers.add(epilogue.activation)
    return launch
  }
}
