import GPUKernels
import NetIR

/// A kernel's start, ready but for the addresses of memory.
struct Launch: Sendable {
  /// The steps of the plan that it computes.
  var steps: [Int]
  var kernel: String
  /// Set where the kernel is one on tensor cores.
  var tensorKernel: TensorKernel?
  /// Blocks.
  var grid: (x: Int, y: Int, z: Int)
  /// In the order of the kernel's structure; nil for what is absent.
  var pointers: [DeviceAddress?]
  var numbers = LaunchNumbers()
  /// What starts in front of it and behind it, as parts of it; of a library's alone.
  var preceding: [Launch] = []
  var following: [Launch] = []

  /// Whether it is a library's to start: it has addresses alone.
  var isOfLibrary: Bool { grid.x == 0 }

  /// Threads of every block.
  static let threads = 256

  init(_ step: Int, _ kernel: String, grid: (x: Int, y: Int, z: Int), _ pointers: [DeviceAddress?]) {
    (steps, self.kernel, self.grid, self.pointers) = ([step], kernel, grid, pointers)
  }

  /// For kernels whose threads take elements in turns: enough blocks to fill a device some times over.
  static func grid(elements: Int) -> (x: Int, y: Int, z: Int) {
    (min((elements + threads - 1) / threads, 4096), 1, 1)
  }
}

/// The numbers of a kernel's structure, four bytes each, in its order.
struct LaunchNumbers: Hashable, Sendable {
  private(set) var bits: [UInt32] = []

  mutating func add(_ values: Int...) {
    for value in values { bits.append(UInt32(bitPattern: Int32(truncatingIfNeeded: value))) }
  }

  mutating func add(_ value: Float) { bits.append(value.bitPattern) }

  mutating func add(_ strides: ViewStrides) { add(strides.image, strides.channel, strides.row, strides.pixel) }

  mutating func add(_ storages: StorageType...) { for storage in storages { add(storage.code) } }

  mutating func add(_ activation: Activation) {
    let code = ActivationCode(activation)
    add(code.kind)
    add(code.p0)
    add(code.p1)
  }

  /// Eight numbers, the rest of them `filler`.
  mutating func add(eight values: [Int], filler: Int) {
    for index in 0..<8 { add(values.indices.contains(index) ? values[index] : filler) }
  }
}
