/// Writes PNG files of every kind, by the specification alone: samples are packed here, and stored without compression.
struct PNGFile {
  var width: Int
  var height: Int
  var depth = 8
  /// 0 grey, 2 colours, 3 palette, 4 grey and opacity, 6 colours and opacity.
  var type: Int
  var isInterlaced = false
  var palette: [UInt8] = []
  var transparency: [UInt8] = []
  /// A sample of a row, a column and a channel, of `depth` bits.
  var sample: (Int, Int, Int) -> Int

  private var samples: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][type] ?? 0 }

  var bytes: [UInt8] {
    var header = Self.number(width) + Self.number(height)
    header += [UInt8(depth), UInt8(type), 0, 0, isInterlaced ? 1 : 0]
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header)
    if !palette.isEmpty { file += Self.chunk("PLTE", palette) }
    if !transparency.isEmpty { file += Self.chunk("tRNS", transparency) }
    return file + Self.chunk("IDAT", Self.stored(scanlines)) + Self.chunk("IEND", [])
  }

  /// Adam7: first column and row of each pass, and its steps.
  private static let passes = [
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
  ]

  private var scanlines: [UInt8] {
    var all: [UInt8] = []
    for (left, top, across, down) in isInterlaced ? Self.passes : [(0, 0, 1, 1)] {
      let columns = Array(stride(from: left, to: width, by: across))
      guard !columns.isEmpty else { continue }
      for row in stride(from: top, to: height, by: down) {
        // Filter 0: bytes as they are.
        all.append(0)
        var (bits, count) = (0, 0)
        for column in columns {
          for channel in 0..<samples {
            (bits, count) = (bits << depth | sample(row, column, channel), count + depth)
            while count >= 8 {
              count -= 8
              all.append(UInt8(bits >> count & 0xFF))
            }
          }
        }
        if count > 0 { all.append(UInt8(bits << (8 - count) & 0xFF)) }
      }
    }
    return all
  }

  private static func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xFF) } }

  static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return number(content.count) + body + number(Int(crc(body)))
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
  }

  /// A zlib stream of stored blocks.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: bytes.count, by: 65_535) {
      let part = bytes[start..<min(bytes.count, start + 65_535)]
      let (low, high) = (UInt8(part.count & 0xFF), UInt8(part.count >> 8))
      stream += [start + part.count == bytes.count ? 1 : 0, low, high, ~low, ~high] + part
    }
    let (a, b) = bytes.reduce((1, 0)) { sums, byte in
      let a = (sums.0 + Int(byte)) % 65_521
      return (a, (sums.1 + a) % 65_521)
    }
    return stream + number(b << 16 | a)
  }
}
