package struct Point: Sendable, Hashable {
  package var x: Double
  package var y: Double

  package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }

  static func + (a: Point, b: Point) -> Point { Point(a.x + b.x, a.y + b.y) }
}

package struct Rect: Sendable, Hashable {
  /// The upper left corner; y grows downwards.
  package var origin: Point
  package var width: Double
  package var height: Double

  package init(x: Double, y: Double, width: Double, height: Double) {
    (origin, self.width, self.height) = (Point(x, y), width, height)
  }

  package var minX: Double { origin.x }
  package var maxX: Double { origin.x + width }
  package var minY: Double { origin.y }
  package var maxY: Double { origin.y + height }
  package var midX: Double { origin.x + width / 2 }

  package func overlaps(_ other: Rect) -> Bool {
    minX < other.maxX && other.minX < maxX && minY < other.maxY && other.minY < maxY
  }

  package func contains(_ other: Rect) -> Bool {
    minX <= other.minX && other.maxX <= maxX && minY <= other.minY && other.maxY <= maxY
  }

  func moved(by offset: Point) -> Rect {
    var result = self
    result.origin = origin + offset
    return result
  }
}
