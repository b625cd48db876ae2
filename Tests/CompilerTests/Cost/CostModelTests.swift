import CPUBackend
import NetIR
import Testing

@testable import Compiler

/// The model's figures are held against measurements in docs/decisions.md; what has to hold for any figures is here.
@Suite struct CostModelTests {
  private static let direct = "conv2d_direct_f32_avx512_14x32"
  private static let winograd = "conv2d_winograd_f32_avx512_14x32"
  private static let depthwise = "conv2d_depthwise_f32_avx512_8x16"
  private static let dense = "dense_gemm_f32_avx512_6x64"

  private func conv(
    _ input: [Int], filters: Int, size: Int = 3, stride: Int = 1, groups: Int = 1
  ) throws -> OpInstance {
    let padding = Padding2D(top: size / 2, bottom: size / 2, left: size / 2, right: size / 2)
    let op = GraphOp.conv2D(
      ConvolutionAttributes(kernel: Size2D(size), stride: Size2D(stride), padding: padding, groups: groups),
      Epilogue(bias: true))
    let operands = [input, [filters, input[1] / groups, size, size], [filters]]
    return OpInstance(op: op, operands: operands, result: try op.resultShape(operands))
  }

  private func dense(_ rows: Int, _ inputs: Int, _ units: Int) -> OpInstance {
    OpInstance(
      op: .dense(Epilogue(bias: false)), operands: [[rows, inputs], [units, inputs]], result: [rows, units])
  }

  private func time(
    _ kernel: String, _ instance: OpInstance, cores: Int = 1, weightBytes: Int = 0,
    _ change: (inout CoreSpeed) -> Void = { _ in }
  ) throws -> Double {
    var target = try #require(TargetDescription.named("x86-64-avx512"))
    target.cores = cores
    change(&target.speed)
    let model = CostModel(target: target, weightBytes: weightBytes)
    return Double(model.nanoseconds(try #require(KernelTable.catalogue[kernel]), instance))
  }

  @Test func noKernelBeatsThePeak() throws {
    let speed = CoreSpeed.usual
    let peak = 2 * 16 * speed.multiplyAdds * speed.clock
    for (channels, size, filter) in [(64, 56, 3), (128, 28, 1), (256, 14, 5), (512, 7, 3), (16, 32, 7), (3, 224, 3)] {
      let instance = try conv([1, channels, size, size], filters: 64, size: filter)
      #expect(try time(Self.direct, instance) > Double(instance.work.macs * 2) / peak)
    }
    let instance = dense(64, 512, 512)
    #expect(try time(Self.dense, instance) > Double(instance.work.macs * 2) / peak)
  }

  @Test(arguments: [direct, winograd])
  func largeLayersScaleWithTheirWork(kernel: String) throws {
    let small = try time(kernel, try conv([1, 64, 56, 56], filters: 64))
    #expect(abs(try time(kernel, try conv([4, 64, 56, 56], filters: 64)) / small - 4) < 0.6)
    let team = try time(kernel, try conv([4, 64, 56, 56], filters: 64), cores: 2)
    #expect(team < 0.6 * 4 * small && team > 0.4 * 4 * small)
  }

  @Test func edgesCost() throws {
    // 33 filters are two tiles, of two vectors and of one; 15 pixels are two tiles of pixels, one of them half empty.
    let whole = try time(Self.direct, try conv([1, 64, 28, 28], filters: 32))
    #expect(try time(Self.direct, try conv([1, 64, 28, 28], filters: 33)) > 1.3 * whole)
    #expect(try time(Self.direct, try conv([1, 64, 28, 28], filters: 20)) > 0.9 * whole)
  }

  @Test func weightsComeFromWhereTheyFit() throws {
    let instance = dense(1, 4096, 4096)
    let near = try time(Self.dense, instance, weightBytes: 4 << 20)
    let far = try time(Self.dense, instance, weightBytes: 256 << 20)
    #expect(far > 1.5 * near)
    // Memory is shared: a second core brings nothing.
    let team = try time(Self.dense, instance, cores: 2, weightBytes: 256 << 20)
    #expect(team > 0.8 * far && team < far)
    #expect(try time(Self.dense, instance, weightBytes: 256 << 20) { $0.bandwidth[2] *= 2 } < 0.7 * far)
  }

  @Test func oneFilterPerChannelHasItsKernel() throws {
    let instance = try conv([1, 96, 56, 56], filters: 96, groups: 96)
    #expect(try time(Self.depthwise, instance) < 0.5 * time(Self.direct, instance))
  }

  @Test func timesArePositiveAndFinite() throws {
    let target = TargetDescription(name: "bare", instructionSets: [.generic, .avx512], cores: 0, cache: [])
    let model = CostModel(target: target, weightBytes: 0)
    for instance in [try conv([1, 1, 1, 1], filters: 1, size: 1), dense(1, 1, 1)] {
      for kernel in KernelTable.catalogue.kernels where kernel.op == instance.op.kernelOp {
        #expect(model.nanoseconds(kernel, instance) >= 1)
      }
    }
  }
}
