import NetIR

/// A place in device memory.
struct DeviceAddress: Hashable, Sendable {
  enum Base: Hashable, Sendable {
    case arena
    case constant(Int)
    /// A constant in the plan's precision, which others read in fp32.
    case rounded(Int)
    /// What a step by a library hands on to a kernel behind it.
    case scratch
    case input(Int)
    case output(Int)
    /// The caller's bytes, and the numbers with which they are prepared.
    case bytes
    case preparation
  }

  var base: Base
  /// Bytes.
  var offset: Int
}

/// Elements between neighbours: `View` of the kernel texts. 0 repeats one element along an axis.
struct ViewStrides: Hashable, Sendable {
  var image = 0
  var channel = 0
  var row = 0
  var pixel = 0

  /// In the order of a shape N×C×H×W.
  subscript(axis: Int) -> Int { [image, channel, row, pixel][axis] }
}

/// A tensor of a plan as kernels see it: images of any layout, or channels of a larger tensor.
struct TensorView: Hashable, Sendable {
  var address: DeviceAddress
  /// N×C×H×W: other ranks are what `four` makes of them.
  var shape: [Int]
  var strides: ViewStrides
  var storage: StorageType

  /// The bytes between its first and its last element.
  var bytes: Range<Int> {
    let last = zip(shape, 0..<4).reduce(0) { $0 + ($1.0 - 1) * strides[$1.1] }
    return address.offset..<address.offset + (last + 1) * storage.bytes
  }

  func overlaps(_ other: TensorView) -> Bool {
    address.base == other.address.base && bytes.overlaps(other.bytes)
  }

  /// From an element of one axis on.
  func advanced(axis: Int, by count: Int) -> TensorView {
    var result = self
    result.address.offset += count * strides[axis] * storage.bytes
    return result
  }

  /// Whether 16 bytes of it are neighbouring channels of a pixel, and lie at a multiple of 16 bytes.
  ///
  /// - Parameters:
  ///   - channels: that belong together.
  ///   - storage: that the bytes shall have.
  func mayBeCopied(channels: Int, storage: StorageType) -> Bool {
    let numbers = 16 / storage.bytes
    let steps = zip([shape[0], shape[2], shape[3]], [strides.image, strides.row, strides.pixel])
      .filter { $0.0 > 1 }.map(\.1)
    return self.storage == storage && strides.channel == 1 && channels % numbers == 0
      && address.offset % 16 == 0 && steps.allSatisfy { $0 % numbers == 0 }
  }

  /// A vector per example is an image of one pixel, a single vector one of one example.
  static func four(_ shape: [Int]) -> [Int] {
    switch shape.count {
    case 4: shape
    case 1: [1, shape[0], 1, 1]
    default: [shape[0], shape[1], 1, shape.dropFirst(2).reduce(1, *)]
    }
  }

  static func strides(_ shape: [Int], channelsLast: Bool) -> ViewStrides {
    let (c, h, w) = (shape[1], shape[2], shape[3])
    return channelsLast
      ? ViewStrides(image: c * h * w, channel: 1, row: w * c, pixel: c)
      : ViewStrides(image: c * h * w, channel: h * w, row: w, pixel: 1)
  }
}

extension Plan {
  /// What a step reads or writes.
  func view(_ operand: Operand) -> TensorView {
    switch operand {
    case .constant(let index):
      let shape = TensorView.four(constants[index].shape)
      return TensorView(
        address: DeviceAddress(base: .constant(index), offset: 0), shape: shape,
        strides: TensorView.strides(shape, channelsLast: false), storage: storage(ofConstant: index))
    case .tensor(let index):
      let tensor = tensors[index]
      let first = tensor.firstChannel ?? 0
      let root = tensor.firstChannel == nil ? tensor : tensors[tensor.viewOf ?? index]
      let strides = TensorView.strides(TensorView.four(root.shape), channelsLast: root.layout.isChannelsLast)
      let view = TensorView(
        address: address(of: tensor), shape: TensorView.four(tensor.shape), strides: strides,
        storage: tensor.layout.storage)
      return first == 0 ? view : view.advanced(axis: 1, by: first)
    }
  }

  private func address(of tensor: Tensor) -> DeviceAddress {
    switch tensor.place {
    case .arena(let offset): DeviceAddress(base: .arena, offset: offset)
    case .input(let number): DeviceAddress(base: .input(number), offset: 0)
    case .output(let number): DeviceAddress(base: .output(number), offset: 0)
    }
  }

  /// Weights that a kernel packs are as precise as the plan, all other constants fp32.
  func storage(ofConstant index: Int) -> StorageType {
    guard case .step = constants[index].packing else { return .float32 }
    return precisionStorage
  }

  /// Of the numbers that its products are of.
  var precisionStorage: StorageType {
    switch precision {
    case "bf16": .bfloat16
    case "fp16": .float16
    default: .float32
    }
  }
}

extension StorageType {
  /// As the kernel texts have it.
  var code: Int {
    switch self {
    case .float32: 0
    case .bfloat16: 1
    case .float16: 2
    }
  }
}
