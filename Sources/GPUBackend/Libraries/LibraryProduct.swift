import NetIR

/// A convolution, or a dense layer as one of images of one pixel, with what follows it, or the gradient of its filters
/// or its image: what a library is asked for. It holds no addresses, so that steps that are alike share an engine.
///
/// A batch normalisation is one as well: γ stands for the filters, β for the bias. So is the gradient of what was
/// normalised, as that of an image, with the sums that it takes.
struct LibraryProduct: Hashable, Sendable {
  /// A tensor N×C×H×W; of the filters K×C×R×S.
  struct Operand: Hashable, Sendable {
    var shape: [Int]
    /// Elements, in the order of the shape.
    var strides: [Int]
    var storage: StorageType
    /// Bytes: what its address is a multiple of.
    var alignment: Int

    var isChannelsLast: Bool { strides[1] == 1 }
  }

  /// Which of a convolution's tensors is computed of the other two. Where it is the filters or the image, they and the
  /// result stand for their gradients.
  enum Wanted: Hashable, Sendable { case result, filters, image }

  var wanted = Wanted.result
  var input: Operand
  var filters: Operand
  var bias: Operand?
  /// Whether the bias is known when a plan is loaded, so that it can be rounded then.
  var hasConstantBias = false
  /// Added to the products.
  var residual: Operand?
  var result: Operand
  var attributes: ConvolutionAttributes
  var activation: Activation
  /// Whether its results are summed, channel by channel, and their squares, or their products with what was normalised.
  var isSummed = false
  /// What was normalised, and rectified where the gradient of that image is summed.
  var normalised: Operand?
  /// ε of a batch normalisation with moments of the batch at hand, or of its gradient; nil for products.
  var epsilon: Float?
  /// Products of fp32 numbers in fp32, sums in plain order.
  var isStrict: Bool

  /// How the numbers are stored that it multiplies.
  var factors: [StorageType] {
    switch wanted {
    case .result where epsilon != nil: [input.storage]
    case .result: [input.storage, filters.storage]
    case .filters: [input.storage, result.storage]
    case .image where epsilon != nil: [input.storage, result.storage]
    case .image: [filters.storage, result.storage]
    }
  }

  /// - Parameter index: of a convolution, a dense layer or a gradient of filters or images of the plan; nil for others.
  init?(_ index: Int, of plan: Plan) {
    let step = plan.steps[index]
    var epilogue = Epilogue(bias: false)
    switch step.op {
    case .conv2D(let own, let rest): (attributes, epilogue) = (own, rest)
    case .dense(let rest): (attributes, epilogue) = (ConvolutionAttributes(kernel: Size2D(1)), rest)
    case .gradient(.convolutionWeights(let own, slices: 1)): (attributes, wanted) = (own, .filters)
    case .gradient(.convolutionData(let own, _)): (attributes, wanted) = (own, .image)
    default: return nil
    }
    let (first, second) = (plan.view(step.operands[0]), plan.view(step.operands[1]))
    let written = plan.view(.tensor(step.result))
    let (image, kernel, result) =
      switch wanted {
      case .result: (first, second, written)
      case .filters: (first, written, second)
      case .image: (written, second, first)
      }
    self.input = Operand(image)
    self.result = Operand(result)
    filters = Operand(filters: kernel)
    if epilogue.bias {
      let channels = result.shape[1]
      bias = Operand(channels: channels, storage: plan.view(step.operands[2]).storage)
      if case .constant = step.operands[2] { hasConstantBias = true }
    }
    if epilogue.residual, let last = step.operands.last {
      residual = Operand(plan.view(last))
    }
    activation = epilogue.activation
    isStrict = plan.numerics == "strict"
  }

