import DataPipeline
import Glibc
import NetworkTestSupport
import Testing

@testable import TrainingLoop

struct CurveReadingTests {
  private static func history(
    _ train: [Double], _ valid: [Double], ratio: Double = 1e-3, accuracy: (Double, Double) = (0.9, 0.88)
  ) -> [EpochRecord] {
    zip(train, valid).enumerated().map { epoch, losses in
      EpochRecord(
        epoch: epoch + 1, trainLoss: losses.0, validLoss: losses.1, trainAccuracy: accuracy.0,
        validAccuracy: accuracy.1, learningRate: 0.01, updateRatio: ratio)
    }
  }

  private static func read(
    _ history: [EpochRecord], first: Double? = 2.3, expected: Double? = 2.3026, rate: Double = 0.01
  ) -> String {
    CurveReading.sentences(history, firstLoss: first, expected: expected, rate: rate).joined(separator: "; ")
  }

  private static let falling = history([2, 1.5, 1.2, 1], [2, 1.6, 1.3, 1.1])
  private static let flat = history([2, 1, 0.9, 0.9, 0.9], [2, 1, 0.9, 0.9, 0.9])

  @Test func whatIsWell() {
    #expect(Self.read(Self.flat) == "the gap between training and validation is small")
    #expect(Self.read(Self.falling).contains("still falling"))
    #expect(Self.read([]).isEmpty)
  }

  @Test func whatIsNot() {
    #expect(Self.read(Self.history([2, 1, 0.5, 0.3, 0.1], [2, 1, 1.2, 1.4, 1.6])).contains("from epoch 2 on"))
    #expect(Self.read(Self.history([2.3, 2.31, 2.3], [2.3, 2.3, 2.3])).contains("did not fall"))
    #expect(Self.read(Self.flat, first: 9).contains("chance alone"))
    #expect(!Self.read(Self.flat, first: 9, expected: nil).contains("chance alone"))
    #expect(Self.read(Self.history([2, 1, 1], [2, 1, 1], ratio: 1e-6)).contains("rate is low"))
    #expect(Self.read(Self.history([2, 1, 1], [2, 1, 1], ratio: 0.1)).contains("too high"))
    #expect(Self.read(Self.history([2, 1, 1], [2, 1, 1], accuracy: (0.95, 0.7))).contains("the gap asks"))
  }

  /// The steps at the end of a schedule tell nothing of the rate that it began with.
  @Test func theEndOfAScheduleIsNotItsRate() {
    let history = Self.history([2, 1, 1], [2, 1, 1], ratio: 1e-6)
    #expect(Self.read(history, rate: 0.09).contains("rate is low"))
    #expect(!Self.read(history, rate: 0.11).contains("rate is low"))
  }

  /// A layer far from the others is named where the network as a whole is not.
  @Test func layersThatStray() {
    var history = Self.flat
    for index in history.indices {
      history[index].updateRatios = [TensorNumber("conv1.W", 1e-3), TensorNumber("out.W", 0.25)]
    }
    #expect(Self.read(history).contains("`out.W` by 0.25"))
    #expect(!Self.read(history).contains("conv1.W"))
    for index in history.indices { history[index].updateRatios[1].value = 1e-2 }
    #expect(!Self.read(history).contains("out.W"))
  }

  @Test func deadLayersAreNamed() throws {
    var history = Self.flat
    history[4].deadUnits = [TensorNumber("conv1", 0.5), TensorNumber("hidden", 0.75)]
    #expect(Self.read(history).contains("75.0 % of `hidden`") && !Self.read(history).contains("`conv1`"))
    #expect(CurveReading.deadLayers(history[3]) == nil)
  }

  @Test func chanceIsTheLogarithmOfTheClasses() throws {
    let network = try Networks.of(Rings.yaml)
    let expected = try #require(CurveReading.expectedFirstLoss(try TrainingTask(network, Rings.data())))
    #expect(abs(expected - log(3.0)) < 1e-12)
  }
}
