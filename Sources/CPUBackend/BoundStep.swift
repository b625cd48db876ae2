import CKernels
import NetIR

/// A step with its kernel and arguments, ready to run.
///
/// `@unchecked Sendable`: its memory is written by `init` and by `bind`, which the executable calls under its
/// lock before any thread runs the step.
final class BoundStep: @unchecked Sendable {
  /// Where the bytes of an operand are.
  typealias Address = (Plan.Operand) -> UnsafeMutableRawPointer?

  let step: Plan.Step
  /// Independent pieces of work; none for a kernel of another architecture, which can only pack.
  let shares: StepShares
  var units: Int { shares.units }
  private let kernel: UnsafePointer<ck_kernel>
  /// The threads' own scratch memory, where the kernel needs some. Each of these threads has a copy of the arguments.
  private let workspaces: [UnsafeMutableRawPointer?]
  private let tensors: [Plan.Tensor]
  private let constantShapes: [[Int]]
  private let arguments: UnsafeMutableRawPointer
  /// Arrays that arguments point into.
  private let inputs: UnsafeMutablePointer<ck_tensor>
  private let coefficients: UnsafeMutablePointer<Float>?

  static let argumentBytes = 1024

  /// - Parameters:
  ///   - isRunnable: whether this CPU has the kernel's instructions; packing needs none of them.
  ///   - workspaces: one for each thread that may run the step, if the plan gives it any.
  init(
    _ step: Plan.Step, of plan: Plan, _ kernel: UnsafePointer<ck_kernel>, isRunnable: Bool,
    workspaces: [UnsafeMutableRawPointer?] = [], _ address: Address = { _ in nil }
  ) {
    self.step = step
    self.kernel = kernel
    tensors = plan.tensors
    constantShapes = plan.constants.map(\.shape)
    self.workspaces = workspaces.isEmpty ? [nil] : workspaces
    let bytes = Self.argumentBytes * self.workspaces.count
    arguments = .allocate(byteCount: bytes, alignment: 16)
    arguments.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    inputs = .allocate(capacity: step.tensorCount)
    inputs.initialize(repeating: ck_tensor(), count: step.tensorCount)
    if case .elementwise(let attributes, _) = step.op, !attributes.coefficients.isEmpty {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: attributes.coefficients.count)
      memory.initialize(from: attributes.coefficients, count: attributes.coefficients.count)
      coefficients = memory
    } else {
      coefficients = nil
    }
    Self.write(step, tensors, constantShapes, address, arguments, inputs, coefficients, self.workspaces)
    shares = StepShares(
      units: isRunnable ? Int(kernel.pointee.units?(UnsafeRawPointer(arguments)) ?? 0) : 0, of: step,
      result: plan.tensors[step.result], by: KernelTable.catalogue[step.kernel])
  }

  deinit {
    arguments.deallocate()
    inputs.deallocate()
    coefficients?.deallocate()
  }

  /// Writes the addresses anew.
  func bind(_ address: Address) {
    Self.write(step, tensors, constantShapes, address, arguments, inputs, coefficients, workspaces)
  }

  /// - Parameter thread: the number of the calling thread in its team.
  func run(_ range: Range<Int>, thread: Int = 0) {
    guard !range.isEmpty else { return }
    let copy = workspaces.count > 1 ? thread * Self.argumentBytes : 0
    kernel.pointee.run?(UnsafeRawPointer(arguments + copy), Int64(range.lowerBound), Int64(range.upperBound))
  }

  // MARK: Weights

  /// Floats that the packed weights take; 0 when the op has none.
  var packedCount: Int { packing.map { Int($0.floats(kernel, UnsafeRawPointer(arguments))) } ?? 0 }

  func pack(_ weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
    packing?.pack(kernel, UnsafeRawPointer(arguments), weights, packed)
  }

  func unpack(_ packed: UnsafePointer<Float>, into weights: UnsafeMutablePointer<Float>) {
    packing?.unpack(kernel, UnsafeRawPointer(arguments), packed, weights)
  }

  private var packing: ck_packing? { kernel.pointee.packing?.pointee }

  // MARK: Arguments

  private static func write(
    _ step: Plan.Step, _ tensors: [Plan.Tensor], _ constants: [[Int]], _ address: Address,
    _ memory: UnsafeMutableRawPointer, _ inputs: UnsafeMutablePointer<ck_tensor>,
    _ coefficients: UnsafeMutablePointer<Float>?, _ workspaces: [UnsafeMutableRawPointer?]
  ) {
    func store<Arguments>(_ arguments: Arguments, copy: Int = 0) {
      precondition(MemoryLayout<Arguments>.size <= argumentBytes)
      memory.storeBytes(of: arguments, toByteOffset: copy * argumentBytes, as: Arguments.self)
    }
    func floats(_ place: Int) -> UnsafeMutablePointer<Float>? {
      step.operands.indices.contains(place)
        ? address(step.operands[place])?.assumingMemoryBound(to: Float.self) : nil
    }
    func operand(_ place: Int) -> Plan.Tensor {
      switch step.operands[place] {
      case .tensor(let index): tensors[index]
      case .constant(let index):
        Plan.Tensor(name: "", shape: constants[index], layout: .plain, place: .arena(offset: 0))
      }
    }
    func tensor(_ place: Int) -> ck_tensor {
      if case .tensor(let index) = step.operands[place] {
        return KernelArguments.tensor(index, of: tensors, address(step.operands[place]))
      }
      return KernelArguments.tensor(operand(place), address(step.operands[place]))
    }
    let resultTensor = tensors[step.result]
    let resultAddress = address(.tensor(step.result))
    let result = KernelArguments.tensor(step.result, of: tensors, resultAddress)
    let resultFloats = resultAddress?.assumingMemoryBound(to: Float.self)
    let workspaceFloats = Int64((step.workspace?.bytesPerThread ?? 0) / MemoryLayout<Float>.stride)
    switch step.op {
    case .conv2D(let attributes, let epilogue):
      var arguments = ck_conv2d_args()
      arguments.in = tensor(0)
      arguments.out = result
      arguments.weights = floats(1).map { UnsafePointer($0) }
      arguments.bias = epilogue.bias ? floats(2).map { UnsafePointer($0) } : nil
      if epilogue.residual { arguments.residual = tensor(step.operands.count - 1) }
      (arguments.kernel_h, arguments.kernel_w) = attributes.kernel.pair
      (arguments.stride_h, arguments.stride_w) = attributes.stride.pair
      (arguments.dilation_h, arguments.dilation_w) = attributes.dilation.pair
      (arguments.pad_top, arguments.pad_left) = (
        Int64(attributes.padding.top), Int64(attributes.padding.left)
      )
      arguments.groups = Int64(attributes.groups)
      arguments.pool = Int64(epilogue.pool?.height ?? 0)
      arguments.activation = KernelArguments.activation(epilogue.activation)
      arguments.workspace_floats = workspaceFloats
      for (copy, workspace) in workspaces.enumerated() {
        arguments.workspace = workspace?.assumingMemoryBound(to: Float.self)
        store(arguments, copy: copy)
      }
    case .dense(let epilogue):
      let input = operand(0).shape
      let bias = epilogue.bias ? floats(2) : nil
      let residual = epilogue.residual ? floats(step.operands.count - 1) : nil
      var arguments = ck_dense_args()
      (arguments.in, arguments.out) = (UnsafePointer(floats(0)), resultFloats)
      arguments.residual = UnsafePointer(residual)
      (arguments.weights, arguments.bias) = (UnsafePointer(floats(1)), UnsafePointer(bias))
      (arguments.rows, arguments.inputs) = (Int64(input[0]), Int64(input[1]))
      arguments.units = Int64(resultTensor.shape[1])
      arguments.weights_by_input = operand(1).layout == UnpackedDense.transposedWeights ? 1 : 0
      arguments.activation = KernelArguments.activation(epilogue.activation)
      arguments.out_storage = resultTensor.layout.storage.code
      arguments.workspace_floats = workspaceFloats
      for (copy, workspace) in workspaces.enumerated() {
        arguments.workspace = workspace?.assumingMemoryBound(to: Float.self)
        store(arguments, copy: copy)
      }
    case .pool2D(let attributes):
      var arguments = ck_pool2d_args()
      arguments.in = tensor(0)
      arguments.out = result
      (arguments.kernel_h, arguments.kernel_w) = attributes.window.pair
      (arguments.stride_h, arguments.stride_w) = attributes.stride.pair
      let padding = attributes.padding
      (arguments.pad_top, arguments.pad_bottom) = (Int64(padding.top), Int64(padding.bottom))
      (arguments.pad_left, arguments.pad_right) = (Int64(padding.left), Int64(padding.right))
      arguments.mode = KernelArguments.poolMode(attributes.mode)
      store(arguments)
    case .globalPool(let mode):
      store(
        ck_global_pool_args(
          in: tensor(0), out: resultFloats, mode: KernelArguments.globalMode(mode),
          activation: ck_activation()))
    case .activation(let activation):
      // Contiguous tensors are one long row to an op that looks at single elements.
      let isRow = operand(0).isContiguous && resultTensor.isContiguous
      store(
        ck_activation_args(
          in: isRow ? KernelArguments.row(operand(0), address(step.operands[0])) : tensor(0),
          out: isRow ? KernelArguments.row(resultTensor, resultAddress) : result,
          activation: KernelArguments.activation(activation)))
    case .scaleShift(let activation):
      store(
        ck_scale_shift_args(
          in: tensor(0), out: result, scale: floats(1), shift: floats(2),
          activation: KernelArguments.activation(activation)))
    case .elementwise(let attributes, let activation):
      for place in step.operands.indices {
        inputs[place] = tensor(place)
        // One example that serves the whole batch.
        if inputs[place].n == 1, result.n > 1 { (inputs[place].n, inputs[place].stride_n) = (result.n, 0) }
      }
      store(
        ck_elementwise_args(
          inputs: inputs, count: Int64(step.operands.count), coefficients: coefficients, out: result,
          kind: KernelArguments.elementwiseKind(attributes.kind),
          activation: KernelArguments.activation(activation)))
    case .lrn(let attributes):
      store(
        ck_lrn_args(
          in: tensor(0), out: result, n: Int64(attributes.size), alpha: attributes.alpha,
          beta: attributes.beta,
          k: attributes.k))
    case .softmax(let axis):
      let shape = resultTensor.shape
      store(
        ck_softmax_args(
          in: floats(0), out: resultFloats, outer: Int64(shape.prefix(axis).reduce(1, *)),
          classes: Int64(shape[axis]), inner: Int64(shape.dropFirst(axis + 1).reduce(1, *))))
    case .parametricRectify:
      store(ck_parametric_rectify_args(in: tensor(0), out: result, slope: floats(1)))
    case .standardize(let axis, let epsilon):
      let shape = resultTensor.shape
      store(
        ck_standardize_args(
          in: floats(0), out: resultFloats, rows: Int64(shape.prefix(axis).reduce(1, *)),
          length: Int64(shape.dropFirst(axis).reduce(1, *)), epsilon: epsilon))
    case .copy:
      store(ck_copy_args(in: tensor(0), out: result))
    case .interleave(let interleaving):
      for (place, phase) in interleaving.phases.enumerated() { inputs[phase] = tensor(place) }
      let (down, right) = interleaving.stride.pair
      store(ck_interleave_args(inputs: inputs, stride_h: down, stride_w: right, out: result))
    case .packWeights(let rearrangement):
      guard let order = resultTensor.layout.weights else { preconditionFailure("a verified plan packs in some order") }
      store(KernelArguments.packWeights(rearrangement, operand(0).shape, order, floats(0), resultFloats))
    case .gradient(.convolutionWeights(let attributes, let slices)):
      var arguments = ck_conv2d_weights_args()
      (arguments.in, arguments.g, arguments.out) = (tensor(0), tensor(1), resultFloats)
      (arguments.kernel_h, arguments.kernel_w) = attributes.kernel.pair
      (arguments.stride_h, arguments.stride_w) = attributes.stride.pair
      (arguments.dilation_h, arguments.dilation_w) = attributes.dilation.pair
      (arguments.pad_top, arguments.pad_left) = (Int64(attributes.padding.top), Int64(attributes.padding.left))
      (arguments.groups, arguments.slices) = (Int64(attributes.groups), Int64(slices))
      arguments.workspace_floats = workspaceFloats
      for (copy, workspace) in workspaces.enumerated() {
        arguments.workspace = workspace?.assumingMemoryBound(to: Float.self)
        store(arguments, copy: copy)
      }
    case .pad(let attributes):
      store(KernelArguments.pad(attributes, operand(0).shape, floats(0), resultFloats))
    case .rearrange(let rearrangement):
      store(KernelArguments.rearrange(rearrangement, operand(0).shape, floats(0), resultFloats))
    case .upscaleBilinear(let scale):
      let shape = operand(0).shape.map(Int64.init)
      store(
        ck_upscale_bilinear_args(
          in: floats(0), out: resultFloats, planes: shape[0] * shape[1], h: shape[2], w: shape[3],
          scale_h: scale.pair.0, scale_w: scale.pair.1))
    case .concat(let axis):
      let isPlain =
        resultTensor.isContiguous && step.operands.indices.allSatisfy { operand($0).isContiguous }
      for place in step.operands.indices {
        inputs[place] =
          isPlain
          ? KernelArguments.view(operand(place), around: axis, address(step.operands[place])) : tensor(place)
      }
      store(
        ck_concat_args(
          inputs: inputs, count: Int64(step.operands.count),
          out: isPlain ? KernelArguments.view(resultTensor, around: axis, resultAddress) : result,
          axis: isPlain ? 1 : Int32(axis)))
    case .training, .gradient:
      TrainingArguments(step, tensors, constants, address, memory, inputs).write()
    default:
      preconditionFailure("a verified plan has no step for \(step.op.name)")
    }
  }
}

extension Plan.Step {
  /// Tensors in the array that arguments point to.
  fileprivate var tensorCount: Int {
    if case .interleave(let interleaving) = op { return interleaving.stride.height * interleaving.stride.width }
    return max(1, operands.count)
  }
}

extension Size2D {
  fileprivate var pair: (Int64, Int64) { (Int64(height), Int64(width)) }
}
