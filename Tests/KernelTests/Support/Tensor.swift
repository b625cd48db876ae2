import CKernels
import Testing

struct Halo { var top = 0, bottom = 0, left = 0, right = 0 }

extension Halo {
  static func all(_ size: Int) -> Halo { Halo(top: size, bottom: size, left: size, right: size) }
}

/// A `ck_tensor` in guarded memory, with `gap` elements that belong to nobody behind each row, plane and image.
final class Tensor {
  let buffer: Guarded
  let c: ck_tensor
  private let n, channels, h, w, block: Int
  private let halo: Halo
  private let storage: ck_storage

  init(
    _ shape: [Int], block: Int = 1, halo: Halo = Halo(), gap: Int = 0, fenced: Bool = false,
    storage: ck_storage = CK_F32
  ) {
    (n, channels, h, w) = (shape[0], shape[1], shape[2], shape[3])
    self.block = block
    self.halo = halo
    self.storage = storage
    let blocks = (channels + block - 1) / block
    let strideH = (w + halo.left + halo.right) * block + gap
    let strideC = (h + halo.top + halo.bottom) * strideH + gap
    let strideN = blocks * strideC + gap
    buffer = Guarded((n * strideN * storage.bytes + 3) / 4, fenced: fenced)
    let interior = UnsafeMutableRawPointer(buffer.data) + (halo.top * strideH + halo.left * block) * storage.bytes
    c = ck_tensor(
      data: interior.assumingMemoryBound(to: Float.self), n: Int64(n), c: Int64(channels), h: Int64(h),
      w: Int64(w), block: Int64(block), stride_n: Int64(strideN), stride_c: Int64(strideC), stride_h: Int64(strideH),
      stride_w: Int64(block), halo_top: Int64(halo.top), halo_bottom: Int64(halo.bottom),
      halo_left: Int64(halo.left), halo_right: Int64(halo.right), storage: Int32(storage.rawValue))
  }

  /// Holds `values`, in C order, rounded already; the halo is 0; lanes beyond the channels and gaps are canaries, hence
  /// NaN. Fenced.
  convenience init(
    _ shape: [Int], _ values: [Float], block: Int = 1, halo: Halo = Halo(), gap: Int = 0,
    storage: ck_storage = CK_F32
  ) {
    self.init(shape, block: block, halo: halo, gap: gap, fenced: true, storage: storage)
    write(values)
  }

  var shape: [Int] { [n, channels, h, w] }

  private func offset(_ i: Int, _ channel: Int, _ y: Int, _ x: Int) -> Int {
    i * Int(c.stride_n) + channel / block * Int(c.stride_c) + y * Int(c.stride_h) + x * block + channel % block
  }

  /// The bits of an element, those of bf16 in the upper half.
  private subscript(at: Int) -> UInt32 {
    get {
      let address = UnsafeRawPointer(c.data) + at * storage.bytes
      return storage == CK_BF16
        ? UInt32(address.load(as: UInt16.self)) << 16 : address.load(as: UInt32.self)
    }
    set {
      let address = UnsafeMutableRawPointer(c.data) + at * storage.bytes
      if storage == CK_BF16 {
        address.storeBytes(of: UInt16(newValue >> 16), as: UInt16.self)
      } else {
        address.storeBytes(of: newValue, as: UInt32.self)
      }
    }
  }

  func write(_ values: [Float]) {
    buffer.reset()
    forEachHaloOffset { self[$0] = 0 }
    var at = 0
    forEachElement {
      self[$0] = values[at].bitPattern
      at += 1
    }
  }

  var values: [Float] {
    var result: [Float] = []
    result.reserveCapacity(n * channels * h * w)
    forEachElement { result.append(Float(bitPattern: self[$0])) }
    return result
  }

  private func forEachElement(_ body: (Int) -> Void) {
    for i in 0..<n {
      for channel in 0..<channels {
        for y in 0..<h { for x in 0..<w { body(offset(i, channel, y, x)) } }
      }
    }
  }

  private func forEachHaloOffset(_ body: (Int) -> Void) {
    for i in 0..<n {
      for first in stride(from: 0, to: channels, by: block) {
        for y in -halo.top..<h + halo.bottom {
          for x in -halo.left..<w + halo.right where y < 0 || y >= h || x < 0 || x >= w {
            for lane in 0..<block { body(offset(i, first, y, x) + lane) }
          }
        }
      }
    }
  }

  /// The guards and gaps are untouched and the halo is zero.
  func expectSound(_ what: String, lanesAreZero: Bool = false, sourceLocation: SourceLocation = #_sourceLocation) {
    buffer.expectIntact(what, sourceLocation: sourceLocation)
    var zero = true
    var owned = [Bool](repeating: false, count: n * Int(c.stride_n))
    let start = halo.top * Int(c.stride_h) + halo.left * block
    forEachHaloOffset {
      zero = zero && self[$0] == 0
      owned[start + $0] = true
    }
    #expect(zero, "the halo of \(what) is not zero", sourceLocation: sourceLocation)
    forEachElement { owned[start + $0] = true }
    var lanesZero = true
    for i in 0..<n where channels % block != 0 {
      for y in 0..<h {
        for x in 0..<w {
          for lane in channels % block..<block {
            let at = offset(i, channels / block * block, y, x) + lane
            owned[start + at] = true
            lanesZero = lanesZero && self[at] & 0x7FFF_FFFF == 0
          }
        }
      }
    }
    if lanesAreZero { #expect(lanesZero, "lanes beyond c of \(what)", sourceLocation: sourceLocation) }
    let canary = storage == CK_BF16 ? Guarded.canary & 0xFFFF_0000 : Guarded.canary
    let untouched = owned.indices.allSatisfy { owned[$0] || self[$0 - start] == canary }
    #expect(untouched, "the gaps of \(what) were written", sourceLocation: sourceLocation)
  }
}
