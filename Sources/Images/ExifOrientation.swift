/// How a JPEG file says that its camera was held.
///
/// Source: Exif 2.32, sections 4.5 and 4.6.4: tag 0x0112 of the first directory, in the segment APP1.
enum ExifOrientation {
  private static let tag = 0x0112
  private static let mostEntries = 1000

  /// 1 to 8; 1 where the file says nothing that makes sense.
  static func find(in bytes: UnsafeRawBufferPointer) -> Int {
    var place = 2
    // Segments: FF, marker, length with itself; the image's data begin behind SOS, DA.
    while place + 4 <= bytes.count, bytes[place] == 0xFF {
      let marker = bytes[place + 1]
      if marker == 0xFF {
        place += 1
        continue
      }
      if marker == 0xDA || marker == 0xD9 { return 1 }
      let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
      let (start, end) = (place + 4, place + 2 + length)
      guard length >= 2, end <= bytes.count else { return 1 }
      if marker == 0xE1, bytes[start..<end].starts(with: Array("Exif\0\0".utf8)) {
        return orientation(UnsafeRawBufferPointer(rebasing: bytes[start + 6..<end])) ?? 1
      }
      place = end
    }
    return 1
  }

  /// - Parameter tiff: a TIFF file, which Exif's segment is behind its name.
  private static func orientation(_ tiff: UnsafeRawBufferPointer) -> Int? {
    guard tiff.count >= 8 else { return nil }
    let isLittle: Bool
    switch (tiff[0], tiff[1]) {
    case (0x49, 0x49): isLittle = true
    case (0x4D, 0x4D): isLittle = false
    default: return nil
    }
    func number(_ place: Int, _ size: Int) -> Int? {
      guard place >= 0, place + size <= tiff.count else { return nil }
      return (0..<size).reduce(0) { sum, index in
        sum << 8 | Int(tiff[place + (isLittle ? size - 1 - index : index)])
      }
    }
    guard number(2, 2) == 42, let directory = number(4, 4), let count = number(directory, 2) else { return nil }
    for entry in 0..<min(count, mostEntries) {
      let place = directory + 2 + 12 * entry
      guard let found = number(place, 2) else { return nil }
      guard found == tag else { continue }
      guard number(place + 2, 2) == 3, let value = number(place + 8, 2), (1...8).contains(value) else { return nil }
      return value
    }
    return nil
  }
}
