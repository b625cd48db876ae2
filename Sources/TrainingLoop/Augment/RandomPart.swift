import Glibc
import Runtime

/// A random rectangle within an image, in pixels.
struct RandomPart {
  let top: Double
  let left: Double
  let height: Double
  let width: Double

  /// Shapes that do not lie in the image are drawn again so often; then it is the largest of the last one's ratio.
  private static let tries = 10

  /// - Parameters:
  ///   - area: shares of the image's, all as likely.
  ///   - ratio: of width to height; a ratio and its inverse are as likely.
  init(
    _ area: ClosedRange<Double>, _ ratio: ClosedRange<Double>, _ stream: inout RandomStream, height: Double,
    width: Double
  ) {
    func from(_ low: Double, _ high: Double) -> Double { low + (high - low) * stream.uniform() }
    var (tall, wide) = (height, width)
    for _ in 0..<Self.tries {
      let size = from(area.lowerBound, area.upperBound) * height * width
      let shape = exp(from(log(ratio.lowerBound), log(ratio.upperBound)))
      (tall, wide) = ((size / shape).squareRoot(), (size * shape).squareRoot())
      if tall <= height, wide <= width { break }
    }
    let excess = max(1, tall / height, wide / width)
    (self.height, self.width) = (tall / excess, wide / excess)
    (top, left) = (from(0, height - tall / excess), from(0, width - wide / excess))
  }
}
