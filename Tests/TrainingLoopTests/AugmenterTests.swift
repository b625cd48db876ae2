import DataPipeline
import Layers
import NetIR
import Testing

@testable import TrainingLoop

struct AugmenterTests {
  /// 3×5×4, all pixels different.
  private static let image = (0..<60).map { Float($0 + 1) * 4 }
  private static let data = Examples(
    shape: [3, 5, 4], count: 2, .bytes((0..<120).map { UInt8(truncatingIfNeeded: $0 * 37) }))

  private static func changed(
    _ steps: [AugmentationStep], example: Int = 0, epoch: Int = 0, use: Int = 0, seed: UInt64 = 1
  ) throws -> [Float] {
    let augmenter = try #require(Augmenter(steps, data, examples: [0, 1], seed: seed))
    var (image, targets) = (Self.image, [Float]())
    augmenter.apply(to: &image, targets: &targets, example: example, epoch: epoch, use: use)
    return image
  }

  private static let all: [AugmentationStep] = [
    .translate(2), .rotate(20), .scale(0.8...1.2), .shear(10), .crop(1), .noise(0.1), .brightness(0.2),
    .contrast(0.3), .hsv(.init()), .fancyPCA(sigma: 0.3, usesEigenvalues: false), .cutout(2),
  ]

  @Test(arguments: all) func isAFunctionOfSeedEpochAndExample(_ step: AugmentationStep) throws {
    let results = try (0..<6).map { try Self.changed([step], epoch: $0) }
    #expect(try Self.changed([step], epoch: 3) == results[3])
    #expect(Set(results).count > 2)
    let others = try (0..<6).map { try Self.changed([step], example: 1, epoch: $0) }
    #expect(others != results)
    #expect(try (0..<6).map { try Self.changed([step], epoch: $0, seed: 2) } != results)
    #expect(try (0..<6).map { try Self.changed([step], epoch: $0, use: 1) } != results)
  }

  @Test func translationMovesWholePixels() throws {
    for epoch in 0..<20 {
      let moved = try Self.changed([.translate(2)], epoch: epoch)
      // Some pixel of the middle tells the shift; all others follow, edges repeated.
      let shifts = (-2...2).flatMap { dx in (-2...2).map { dy in (dx, dy) } }
      let found = shifts.contains { dx, dy in Self.isShifted(moved, dx, dy) }
      #expect(found)
    }
  }

  private static func isShifted(_ moved: [Float], _ dx: Int, _ dy: Int) -> Bool {
    for index in 0..<60 {
      let (row, column) = (index / 4 % 5, index % 4)
      let (sourceRow, sourceColumn) = (min(max(row + dy, 0), 4), min(max(column + dx, 0), 3))
      let source = index / 20 * 20 + sourceRow * 4 + sourceColumn
      if abs(moved[index] - image[source]) > 1e-4 { return false }
    }
    return true
  }

  @Test func cropHasAGroundOfZeros() throws {
    let results = try (0..<20).map { try Self.changed([.crop(3)], epoch: $0) }
    #expect(results.contains { $0.contains(0) })
    #expect(results.allSatisfy { $0.allSatisfy { $0 == 0 || Self.image.contains($0) } })
  }

  @Test(arguments: [AugmentationStep.Axis.horizontal, .vertical]) func halfIsMirrored(
    _ axis: AugmentationStep.Axis
  ) throws {
    let results = try (0..<60).map { try Self.changed([.flip(.init(axis: axis, swap: nil))], epoch: $0) }
    let mirrored = Self.image.indices.map { index in
      let (row, column) = (index / 4 % 5, index % 4)
      let other = axis == .horizontal ? row * 4 + 3 - column : (4 - row) * 4 + column
      return Self.image[index / 20 * 20 + other]
    }
    #expect(Set(results) == [Self.image, mirrored])
    #expect((15...45).contains(results.count { $0 == mirrored }))
  }

  @Test func keypointsMirrorToo() throws {
    let steps: [AugmentationStep] = [.flip(.init(axis: .horizontal, swap: [[0, 2], [1, 3]]))]
    let augmenter = try #require(Augmenter(steps, Self.data, examples: [0], seed: 1))
    var seen: Set<[Float]> = []
    for epoch in 0..<20 {
      var (image, targets): ([Float], [Float]) = (Self.image, [0.1, 0.2, 0.5, 0.6, 0.7, 0.8])
      augmenter.apply(to: &image, targets: &targets, example: 0, epoch: epoch)
      #expect((image == Self.image) == (targets[0] == 0.1))
      seen.insert(targets)
    }
    #expect(seen == [[0.1, 0.2, 0.5, 0.6, 0.7, 0.8], [-0.5, 0.6, -0.1, 0.2, -0.7, 0.8]])
  }

  @Test func cutoutLeavesTheRest() throws {
    for epoch in 0..<10 {
      let result = try Self.changed([.cutout(3)], epoch: epoch)
      let gone = result.indices.filter { result[$0] == 0 }
      #expect((3 * 2...3 * 9).contains(gone.count))
      #expect(result.indices.allSatisfy { result[$0] == 0 || result[$0] == Self.image[$0] })
    }
  }

