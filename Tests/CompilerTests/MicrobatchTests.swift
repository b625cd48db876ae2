import CPUBackend
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

@Suite struct MicrobatchTests {
  private func options(batch: Int) throws -> CompileOptions {
    let target = try #require(TargetDescription.named.first { $0.name == "x86-64-avx512" })
    return CompileOptions(batch: batch, target: target, catalogue: KernelTable.catalogue)
  }

  @Test func candidatesDivideTheBatch() {
    #expect(Microbatch.candidates(of: 1) == [1])
    #expect(Microbatch.candidates(of: 32) == [1, 2, 4, 8, 16, 32])
    #expect(Microbatch.candidates(of: 12) == [1, 2, 4, 12])
    #expect(Microbatch.candidates(of: 7) == [1, 7])
  }

  @Test func theSmallestOfTheQuickWins() {
    #expect(Microbatch.best(of: [(1, 1040), (2, 1029), (4, 1000), (8, 1000)]) == 2)
    #expect(Microbatch.best(of: [(1, 2000), (32, 1000)]) == 32)
    #expect(Microbatch.best(of: [(size: Int, time: Int)]()) == nil)
  }

  /// Activations of a batch leave the caches; weights of large dense layers want to be read for many examples.
  @Test(arguments: [("mobilenetv2", true), ("squeezenet", true), ("densenet121", true), ("alexnet", false)])
  func networksGetWhatSuitsThem(_ name: String, _ isSmall: Bool) throws {
    let compiled = try #require(try Pipeline.compile(try Networks.spec(name), try options(batch: 32)))
    #expect((compiled.plan.microbatch <= 4) == isSmall, "\(compiled.plan.microbatch)")
    #expect(compiled.plan.batch == 32 && compiled.plan.inputs[0].shape[0] == compiled.plan.microbatch)
  }

  @Test func aMicrobatchThatIsGivenIsTaken() throws {
    var options = try options(batch: 12)
    options.microbatch = 3
    let plan = try #require(try Pipeline.compile(try Networks.spec("lenet"), options)).plan
    #expect(plan.microbatch == 3 && plan.microbatches == 4)
  }

  @Test func retargetingKeepsIt() throws {
    var options = try options(batch: 12)
    options.microbatch = 3
    let compiled = try #require(try Pipeline.compile(try Networks.spec("lenet"), options))
    options.target = try #require(TargetDescription.named.first { $0.name == "generic" })
    let other = try #require(try Pipeline.retarget(compiled.portable, options))
    #expect(other.plan.microbatch == 3 && other.plan.batch == 12)
  }

  @Test func examplesThatMeetStayTogether() throws {
    let apart = try Networks.of("layers: [Input: {shape: [null, 4, 6, 6]}, Conv2D: {num_filters: 2, filter_size: 3}]")
    #expect(try Microbatch.keepsExamplesApart(apart))
    // Rows of a matrix that are no examples.
    let together = try Networks.of(
      "layers: [Input: {shape: [null, 4, 6, 6]}, Reshape: {shape: [-1, 6]}, Dense: {num_units: 2}]")
    #expect(try !Microbatch.keepsExamplesApart(together))
    #expect(try Microbatch.estimates(of: together, options(batch: 8)).map(\.size) == [8])
    // A batch that the spec fixes may appear in its shapes.
    let fixed = try Networks.of("layers: [Input: {shape: [4, 4, 6, 6]}, Conv2D: {num_filters: 2, filter_size: 3}]")
    #expect(try !Microbatch.keepsExamplesApart(fixed))
  }
}