  /// - Parameter index: of a step that takes moments, or sums of a normalisation's gradients.
  /// - Returns: nil where no whole normalisation stands there, nor its gradient, or its result lies where an operand
  ///   does: what the library reads twice it must not write over.
  init?(normalization index: Int, of plan: Plan) {
    guard let whole = plan.wholeNormalization(of: plan.steps[index]) else { return nil }
    let step = plan.steps[index + 1 + whole.normalization]
    let views = step.operands.map(plan.view)
    let residual = plan.residual(of: whole, behind: index).map(plan.view)
    let result = plan.view(.tensor(plan.steps[index + whole.length].result))
    guard !(views + [residual].compactMap { $0 }).contains(where: { $0.overlaps(result) }) else { return nil }
    let channels = result.shape[1]
    switch step.op {
    case .training(.normalize(let own, _)):
      epsilon = own
      (input, self.result) = (Operand(views[0]), Operand(result))
      filters = Operand(channels: channels, storage: views[1].storage)
      bias = Operand(channels: channels, storage: views[2].storage)
    case .gradient(.normalizeData(let own, _)):
      (epsilon, wanted, isSummed) = (own, .image, true)
      (input, self.result, normalised) = (Operand(result), Operand(views[0]), Operand(views[1]))
      filters = Operand(channels: channels, storage: views[2].storage)
    default: return nil
    }
    attributes = ConvolutionAttributes(kernel: Size2D(1))
    self.residual = residual.map { Operand($0) }
    activation = whole.isRectified ? .rectify : .linear
    isStrict = plan.numerics == "strict"
  }

  /// The same with sums of its results.
  ///
  /// - Returns: nil where no steps behind it take sums.
  func summed(_ index: Int, of plan: Plan) -> LibraryProduct? {
    guard let first = plan.stepsOfSums(of: plan.steps[index]).first else { return nil }
    var product = self
    product.isSummed = true
    if wanted == .image { product.normalised = Operand(plan.view(plan.steps[first].operands[1])) }
    return product
  }

  /// Rows of a matrix, where each pixel is one: the elements from one to the next; nil where pixels of the image do not
  /// follow each other at equal distances.
  func rowStride(of operand: Operand) -> Int? {
    let (shape, strides) = (operand.shape, operand.strides)
    guard operand.isChannelsLast else { return nil }
    let isEven = (shape[2] == 1 || strides[2] == shape[3] * strides[3])
    return isEven && (shape[0] == 1 || strides[0] == shape[2] * shape[3] * strides[3]) ? strides[3] : nil
  }
}

extension Plan {
  /// The bias that cuBLASLt adds to results of 16 bits, which it takes in their storage alone: a constant that is rounded
  /// as they are. nil for any other step.
  func roundedBias(of step: Step) -> Int? {
    let epilogue: Epilogue
    switch step.op {
    case .conv2D(_, let own): epilogue = own
    case .dense(let own): epilogue = own
    default: return nil
    }
    guard step.library == .cublasLt, epilogue.bias, view(.tensor(step.result)).storage != .float32,
      case .constant(let index) = step.operands[2]
    else { return nil }
    return index
  }
}

extension LibraryProduct.Operand {
  /// What every library is content with.
  static let most = 16

  init(_ view: TensorView) {
    let (n, c, h, w) = (view.shape[0], view.shape[1], view.shape[2], view.shape[3])
    var strides = view.strides
    // Along an axis of one element any stride is true: the one that the layout would have, channels last if it may be.
    if c == 1 { strides.channel = 1 }
    if w == 1 { strides.pixel = strides.channel == 1 ? c : 1 }
    if h == 1 { strides.row = w * strides.pixel }
    if n == 1 { strides.image = strides.channel == 1 ? h * strides.row : c * strides.channel }
    self.init(
      shape: view.shape, strides: [strides.image, strides.channel, strides.row, strides.pixel], storage: view.storage,
      alignment: Self.alignment(at: view.address.offset))
  }

  /// A number for each channel.
  ///
  /// - Parameter offset: bytes to the first of them from an address with the largest alignment.
  init(channels: Int, storage: StorageType, offset: Int = 0) {
    self.init(
      shape: [1, channels, 1, 1], strides: [channels, 1, channels, channels], storage: storage,
      alignment: Self.alignment(at: offset))
  }

  private static func alignment(at offset: Int) -> Int { min(most, offset == 0 ? most : offset & -offset) }

  /// As `DeviceWeights` packs them for libraries, and as `FiltersGradientLaunch` takes their gradient: filter, tap, channel.
  init(filters view: TensorView) {
    let (c, r, s) = (view.shape[1], view.shape[2], view.shape[3])
    self.init(
      shape: view.shape, strides: [c * r * s, 1, s * c, c], storage: view.storage, alignment: Self.most)
  }
}
