import DataPipeline
import Glibc
import Layers
import Runtime

/// Changes of the colours of RGB images, plane after plane.
enum Colors {
  /// Saturation and value to a power, times a factor, plus an offset; hue plus an offset, around the circle.
  static func jitter(
    _ image: inout [Float], _ jitter: AugmentationStep.HSVJitter, _ white: Float, _ stream: inout RandomStream
  ) {
    func from(_ range: ClosedRange<Double>) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * stream.uniform()
    }
    /// Powers of a range around 1 are as often below it as above.
    func power(_ range: ClosedRange<Double>) -> Double {
      exp(log(range.lowerBound) + (log(range.upperBound) - log(range.lowerBound)) * stream.uniform())
    }
    func either(_ most: Double) -> Double { most * (2 * stream.uniform() - 1) }
    let saturation = (power(jitter.power), from(jitter.factor), either(jitter.offset))
    let value = (power(jitter.power), from(jitter.factor), either(jitter.offset))
    let turn = either(jitter.hue)
    let pixels = image.count / 3
    for pixel in 0..<pixels {
      func channel(_ index: Int) -> Double { min(max(Double(image[index * pixels + pixel] / white), 0), 1) }
      var color = HSV(red: channel(0), green: channel(1), blue: channel(2))
      color.hue += turn
      color.hue -= color.hue.rounded(.down)
      color.saturation = min(max(pow(color.saturation, saturation.0) * saturation.1 + saturation.2, 0), 1)
      color.value = min(max(pow(color.value, value.0) * value.1 + value.2, 0), 1)
      let (red, green, blue) = color.rgb
      image[pixel] = white * Float(red)
      image[pixels + pixel] = white * Float(green)
      image[2 * pixels + pixel] = white * Float(blue)
    }
  }
}

/// A colour by its hue, saturation and value, all from 0 to 1 (Smith 1978).
struct HSV {
  var hue: Double
  var saturation: Double
  var value: Double

  init(red: Double, green: Double, blue: Double) {
    let (most, least) = (max(red, green, blue), min(red, green, blue))
    let range = most - least
    value = most
    saturation = most > 0 ? range / most : 0
    switch most {
    case _ where range == 0: hue = 0
    case red: hue = (green - blue) / range / 6
    case green: hue = ((blue - red) / range + 2) / 6
    default: hue = ((red - green) / range + 4) / 6
    }
    if hue < 0 { hue += 1 }
  }

  var rgb: (red: Double, green: Double, blue: Double) {
    func channel(_ offset: Double) -> Double {
      let place = (offset + hue * 6).truncatingRemainder(dividingBy: 6)
      return value - value * saturation * max(0, min(place, 4 - place, 1))
    }
    return (channel(5), channel(3), channel(1))
  }
}

/// The principal components of the colours of images, on pixels from 0 to 1.
struct PrincipalColors: Sendable {
  private let eigen: SymmetricEigen

  /// More images than this say nothing new of colours.
  private static let mostImages = 2000

  init(_ data: Examples, examples: [Int], white: Float) {
    var (sums, products, count) = ([Double](repeating: 0, count: 3), [Double](repeating: 0, count: 9), 0.0)
    for example in examples.prefix(Self.mostImages) {
      let image = data.floats(of: example)
      let pixels = image.count / 3
      for pixel in 0..<pixels {
        let color = (0..<3).map { Double(image[$0 * pixels + pixel] / white) }
        for a in 0..<3 {
          sums[a] += color[a]
          for b in 0..<3 { products[a * 3 + b] += color[a] * color[b] }
        }
      }
      count += Double(pixels)
    }
    let covariance = (0..<9).map { products[$0] / max(1, count) - sums[$0 / 3] * sums[$0 % 3] / max(1, count * count) }
    eigen = SymmetricEigen(covariance, size: 3)
  }

  /// What is added to red, green and blue.
  func offsets(_ sigma: Double, _ usesEigenvalues: Bool, _ stream: inout RandomStream) -> [Double] {
    let lengths = eigen.values.map { value in
      let variance = max(0, value)
      return sigma * stream.normal() * (usesEigenvalues ? variance : variance.squareRoot())
    }
    return (0..<3).map { channel in
      (0..<3).reduce(0) { $0 + lengths[$1] * eigen.vectors[$1 * 3 + channel] }
    }
  }
}
