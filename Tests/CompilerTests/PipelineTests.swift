import CPUBackend
import NetIR
import Testing

@testable import Compiler

@Suite struct PipelineTests {
  private func small() throws -> Graph {
    let g = GraphBuilder()
    let x = try g.rectify(try g.norm(try g.conv(try g.input(), "conv", bias: false), "bn"))
    return g.finished(try g.add(.softmax(axis: 1), [try g.dense(try g.reshape(x, [2, 144]), "dense")]))
  }

  @Test func theOrder() {
    #expect(
      Pipeline.inference.map(\.name) == [
        "remove-identities", "lower-batch-norm", "fold-scale-shift", "fuse-residual", "fuse-activation",
        "lower-transposed-convolution", "lower-whole-window-convolution", "fold-reshapes", "nest-concats", "remove-dead",
        "keep-portable", "select-kernels", "fuse-pooling", "choose-layouts", "eliminate-concats", "plan-memory",
      ])
    #expect(Pipeline.inference.allSatisfy { !$0.summary.isEmpty })
  }

  @Test func everyPassIsObserved() throws {
    var seen: [String] = []
    let result = try Pipeline.compile(small(), .on("generic")) { pass, state in
      seen.append(pass.name)
      #expect((state.plan != nil) == (pass.name == "plan-memory"))
      return true
    }
    #expect(seen == Pipeline.inference.map(\.name))
    // The padded image and the dense layer's input are copies.
    #expect(result?.plan.steps.map(\.op.name) == ["copy", "conv2d", "copy", "dense", "softmax"])
  }

  @Test(arguments: Pipeline.inference.map(\.name))
  func stopsWhereItIsTold(name: String) throws {
    var last = ""
    let result = try Pipeline.compile(small(), .on("generic")) { pass, _ in
      last = pass.name
      return pass.name != name
    }
    #expect(result == nil)
    #expect(last == name)
  }

  @Test func countsWhatWasThere() throws {
    let plan = try #require(try Pipeline.compile(small(), .on("generic"))).plan
    // conv, batch norm, rectify, reshape, dense, softmax
    #expect(plan.graphOps == 6)
    #expect(plan.foldedNorms == 1)
    #expect(plan.name == "small" && plan.batch == 2 && plan.precision == "fp32" && plan.numerics == "fast")
  }

  @Test func aBadGraphIsABugBeforeAnyPass() throws {
    var graph = try small()
    graph.outputs = []
    let error = #expect(throws: CompileError.self) { try Pipeline.compile(graph, .on("generic")) }
    #expect(error?.reason == .bug)
    #expect(error?.message.contains("after pass lowering") == true)
  }

  @Test(arguments: [
    Pass(name: "loses-outputs", summary: "") { $0.graph.outputs = [] },
    Pass(name: "lies-about-shapes", summary: "") { $0.graph[ValueID(0)].shape = [1] },
    Pass(name: "makes-a-bad-plan", summary: "") {
      $0.plan = Plan(name: "", batch: 0, precision: "", numerics: "", target: $0.options.target)
    },
  ])
  func verificationBlamesThePass(_ pass: Pass) throws {
    let passes = [RemoveIdentities.pass, pass, RemoveDead.pass]
    let error = #expect(throws: CompileError.self) {
      try Pipeline.run(passes, small(), .on("generic")) { _, _ in true }
    }
    #expect(error?.reason == .bug)
    #expect(error?.message.hasPrefix("after pass \(pass.name): ") == true)
  }

  @Test func passesWithoutAPlanAreABug() throws {
    let error = #expect(throws: CompileError.self) {
      try Pipeline.run([RemoveIdentities.pass], small(), .on("generic")) { _, _ in true }
    }
    #expect(error?.reason == .bug)
  }

  @Test func retargetingGivesThePlanOfTheOtherTarget() throws {
    for target in TargetDescription.named.map(\.name) {
      let direct = try #require(try Pipeline.compile(small(), .on(target)))
      let from = try #require(try Pipeline.compile(small(), .on("generic")))
      var moved = try #require(try Pipeline.retarget(from.portable, .on(target)))
      #expect(moved.portable == direct.portable)
      // What the lost ops were is not in the portable graph.
      (moved.plan.graphOps, moved.plan.foldedNorms) = (direct.plan.graphOps, direct.plan.foldedNorms)
      #expect(moved.plan == direct.plan)
    }
  }

  @Test func thePlanIsAFunctionOfItsInput() throws {
    let plans = try (0..<5).map { _ in try Pipeline.compile(small(), .on("x86-64-avx512"))?.plan }
    #expect(plans.allSatisfy { $0 == plans[0] })
  }
}
