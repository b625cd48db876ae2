/// A number of bytes as people write it: `900MiB`, `1.5 GB`, `2G`.
package struct ByteSize: Sendable, Equatable {
  package let bytes: Int

  package init(bytes: Int) { self.bytes = bytes }

  /// K, M, G and T, with or without `iB`, are units of 2¹⁰; with `B` of 10³.
  ///
  /// - Returns: nil for what is no size, or beyond 2⁶².
  package init?(_ text: String) {
    let number = text.prefix { $0.isNumber || $0 == "." }
    let unit = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
    guard let value = Double(number), value > 0, let factor = Self.factor(of: unit), value * factor < 0x1p62 else {
      return nil
    }
    bytes = Int((value * factor).rounded())
  }

  private static func factor(of unit: String) -> Double? {
    if unit.isEmpty || unit == "b" { return 1 }
    guard let prefix = unit.first, let power = "kmgt".firstIndex(of: prefix) else { return nil }
    let exponent = "kmgt".distance(from: "kmgt".startIndex, to: power) + 1
    let base: Double
    switch unit.dropFirst() {
    case "", "ib": base = 1024
    case "b": base = 1000
    default: return nil
    }
    return (0..<exponent).reduce(1) { value, _ in value * base }
  }
}
