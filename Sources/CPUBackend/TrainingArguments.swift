import CKernels
import NetIR

/// Writes the arguments of steps that only training has. Convolutions are not among them.
struct TrainingArguments {
  private let step: Plan.Step
  private let tensors: [Plan.Tensor]
  private let constants: [[Int]]
  /// Of the operands, and of the result.
  private let addresses: [UnsafeMutableRawPointer?]
  private let resultAddress: UnsafeMutableRawPointer?
  private let memory: UnsafeMutableRawPointer
  private let inputs: UnsafeMutablePointer<ck_tensor>

  /// - Parameters:
  ///   - constants: their shapes.
  ///   - memory: where the structure goes.
  ///   - inputs: room for an array of a tensor for each operand.
  init(
    _ step: Plan.Step, _ tensors: [Plan.Tensor], _ constants: [[Int]], _ address: BoundStep.Address,
    _ memory: UnsafeMutableRawPointer, _ inputs: UnsafeMutablePointer<ck_tensor>
  ) {
    (self.step, self.tensors, self.constants) = (step, tensors, constants)
    (addresses, resultAddress) = (step.operands.map { address($0) }, address(.tensor(step.result)))
    (self.memory, self.inputs) = (memory, inputs)
  }

  func write() {
    switch step.op {
    case .training(let op): write(op)
    case .gradient(let op): write(op)
    default: preconditionFailure("\(step.op.name) is no op of training")
    }
  }

  private func store<Arguments>(_ arguments: Arguments) {
    precondition(MemoryLayout<Arguments>.size <= BoundStep.argumentBytes)
    memory.storeBytes(of: arguments, as: Arguments.self)
  }

  private var result: Plan.Tensor { tensors[step.result] }

  private var out: ck_tensor { KernelArguments.tensor(step.result, of: tensors, resultAddress) }

  private var outFloats: UnsafeMutablePointer<Float>? {
    resultAddress?.assumingMemoryBound(to: Float.self)
  }

  private func operand(_ place: Int) -> Plan.Tensor {
    switch step.operands[place] {
    case .tensor(let index): tensors[index]
    case .constant(let index):
      Plan.Tensor(name: "", shape: constants[index], layout: .plain, place: .arena(offset: 0))
    }
  }

  private func floats(_ place: Int) -> UnsafeMutablePointer<Float>? {
    addresses[place]?.assumingMemoryBound(to: Float.self)
  }

  private func image(_ place: Int) -> ck_tensor {
    if case .tensor(let index) = step.operands[place] {
      return KernelArguments.tensor(index, of: tensors, addresses[place])
    }
    return KernelArguments.tensor(operand(place), addresses[place])
  }

  private func write(_ op: TrainingOp) {
    switch op {
    case .moments(let slices): store(ck_moments_args(x: image(0), out: outFloats, slices: Int64(slices)))
    case .joinMoments(let examples):
      let shape = operand(0).shape.map(Int64.init)
      store(
        ck_join_moments_args(
          in: floats(0), out: outFloats, slices: shape[0], c: shape[2], examples: Int64(examples)))
    case .normalize(let epsilon, let activation):
      store(
        ck_normalize_args(
          x: image(0), out: out, gamma: floats(1), beta: floats(2), moments: floats(3), epsilon: epsilon,
          activation: KernelArguments.activation(activation)))
    case .drop(let probability, let shared, let stream):
      let (tensors, random) = counted([0], key: 1, stream, shared: shared)
      store(ck_drop_args(x: tensors[0], out: tensors[1], random: random, probability: probability))
    case .noise(let sigma, let stream):
      let (tensors, random) = counted([0], key: 1, stream)
      store(ck_noise_args(x: tensors[0], out: tensors[1], random: random, sigma: sigma))
    case .randomSlopes(let lower, let upper, let stream):
      let (tensors, random) = counted([0, 1], key: 2, stream)
      store(
        ck_random_slopes_args(
          x: tensors[0], y: tensors[1], out: tensors[2], random: random, lower: lower, upper: upper))
    case .function(let function):
      let tensors = spans([0])
      let (kind, exponent) = KernelArguments.function(function)
      store(ck_function_args(x: tensors[0], out: tensors[1], function: kind, exponent: exponent))
    case .loss(let loss): store(arguments(of: loss, prediction: 0, g: nil))
    }
  }

