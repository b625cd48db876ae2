/// Images of one channel, drawn with characters: two columns a pixel, five shades, no colour needed.
package struct Gallery: Sendable {
  package var height: Int
  package var width: Int
  /// Images one after the other, of any range: the darkest and the brightest pixel of each are stretched.
  package var pixels: [Float]
  /// One per image.
  package var captions: [String]

  private static let shades: [Character] = [" ", "░", "▒", "▓", "█"]
  private static let gap = 3

  /// The first `count` images, as many beside each other as fit.
  package func rendered(count: Int, columns: Int) -> String {
    let size = height * width
    let images = min(count, captions.count, size == 0 ? 0 : pixels.count / size)
    let cell = max(2 * width, captions.prefix(images).map(\.count).max() ?? 0)
    let perLine = max(1, (columns - 2 + Self.gap) / (cell + Self.gap))
    var text = ""
    for start in stride(from: 0, to: images, by: perLine) {
      let line = start..<min(images, start + perLine)
      for row in 0..<height {
        text += joined(line.map { Format.pad(drawn($0, row), cell) })
      }
      text += joined(line.map { Format.pad(captions[$0], cell) }) + "\n"
    }
    return text
  }

  private func drawn(_ image: Int, _ row: Int) -> String {
    let all = pixels[image * height * width..<(image + 1) * height * width]
    let low = all.min() ?? 0
    let range = max((all.max() ?? 0) - low, .leastNormalMagnitude)
    let start = all.startIndex + row * width
    return String(
      all[start..<start + width].flatMap { value in
        let level = Int((value - low) / range * Float(Self.shades.count - 1) + 0.5)
        return [Self.shades[level], Self.shades[level]]
      })
  }

  private func joined(_ cells: [String]) -> String {
    ("  " + cells.joined(separator: String(repeating: " ", count: Self.gap))).trimmingEnd() + "\n"
  }
}
