import CImages

/// Which pixels of an axis each new pixel is made of, and in which shares: a triangle that reaches to the neighbours,
/// widened by the factor where an axis shrinks, so that every pixel counts. What Pillow calls bilinear.
struct Resampling: Sendable {
  /// One for each new pixel.
  private(set) var first: [Int32] = []
  private(set) var used: [Int32] = []
  /// `taps` for each new pixel, in 22 bits behind the point; they sum to one.
  private(set) var weights: [Int32] = []
  let taps: Int

  private static let one = Double(1 << 22)

  init(from size: Int, to count: Int) {
    let factor = Double(size) / Double(count)
    let reach = max(1, factor)
    taps = 2 * Int(reach.rounded(.up)) + 1
    first.reserveCapacity(count)
    used.reserveCapacity(count)
    weights.reserveCapacity(count * taps)
    for index in 0..<count {
      let centre = (Double(index) + 0.5) * factor
      let start = max(0, Int(centre - reach + 0.5))
      let end = min(size, Int(centre + reach + 0.5))
      let shares = (start..<end).map { max(0, 1 - abs((Double($0) + 0.5 - centre) / reach)) }
      let sum = shares.reduce(0, +)
      first.append(Int32(start))
      used.append(Int32(shares.count))
      weights += shares.map { Int32(($0 / sum * Self.one).rounded()) }
      weights += [Int32](repeating: 0, count: taps - shares.count)
    }
  }
}

extension Picture {
  /// Bilinearly, without gaps and steps where it gets smaller: rows first, then columns, rounded after each.
  package func resized(height newHeight: Int, width newWidth: Int) -> Picture {
    resampledRows(to: newWidth).resampledColumns(to: newHeight)
  }

  private func resampledRows(to count: Int) -> Picture {
    guard count != width else { return self }
    let plan = Resampling(from: width, to: count)
    let result = [UInt8](unsafeUninitializedCapacity: channels * height * count) { out, filled in
      cimages_resample_rows(
        bytes, channels * height, width, out.baseAddress, count, plan.first, plan.used, plan.weights, plan.taps)
      filled = channels * height * count
    }
    return Picture(channels: channels, height: height, width: count, bytes: result)
  }

  private func resampledColumns(to count: Int) -> Picture {
    guard count != height else { return self }
    let plan = Resampling(from: height, to: count)
    let result = [UInt8](unsafeUninitializedCapacity: channels * count * width) { out, filled in
      bytes.withUnsafeBufferPointer { source in
        for channel in 0..<channels {
          guard let from = source.baseAddress, let to = out.baseAddress else { continue }
          cimages_resample_columns(
            from + channel * height * width, width, to + channel * count * width, count, plan.first, plan.used,
            plan.weights, plan.taps)
        }
      }
      filled = channels * count * width
    }
    return Picture(channels: channels, height: count, width: width, bytes: result)
  }
}
