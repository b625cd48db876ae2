/// Estimates how wide text is in whatever sans-serif face the viewer has.
///
/// The advances are rounded up over the usual faces, so a box is rather a little too wide than too narrow.
package enum TextMetrics {
  /// The width of `text` in the unit of `size`, the height of the font.
  package static func width(_ text: String, size: Double, bold: Bool = false) -> Double {
    var sum = 0.0
    for scalar in text.unicodeScalars { sum += advance(scalar) }
    return sum * size * (bold ? 1.07 : 1)
  }

  /// The advance in units of the font's height.
  private static func advance(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "'", "|": 0.29
    case " ", ".", ",", ":", ";", "!", "·", "f", "t", "r", "/", "(", ")", "[", "]", "I": 0.37
    case "-", "\"", "`": 0.42
    case "a", "c", "e", "g", "k", "s", "v", "x", "y", "z", "J", "L", "_": 0.58
    case "0"..."9", "b", "d", "h", "n", "o", "p", "q", "u", "F", "T", "E", "S", "Z": 0.63
    case "A"..."Z", "w", "+", "×", "−", "=", "<", ">", "~": 0.74
    case "m", "%", "@": 0.96
    case "\u{300}"..."\u{36F}", "\u{200B}"..."\u{200D}", "\u{FE00}"..."\u{FE0F}": 0
    case "\u{1100}"..."\u{115F}", "\u{2E80}"..."\u{A4CF}", "\u{AC00}"..."\u{D7A3}", "\u{F900}"..."\u{FAFF}",
      "\u{FF00}"..."\u{FF60}", "\u{1F000}"..."\u{1FAFF}", "\u{20000}"..."\u{3FFFD}":
      1.02
    default: 0.68
    }
  }
}
