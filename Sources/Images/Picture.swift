import CImages

/// An image of 8 bits a sample: grey, or red, green and blue.
package struct Picture: Sendable, Equatable {
  /// 1 or 3.
  package let channels: Int
  package let height: Int
  package let width: Int
  /// channels × height × width, plane after plane.
  package private(set) var bytes: [UInt8]

  /// - Parameter bytes: channels × height × width, plane after plane.
  package init(channels: Int, height: Int, width: Int, bytes: [UInt8]) {
    precondition(channels == 1 || channels == 3, "a picture has 1 or 3 channels")
    precondition(bytes.count == channels * height * width, "another number of bytes than the size has")
    (self.channels, self.height, self.width, self.bytes) = (channels, height, width, bytes)
  }

  /// A plain picture.
  package init(channels: Int, height: Int, width: Int, filledWith value: UInt8 = 255) {
    self.init(
      channels: channels, height: height, width: width,
      bytes: [UInt8](repeating: value, count: channels * height * width))
  }

  /// From pixels whose samples lie together: 1 grey, 2 grey and opacity, 3 red, green and blue, 4 with opacity. What is
  /// not opaque lies on white.
  init(pixels: [UInt8], samples: Int, height: Int, width: Int) {
    let (channels, count) = (samples < 3 ? 1 : 3, height * width)
    let isOpaque = samples == channels
    let bytes = [UInt8](unsafeUninitializedCapacity: channels * count) { out, filled in
      for channel in 0..<channels {
        for pixel in 0..<count {
          let value = pixels[pixel * samples + channel]
          out[channel * count + pixel] = isOpaque ? value : onWhite(value, pixels[pixel * samples + samples - 1])
        }
      }
      filled = channels * count
    }
    self.init(channels: channels, height: height, width: width, bytes: bytes)
  }

  package subscript(channel: Int, row: Int, column: Int) -> UInt8 {
    get { bytes[(channel * height + row) * width + column] }
    set { bytes[(channel * height + row) * width + column] = newValue }
  }

  /// Grey as three equal channels, or colours as the luma of ITU-R BT.601, 0.299·R + 0.587·G + 0.114·B.
  ///
  /// - Parameter count: 1 or 3.
  package func withChannels(_ count: Int) -> Picture {
    guard count != channels else { return self }
    if count == 3 {
      return Picture(channels: 3, height: height, width: width, bytes: bytes + bytes + bytes)
    }
    let pixels = height * width
    let luma = (0..<pixels).map { pixel in
      let sum = 19595 * Int(bytes[pixel]) + 38470 * Int(bytes[pixels + pixel]) + 7471 * Int(bytes[2 * pixels + pixel])
      return UInt8((sum + 1 << 15) >> 16)
    }
    return Picture(channels: 1, height: height, width: width, bytes: luma)
  }

  /// The part from a row and a column on; it has to lie inside.
  package func cropped(top: Int, left: Int, height: Int, width: Int) -> Picture {
    precondition(top >= 0 && left >= 0 && top + height <= self.height && left + width <= self.width)
    guard (height, width) != (self.height, self.width) else { return self }
    var part: [UInt8] = []
    part.reserveCapacity(channels * height * width)
    for channel in 0..<channels {
      for row in top..<top + height {
        let start = (channel * self.height + row) * self.width + left
        part += bytes[start..<start + width]
      }
    }
    return Picture(channels: channels, height: height, width: width, bytes: part)
  }

  /// Turned and mirrored as a camera says that it was held.
  ///
  /// - Parameter orientation: Exif's number: 1 as it is, 2 mirrored, 3 upside down, 4 both, 5 to 8 with rows and columns
  ///   exchanged.
  package func oriented(_ orientation: Int) -> Picture {
    guard (2...8).contains(orientation) else { return self }
    let turns = orientation > 4
    let (rows, columns) = turns ? (width, height) : (height, width)
    // Whether the result's rows, and columns, go against the source's.
    let (backwardRows, backwardColumns) = ([3, 4, 7, 8].contains(orientation), [2, 3, 6, 7].contains(orientation))
    var result = Picture(channels: channels, height: rows, width: columns)
    for channel in 0..<channels {
      for row in 0..<rows {
        for column in 0..<columns {
          let (r, c) = (backwardRows ? rows - 1 - row : row, backwardColumns ? columns - 1 - column : column)
          result[channel, row, column] = turns ? self[channel, c, r] : self[channel, r, c]
        }
      }
    }
    return result
  }

  /// Puts another picture of as many channels onto this one; it has to fit.
  package mutating func paste(_ other: Picture, top: Int, left: Int) {
    precondition(other.channels == channels)
    precondition(top >= 0 && left >= 0 && top + other.height <= height && left + other.width <= width)
    for channel in 0..<channels {
      for row in 0..<other.height {
        let (to, from) = ((channel * height + top + row) * width + left, (channel * other.height + row) * other.width)
        bytes.replaceSubrange(to..<to + other.width, with: other.bytes[from..<from + other.width])
      }
    }
  }

  /// The samples of each pixel together.
  var interleaved: [UInt8] {
    guard channels > 1 else { return bytes }
    let pixels = height * width
    return [UInt8](unsafeUninitializedCapacity: bytes.count) { out, count in
      for pixel in 0..<pixels {
        for channel in 0..<channels { out[pixel * channels + channel] = bytes[channel * pixels + pixel] }
      }
      count = bytes.count
    }
  }
}

/// A sample of some opacity before a white ground, rounded.
private func onWhite(_ value: UInt8, _ opacity: UInt8) -> UInt8 {
  let sum = Int(value) * Int(opacity) + 255 * (255 - Int(opacity))
  return UInt8((sum + 127) / 255)
}
