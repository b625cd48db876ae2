/// How a number is stored.
package enum StorageType: String, Hashable, Sendable, Codable, CaseIterable {
  case float32
  case bfloat16
  /// IEEE's binary16, on GPUs: numbers above 65504 become infinite, and below 6·10⁻⁵ lose digits.
  case float16

  package var bytes: Int {
    switch self {
    case .float32: 4
    case .bfloat16, .float16: 2
    }
  }
}

/// How a tensor lies in memory.
///
/// `block` 1 is C order. With a block b > 1 an N×C×H×W tensor is stored as N×⌈C/b⌉×H×W×b (NCHWc), so that
/// one vector holds b channels of one pixel. `allChannels` keeps those of a pixel together, N×H×W×C (NHWC): GPUs take
/// that. Around each image of a 4-D tensor there may be a halo of zeros, wide enough for the padding of every
/// convolution that reads it: their loops need no borders.
package struct TensorLayout: Hashable, Sendable, Codable {
  package var storage: StorageType
  package var block: Int
  package var halo: Padding2D
  /// Of weights that a step has packed, their order; then the block is 1, and there is no halo.
  package var weights: WeightOrder?

  package init(storage: StorageType = .float32, block: Int = 1, halo: Padding2D = .none, weights: WeightOrder? = nil) {
    self.storage = storage
    self.block = block
    self.halo = halo
    self.weights = weights
  }

  /// A block that has as many channels as there are.
  package static let allChannels = -1

  package var isChannelsLast: Bool { block == Self.allChannels }

  /// Whether its block is one that a layout may have.
  func hasBlock(upTo largest: Int) -> Bool { isChannelsLast || (1...largest).contains(block) }

  /// Channels that belong together: a part of a tensor has a multiple of them.
  package var channelUnit: Int { max(1, block) }

  /// C order, no halo, fp32: what the world outside a plan sees.
  package static let plain = TensorLayout()

  /// C order without a halo, however numbers are stored.
  package var isContiguous: Bool { block == 1 && halo == .none && weights == nil }

  /// Elements that a tensor of this shape occupies, lanes beyond the channels and halo included.
  package func elements(of shape: [Int]) -> Int {
    if let weights { return weights.elements(of: shape) }
    guard shape.count == 4 else { return shape.elements }
    let blocks = (shape[1] + channelUnit - 1) / channelUnit * channelUnit
    return shape[0] * blocks * (shape[2] + halo.top + halo.bottom) * (shape[3] + halo.left + halo.right)
  }

  package func bytes(of shape: [Int]) -> Int { elements(of: shape) * storage.bytes }

  /// As plans print it: `c16 halo 1,1,1,1`.
  package var description: String {
    if let weights { return weights.description + (storage == .float32 ? "" : " \(storage.rawValue)") }
    var words = [isChannelsLast ? "nhwc" : block == 1 ? "nchw" : "c\(block)"]
    if storage != .float32 { words.append(storage.rawValue) }
    if halo != .none { words.append("halo \(halo.top),\(halo.bottom),\(halo.left),\(halo.right)") }
    return words.joined(separator: " ")
  }
}
