/// How many columns text takes on a terminal.
package enum DisplayWidth {
  package static func of(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + of($1) }
  }

  /// 0 for marks that combine with the letter before, 2 for wide East Asian characters and emoji, else 1.
  package static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.value {
    case 0x1160...0x11FF, 0x200B...0x200D, 0xFE00...0xFE0F: return 0
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    return isWide(scalar.value) ? 2 : 1
  }

  /// East Asian Width W and F, after Unicode Standard Annex 11; the standard library does not carry it.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F,  // Hangul initial consonants
      0x2329...0x232A, 0x2E80...0x303E,  // brackets; radicals, CJK punctuation
      0x3041...0xA4CF,  // kana, bopomofo, ideographs, Yi
      0xA960...0xA97C, 0xAC00...0xD7A3,  // Hangul
      0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B,  // compatibility forms
      0xFF01...0xFF60, 0xFFE0...0xFFE6,  // full-width forms
      0x16FE0...0x18CD5, 0x1AFF0...0x1B2FB,  // Tangut, kana supplements
      0x1F200...0x1F265, 0x20000...0x3FFFD:
      return true
    default: return false
    }
  }
}
