import NetIR

/// Numbers as people read them; no locale.
package enum Format {
  /// `61,706`
  package static func grouped(_ number: Int) -> String {
    var text = ""
    let digits = String(number.magnitude)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return number < 0 ? "-" + text : text
  }

  /// Three figures and a unit of 10³: `118 k`, `15.5 G`, `840`.
  package static func short(_ number: Int) -> String {
    let units = ["", " k", " M", " G", " T", " P"]
    var value = Double(number)
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
    return fixed(value, digits: digits) + units[unit]
  }

  /// `241 KiB`, `0.27 MiB`: units of 2¹⁰, three figures.
  package static func binary(_ bytes: Int) -> String { byteCount(bytes) }

  /// A share in percent with one decimal; nothing of nothing is empty.
  package static func percent(_ part: Int, of whole: Int) -> String {
    whole == 0 || part == 0 ? "" : fixed(100 * Double(part) / Double(whole), digits: 1)
  }

  /// Nanoseconds in microseconds, three figures.
  package static func microseconds(_ nanoseconds: Int) -> String {
    let value = Double(nanoseconds) / 1000
    return fixed(value, digits: value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)
  }

  /// Padded to a width in columns, on the left for numbers.
  package static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }

  /// `1 layer`, `8 layers`.
  package static func count(_ number: Int, _ word: String) -> String {
    "\(grouped(number)) \(word)\(number == 1 ? "" : "s")"
  }
}
