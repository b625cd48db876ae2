import DataPipeline
import Glibc
import Layers
import Runtime

/// Changes training examples at random: a function of the seed, the epoch and the example.
package struct Augmenter: Sendable {
  private let steps: [AugmentationStep]
  private let seed: UInt64
  /// Channels, height, width.
  private let shape: [Int]
  /// What 1 is in the data: 255 for bytes.
  private let white: Float
  private let colors: PrincipalColors?

  /// - Parameters:
  ///   - data: the training images, C×H×W.
  ///   - examples: those to learn from.
  /// - Returns: nil where there is nothing to do.
  package init?(_ steps: [AugmentationStep], _ data: Examples, examples: [Int], seed: UInt64) {
    guard !steps.isEmpty else { return nil }
    (self.steps, self.seed, shape) = (steps, seed, data.shape)
    if case .bytes = data.values { white = 255 } else { white = 1 }
    let needsColors = steps.contains { if case .fancyPCA = $0 { true } else { false } }
    colors = needsColors ? PrincipalColors(data, examples: examples, white: white) : nil
  }

  /// Whether bytes stay whole numbers of 0 to 255: pixels are moved by whole pixels, or become 0.
  var keepsWholeNumbers: Bool {
    steps.allSatisfy { step in
      switch step {
      case .translate, .crop, .flip, .cutout: true
      default: false
      }
    }
  }

  /// Changes an example, and its targets where they mirror with it.
  ///
  /// - Parameter use: counts the uses of one example in an epoch, from 0.
  package func apply(
    to image: inout [Float], targets: inout [Float], example: Int, epoch: Int, use: Int = 0
  ) {
    var stream = RandomStream(seed: seed, name: "augment \(epoch) \(example) \(use)")
    var placement = Placement()
    for step in steps {
      if placement.takes(step, &stream, height: shape[1], width: shape[2]) { continue }
      // What moves pixels is done at once, before anything that looks at them.
      placement.move(&image, shape)
      switch step {
      case .flip(let flip): self.flip(flip, &image, &targets, &stream)
      case .noise(let sigma):
        for index in image.indices { image[index] += white * Float(sigma * stream.normal()) }
      case .brightness(let most):
        let offset = white * Float(most * (2 * stream.uniform() - 1))
        for index in image.indices { image[index] += offset }
        clamp(&image)
      case .contrast(let most):
        let factor = Float(1 + most * (2 * stream.uniform() - 1))
        let mean = Float(image.reduce(0.0) { $0 + Double($1) } / Double(max(1, image.count)))
        for index in image.indices { image[index] = mean + factor * (image[index] - mean) }
        clamp(&image)
      case .hsv(let jitter): Colors.jitter(&image, jitter, white, &stream)
      case .fancyPCA(let sigma, let usesEigenvalues):
        guard let colors else { continue }
        let offsets = colors.offsets(sigma, usesEigenvalues, &stream)
        let pixels = image.count / 3
        for index in image.indices { image[index] += white * Float(offsets[index / pixels]) }
        clamp(&image)
      case .cutout(let side): cutout(side, &image, &stream)
      case .translate, .crop, .rotate, .scale, .shear, .resizedCrop: break
      }
    }
    placement.move(&image, shape)
  }

  private func clamp(_ image: inout [Float]) {
    for index in image.indices { image[index] = min(max(image[index], 0), white) }
  }

  private func flip(
    _ flip: AugmentationStep.Flip, _ image: inout [Float], _ targets: inout [Float], _ stream: inout RandomStream
  ) {
    guard stream.uniform() < 0.5 else { return }
    let (height, width) = (shape[1], shape[2])
    let isHorizontal = flip.axis == .horizontal
    image = image.indices.map { index in
      let (row, column) = (index / width % height, index % width)
      let plane = index / (width * height) * width * height
      return isHorizontal
        ? image[plane + row * width + width - 1 - column] : image[plane + (height - 1 - row) * width + column]
    }
    guard let swap = flip.swap else { return }
    for index in targets.indices where index % 2 == (isHorizontal ? 0 : 1) { targets[index] = -targets[index] }
    for pair in swap where pair.allSatisfy(targets.indices.contains) { targets.swapAt(pair[0], pair[1]) }
  }

  private func cutout(_ side: Int, _ image: inout [Float], _ stream: inout RandomStream) {
    let (height, width) = (shape[1], shape[2])
    let (top, left) = (stream.next(below: height) - side / 2, stream.next(below: width) - side / 2)
    let rows = max(0, top)..<max(max(0, top), min(height, top + side))
    let columns = max(0, left)..<max(max(0, left), min(width, left + side))
    for channel in 0..<shape[0] {
      for row in rows {
        for column in columns { image[(channel * height + row) * width + column] = 0 }
      }
    }
  }
}

