import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

@Suite struct NetworkReportTests {
  private func report(_ network: Network, batch: Int = 1) throws -> NetworkReport {
    try NetworkReport(network, .on("x86-64-avx2", batch: batch))
  }

  /// Published counts; the sources stand in the specs. VGG-16: 15,346,630,656 for its convolutions.
  @Test(arguments: [
    ("lenet", 61_706, 416_520), ("alexnet", 61_100_840, 714_188_480),
    ("alexnet-grouped", 60_965_224, 724_406_816), ("vgg16", 138_357_544, 15_470_264_320),
    ("keypoints", 16_561_502, 0), ("digits", 45_162, 0), ("mnist", 160_362, 0),
  ])
  func totals(name: String, parameters: Int, macs: Int) throws {
    let report = try report(Networks.spec(name))
    #expect(report.name == name)
    #expect(report.parameters == parameters && report.trainable == parameters)
    #expect(report.frozen == 0 && report.state == 0)
    #expect(report.weightBytes == 4 * parameters)
    if macs > 0 { #expect(report.work.macs == macs) }
  }

  @Test func rowsOfLeNet() throws {
    let report = try report(Networks.spec("lenet"), batch: 4)
    #expect(report.rows.map(\.parameters) == [0, 156, 0, 2416, 0, 48_120, 10_164, 850])
    #expect(report.rows.map(\.work.macs) == [0, 117_600, 0, 240_000, 0, 48_000, 10_080, 840])
    // 2·MACs + biases + rectifiers; a pooled pixel each; 5 for each unit of a softmax.
    #expect(
      report.rows.map(\.work.flops) == [
        0, 235_200 + 2 * 4704, 4704, 480_000 + 2 * 1600, 1600, 96_000 + 2 * 120, 20_160 + 2 * 84, 1680 + 60,
      ])
    #expect(report.rows.map(\.activationBytes) == [1024, 4704, 1176, 1600, 400, 120, 84, 10].map { 16 * $0 })
    #expect(report.rows.map(\.index) == Array(0..<8))
    #expect(report.rows[3].inputs == ["pool1"])
    #expect(report.rows[3].outputShape == [nil, 16, 10, 10])
    #expect(report.batch == 4 && report.image == Size2D(32) && report.outputUnits == 10)
    #expect(report.optimizer == .nesterovMomentum)
  }

  @Test func tiedParametersCountOnce() throws {
    let report = try report(
      Networks.of(
        """
        - Input: {shape: [null, 8]}
        - Dense: {name: a, num_units: 8}
        - Dense: {name: b, num_units: 8, W: a}
        """))
    #expect(report.rows.map(\.parameters) == [0, 72, 8])
    #expect(report.rows.map(\.work.macs) == [0, 64, 64])
  }

  @Test func stateIsApart() throws {
    let report = try report(
      Networks.of(
        """
        - Input: {shape: [null, 3, 8, 8]}
        - Conv2D: {name: conv, num_filters: 4, filter_size: 3, batch_norm: true}
        """))
    #expect(report.rows.map(\.name) == ["input1", "conv", "conv_bn", "conv_nonlin"])
    #expect(report.trainable == 4 * 27 + 8 && report.state == 8)
    #expect(report.parameters == report.trainable)
    #expect(report.weightBytes == 4 * (report.trainable + report.state))
  }

  @Test func theArenaIsThatOfThePlan() throws {
    let network = try Networks.spec("lenet")
    let options = try CompileOptions.on("x86-64-avx2", batch: 7)
    let plan = try #require(try Pipeline.compile(network.lowered(batch: 7).graph, options)).plan
    #expect(try report(network, batch: 7).inferenceArenaBytes == plan.arenaBytes)
  }

  @Test func workIsPerExampleWhateverTheBatch() throws {
    let free = try report(Networks.of("- Input: {shape: [null, 8]}\n- Dense: {num_units: 3}"), batch: 9)
    let fixed = try report(Networks.of("- Input: {shape: [9, 8]}\n- Dense: {num_units: 3}"), batch: 9)
    #expect(free.work == fixed.work && free.work.macs == 24)
  }
}
