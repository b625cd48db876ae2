import NetIR
import NetworkTestSupport
import Testing

@testable import CPUBackend
@testable import Compiler

/// A convolution, forwards and backwards, whose filters are an input.
@Suite struct ConvolutionGradientPlanTests {
  @Test(arguments: ConvolutionGradientCases.all) func agrees(_ test: ConvolutionGradientCases.Case) throws {
    let graph = try test.graph()
    let inputs = graph.inputs.enumerated().map { Noise.floats(graph[$1].shape.elements, seed: UInt64($0) + 1) }
    let agreement = try TrainingAgreement(graph, inputs: inputs)
    for name in Agreement.targets {
      let target = try #require(TargetDescription.named(name))
      for numerics in Numerics.allCases {
        try agreement.check(on: target, numerics: numerics, batch: test.x[0])
      }
    }
  }
}