/// Where each pixel of the result comes from: what several steps that move pixels come to together.
private struct Placement {
  /// From a result's pixel to the source's, around the centre: x' = a·x + b·y + c, y' = d·x + e·y + f.
  private var (a, b, c) = (1.0, 0.0, 0.0)
  private var (d, e, f) = (0.0, 1.0, 0.0)
  private var isIdentity = true
  /// Zeros beyond the image in place of its edges.
  private var hasGround = false

  /// - Returns: whether the step moves pixels, and is in now.
  mutating func takes(
    _ step: AugmentationStep, _ stream: inout RandomStream, height: Int, width: Int
  ) -> Bool {
    func either(_ most: Double) -> Double { most * (2 * stream.uniform() - 1) }
    switch step {
    case .translate(let most), .crop(let most):
      let (x, y) = (stream.next(below: 2 * most + 1) - most, stream.next(below: 2 * most + 1) - most)
      compose(1, 0, Double(x), 0, 1, Double(y))
      if case .crop = step { hasGround = true }
    case .rotate(let degrees):
      let angle = either(degrees) * .pi / 180
      compose(cos(angle), -sin(angle), 0, sin(angle), cos(angle), 0)
    case .scale(let range):
      let factor = 1 / (range.lowerBound + (range.upperBound - range.lowerBound) * stream.uniform())
      compose(factor, 0, 0, 0, factor, 0)
    case .resizedCrop(let area, let ratio):
      let part = RandomPart(area, ratio, &stream, height: Double(height), width: Double(width))
      let (middleX, middleY) = (part.left + part.width / 2, part.top + part.height / 2)
      compose(
        part.width / Double(width), 0, middleX - Double(width) / 2, 0, part.height / Double(height),
        middleY - Double(height) / 2)
    case .shear(let degrees): compose(1, tan(either(degrees) * .pi / 180), 0, 0, 1, 0)
    default: return false
    }
    return true
  }

  /// Puts another map behind this one.
  private mutating func compose(_ p: Double, _ q: Double, _ r: Double, _ s: Double, _ t: Double, _ u: Double) {
    (a, b, c, d, e, f) = (
      p * a + q * d, p * b + q * e, p * c + q * f + r, s * a + t * d, s * b + t * e, s * c + t * f + u
    )
    isIdentity = false
  }

  /// Moves the pixels, bilinearly between their centres, and forgets the map.
  mutating func move(_ image: inout [Float], _ shape: [Int]) {
    guard !isIdentity else { return }
    let (height, width) = (shape[1], shape[2])
    let (middleX, middleY) = (Double(width - 1) / 2, Double(height - 1) / 2)
    let source = image
    let plane = height * width
    for row in 0..<height {
      for column in 0..<width {
        let (x, y) = (Double(column) - middleX, Double(row) - middleY)
        let (sourceX, sourceY) = (a * x + b * y + c + middleX, d * x + e * y + f + middleY)
        let (left, top) = (sourceX.rounded(.down), sourceY.rounded(.down))
        let (right, bottom) = (Float(sourceX - left), Float(sourceY - top))
        for channel in 0..<shape[0] {
          func pixel(_ dx: Int, _ dy: Int) -> Float {
            let (px, py) = (Int(left) + dx, Int(top) + dy)
            if hasGround, px < 0 || py < 0 || px >= width || py >= height { return 0 }
            return source[channel * plane + min(max(py, 0), height - 1) * width + min(max(px, 0), width - 1)]
          }
          var value = (1 - right) * (1 - bottom) * pixel(0, 0)
          if right > 0 { value += right * (1 - bottom) * pixel(1, 0) }
          if bottom > 0 { value += (1 - right) * bottom * pixel(0, 1) }
          if right > 0, bottom > 0 { value += right * bottom * pixel(1, 1) }
          image[channel * plane + row * width + column] = value
        }
      }
    }
    self = Placement()
  }
}