  private func write(_ op: GradientOp) {
    switch op {
    case .convolutionData, .convolutionWeights: preconditionFailure("\(op.name) has no pointwise kernel")
    case .channelSum(let slices): store(ck_channel_sum_args(x: image(0), out: outFloats, slices: Int64(slices)))
    case .batchSum: store(batchSum())
    case .pool(let attributes, _): store(pool(attributes))
    case .activation(let activation):
      let tensors = spans([0, 1])
      store(
        ck_activation_gradient_args(
          g: tensors[0], v: tensors[1], out: tensors[2], activation: KernelArguments.activation(activation)))
    case .normalizeSums(let epsilon, let slices, let isRectified):
      store(
        ck_normalize_sums_args(
          g: image(0), x: image(1), moments: floats(2), gamma: isRectified ? floats(3) : nil,
          beta: isRectified ? floats(4) : nil, out: outFloats, slices: Int64(slices), epsilon: epsilon))
    case .normalizeData(let epsilon, let isRectified):
      store(
        ck_normalize_gradient_args(
          g: image(0), x: image(1), out: out, gamma: floats(2), moments: floats(3), beta: isRectified ? floats(5) : nil,
          sums: floats(4), epsilon: epsilon))
    case .standardize(let axis, let epsilon):
      let shape = result.shape
      store(
        ck_standardize_gradient_args(
          g: floats(0), x: floats(1), out: outFloats, rows: Int64(shape.prefix(axis).reduce(1, *)),
          length: Int64(shape.dropFirst(axis).reduce(1, *)), epsilon: epsilon))
    case .extremum(let kind, let place):
      let tensors = spans(Array(step.operands.indices))
      for index in step.operands.indices.dropFirst() { inputs[index - 1] = tensors[index] }
      store(
        ck_extremum_gradient_args(
          inputs: inputs, count: Int64(step.operands.count - 1), place: Int64(place), g: tensors[0],
          out: tensors[tensors.count - 1], kind: KernelArguments.elementwiseKind(kind)))
    case .lrn(let attributes):
      store(
        ck_lrn_gradient_args(
          g: image(0), x: image(1), out: out, n: Int64(attributes.size), alpha: attributes.alpha,
          beta: attributes.beta, k: attributes.k))
    case .softmax(let axis):
      let shape = result.shape
      store(
        ck_softmax_gradient_args(
          g: floats(0), y: floats(1), out: outFloats, outer: Int64(shape.prefix(axis).reduce(1, *)),
          classes: Int64(shape[axis]), inner: Int64(shape.dropFirst(axis + 1).reduce(1, *))))
    case .scatter(let rearrangement, let shape):
      store(KernelArguments.scatter(rearrangement, shape, floats(0), outFloats))
    case .upscaleBilinear(let scale):
      let shape = result.shape.map(Int64.init)
      store(
        ck_upscale_bilinear_gradient_args(
          in: floats(0), out: outFloats, planes: shape[0] * shape[1], h: shape[2], w: shape[3],
          scale_h: Int64(scale.height), scale_w: Int64(scale.width)))
    case .loss(let loss): store(arguments(of: loss, prediction: 1, g: floats(0)))
    }
  }

  /// The operands and the result for an op to which the place of an element means nothing: contiguous tensors are one
  /// long row.
  private func spans(_ places: [Int]) -> [ck_tensor] {
    guard result.isContiguous, places.allSatisfy({ operand($0).isContiguous }) else { return places.map(image) + [out] }
    return places.map { KernelArguments.row(operand($0), addresses[$0]) }
      + [KernelArguments.row(result, resultAddress)]
  }

  /// Operands, the result, and where random numbers belong to elements. Contiguous tensors are seen with as few axes as
  /// their places have.
  private func counted(_ places: [Int], key: Int, _ stream: Int, shared: [Int] = []) -> ([ck_tensor], ck_random) {
    let counter = CounterPlaces(result.shape, shared: shared)
    var random = ck_random()
    (random.key, random.stream) = (floats(key).map { UnsafePointer($0) }, Int64(stream))
    func strides(_ strides: [Int]) {
      let four = [Int](repeating: 0, count: max(0, 4 - strides.count)) + strides
      random.places = (Int64(four[0]), Int64(four[1]), Int64(four[2]), Int64(four[3]))
    }
    let isContiguous = result.isContiguous && places.allSatisfy { operand($0).isContiguous }
    guard isContiguous, counter.axes.count <= CounterPlaces.mostAxes else {
      strides(counter.strides)
      return (places.map(image) + [out], random)
    }
    let counts = counter.axes.map(\.count)
    let shape = [Int](repeating: 1, count: 4 - counts.count) + counts
    strides(counter.axes.map(\.stride))
    return (
      places.map { KernelArguments.plain(shape, addresses[$0], operand($0).layout.storage) }
        + [KernelArguments.plain(shape, resultAddress, result.layout.storage)], random
    )
  }

  private func batchSum() -> ck_batch_sum_args {
    guard operand(0).isContiguous, result.isContiguous else { return ck_batch_sum_args(x: image(0), out: out) }
    let examples = operand(0).shape[0]
    let elements = result.shape.elements
    return ck_batch_sum_args(
      x: KernelArguments.plain([examples, 1, 1, elements], addresses[0]),
      out: KernelArguments.plain([1, 1, 1, elements], resultAddress))
  }

  private func pool(_ attributes: PoolAttributes) -> ck_pool2d_gradient_args {
    var arguments = ck_pool2d_gradient_args()
    (arguments.g, arguments.out) = (image(0), out)
    if attributes.mode.readsValues { (arguments.x, arguments.y) = (image(1), image(2)) }
    (arguments.kernel_h, arguments.kernel_w) = (Int64(attributes.window.height), Int64(attributes.window.width))
    (arguments.stride_h, arguments.stride_w) = (Int64(attributes.stride.height), Int64(attributes.stride.width))
    let padding = attributes.padding
    (arguments.pad_top, arguments.pad_bottom) = (Int64(padding.top), Int64(padding.bottom))
    (arguments.pad_left, arguments.pad_right) = (Int64(padding.left), Int64(padding.right))
    arguments.mode = KernelArguments.poolMode(attributes.mode)
    return arguments
  }

  private func arguments(of loss: Loss, prediction: Int, g: UnsafeMutablePointer<Float>?) -> ck_loss_args {
    let (shape, target) = (operand(prediction).shape, operand(prediction + 1).shape)
    let classes = loss.isOverClasses ? shape[1] : 1
    var arguments = ck_loss_args()
    (arguments.x, arguments.target) = (
      floats(prediction).map { UnsafePointer($0) }, floats(prediction + 1).map { UnsafePointer($0) }
    )
    (arguments.g, arguments.out) = (g.map { UnsafePointer($0) }, outFloats)
    (arguments.examples, arguments.classes) = (Int64(shape[0]), Int64(classes))
    arguments.terms = Int64(shape.elements / shape[0] / classes)
    arguments.has_classes = loss.isOverClasses && target == Loss.classShape(of: shape) ? 1 : 0
    (arguments.kind, arguments.p) = KernelArguments.loss(loss)
    return arguments
  }
}
