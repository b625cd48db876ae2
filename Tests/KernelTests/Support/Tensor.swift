import CKernels
import Testing

struct Halo { var top = 0, bottom = 0, left = 0, right = 0 }

extension Halo {
  static func all(_ size: Int) -> Halo { Halo(top: size, bottom: size, left: size, right: size) }
}

/// A `ck_tensor` in guarded memory, with `gap` floats that belong to nobody behind each row, plane and image.
final class Tensor {
  let buffer: Guarded
  let c: ck_tensor
  private let n, channels, h, w, block: Int
  private let halo: Halo

  init(_ shape: [Int], block: Int = 1, halo: Halo = Halo(), gap: Int = 0, fenced: Bool = false) {
    (n, channels, h, w) = (shape[0], shape[1], shape[2], shape[3])
    self.block = block
    self.halo = halo
    let blocks = (channels + block - 1) / block
    let strideH = (w + halo.left + halo.right) * block + gap
    let strideC = (h + halo.top + halo.bottom) * strideH + gap
    let strideN = blocks * strideC + gap
    buffer = Guarded(n * strideN, fenced: fenced)
    c = ck_tensor(
      data: buffer.data + halo.top * strideH + halo.left * block, n: Int64(n), c: Int64(channels), h: Int64(h),
      w: Int64(w), block: Int64(block), stride_n: Int64(strideN), stride_c: Int64(strideC), stride_h: Int64(strideH),
      stride_w: Int64(block), halo_top: Int64(halo.top), halo_bottom: Int64(halo.bottom),
      halo_left: Int64(halo.left), halo_right: Int64(halo.right))
  }

  /// Holds `values`, in C order; the halo is 0; lanes beyond the channels and gaps are canaries, hence NaN. Fenced.
  convenience init(_ shape: [Int], _ values: [Float], block: Int = 1, halo: Halo = Halo(), gap: Int = 0) {
    self.init(shape, block: block, halo: halo, gap: gap, fenced: true)
    write(values)
  }

  var shape: [Int] { [n, channels, h, w] }

  private func offset(_ i: Int, _ channel: Int, _ y: Int, _ x: Int) -> Int {
    i * Int(c.stride_n) + channel / block * Int(c.stride_c) + y * Int(c.stride_h) + x * block + channel % block
  }

  func write(_ values: [Float]) {
    buffer.reset()
    forEachHaloOffset { c.data[$0] = 0 }
    var at = 0
    forEachElement {
      c.data[$0] = values[at]
      at += 1
    }
  }

  var values: [Float] {
    var result: [Float] = []
    result.reserveCapacity(n * channels * h * w)
    forEachElement { result.append(c.data[$0]) }
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
    var owned = [Bool](repeating: false, count: buffer.count)
    let start = c.data - buffer.data
    forEachHaloOffset {
      zero = zero && c.data[$0].bitPattern == 0
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
            lanesZero = lanesZero && c.data[at] == 0
          }
        }
      }
    }
    if lanesAreZero { #expect(lanesZero, "lanes beyond c of \(what)", sourceLocation: sourceLocation) }
    let bits = buffer.bits
    let untouched = zip(owned, bits).allSatisfy { $0 || $1 == Guarded.canary }
    #expect(untouched, "the gaps of \(what) were written", sourceLocation: sourceLocation)
  }
}