  /// A turn about the centre and back is what it was, where nothing left the image.
  @Test func rotationKeepsTheCentre() throws {
    let odd = Examples(shape: [1, 7, 7], count: 1, .floats((0..<49).map { Float($0) / 49 }))
    let augmenter = try #require(Augmenter([.rotate(40)], odd, examples: [0], seed: 3))
    for epoch in 0..<5 {
      var (image, targets) = (odd.floats(of: 0), [Float]())
      augmenter.apply(to: &image, targets: &targets, example: 0, epoch: epoch)
      let centre: Float = 24.0 / 49
      #expect(abs(image[24] - centre) < 1e-5)
      // A plane of grey values stays a plane: opposite pixels have the centre as their mean.
      for offset in [1, 7, 8] {
        let mean: Float = (image[24 + offset] + image[24 - offset]) / 2
        #expect(abs(mean - centre) < 1e-5)
      }
    }
  }

  @Test(
    arguments: [
      (1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 1.0 / 3), (0.0, 0.0, 1.0, 2.0 / 3), (0.5, 0.25, 0.25, 0),
      (0.2, 0.2, 0.2, 0),
      (1.0, 0.5, 0.0, 1.0 / 12),
    ] as [(Double, Double, Double, Double)]) func hues(_ red: Double, _ green: Double, _ blue: Double, _ hue: Double)
  {
    let color = HSV(red: red, green: green, blue: blue)
    #expect(abs(color.hue - hue) < 1e-12 && color.value == max(red, green, blue))
    let back = color.rgb
    let error: Double = abs(back.red - red) + abs(back.green - green) + abs(back.blue - blue)
    #expect(error < 1e-12)
  }

  /// As bytes, examples are what they are as floats before they are prepared.
  @Test(
    arguments: [
      [], [.translate(2)], [.crop(1), .flip(.init(axis: .horizontal, swap: nil)), .cutout(2)],
      [.flip(.init(axis: .vertical, swap: nil)), .translate(1)],
    ] as [[AugmentationStep]])
  func bytesStayBytes(_ steps: [AugmentationStep]) throws {
    let data = DataSet(inputs: [Self.data], targets: [Examples(shape: [], count: 2, .floats([0, 1]))])
    let augmenter = Augmenter(steps, Self.data, examples: [0, 1], seed: 4)
    #expect(BatchMaker.staysBytes(data, augmenter))
    func maker(_ preprocessing: [PreprocessingStep], givesBytes: Bool) -> BatchMaker {
      BatchMaker(
        data, preprocessing, classes: nil, classWeights: nil, augmenter: augmenter, hasRepeats: true,
        givesBytes: givesBytes, size: 2)
    }
    for epoch in 0..<10 {
      let floats = maker([], givesBytes: false).batch(1, of: [0, 1, 1], epoch: epoch)
      let bytes = maker([.divide([255])], givesBytes: true).batch(1, of: [0, 1, 1], epoch: epoch)
      #expect(bytes.bytes?.map(Float.init) == floats.values[0] && bytes.values[0].isEmpty && floats.bytes == nil)
      #expect(bytes.values[1] == floats.values[1] && bytes.factors == floats.factors)
    }
  }

  @Test func otherStepsMakeFloats() throws {
    let data = DataSet(inputs: [Self.data], targets: [])
    for step in [.rotate(3), .noise(0.1), .brightness(0.2)] as [AugmentationStep] {
      #expect(!BatchMaker.staysBytes(data, Augmenter([step], Self.data, examples: [0, 1], seed: 1)))
    }
    let floats = DataSet(inputs: [Examples(shape: [1], count: 1, .floats([1]))], targets: [])
    #expect(!BatchMaker.staysBytes(floats, nil))
  }

  @Test func batchesAreAugmentedAlike() throws {
    let data = DataSet(inputs: [Self.data], targets: [Examples(shape: [], count: 2, .floats([0, 1]))])
    let augmenter = try #require(Augmenter(Self.all, Self.data, examples: [0, 1], seed: 4))
    let maker = BatchMaker(
      data, [.divide([255])], classes: nil, classWeights: nil, augmenter: augmenter, hasRepeats: true, size: 2)
    let order = [0, 1, 0, 1, 1]
    for workers in [0, 1, 3] {
      let feeder = BatchFeeder(0..<3, workers: workers) { maker.batch($0, of: order, epoch: 7) }
      defer { feeder.close() }
      var batches: [[Float]] = []
      while let batch = feeder.next() { batches.append(batch.values[0]) }
      #expect(batches == (0..<3).map { maker.batch($0, of: order, epoch: 7).values[0] })
    }
    #expect(maker.batch(0, of: order, epoch: 7).values[0] != maker.batch(1, of: order, epoch: 7).values[0])
  }
}
