import CPUBackend
import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

@Suite struct PlanMemoryTests {
  private func plan(_ graph: Graph, target: String = "x86-64-avx2") throws -> Plan {
    try #require(try Pipeline.compile(graph, .on(target))).plan
  }

  private func arena(_ plan: Plan) -> [(name: String, range: Range<Int>)] {
    plan.tensors.compactMap { tensor in
      if case .arena(let offset) = tensor.place { (tensor.name, offset..<offset + tensor.bytes) } else { nil }
    }
  }

  /// A vector of 160 floats is 640 bytes for each of two examples.
  private func denseChain(_ count: Int) throws -> Plan {
    let g = GraphBuilder()
    var x = try g.input([2, 160])
    for index in 0..<count { x = try g.dense(x, "d\(index)", units: 160) }
    return try plan(g.finished(x))
  }

  @Test func aChainTakesTurnsInTwoPlaces() throws {
    let plan = try denseChain(6)
    // Five results in the arena, the sixth is the caller's.
    #expect(arena(plan).map(\.range.lowerBound) == [0, 1280, 0, 1280, 0])
    #expect(plan.arenaBytes == 2560 && plan.arenaBound == 2560)
    #expect(plan.outputs.map(\.name) == ["d5"])
  }

  @Test func aLongLifeKeepsItsPlace() throws {
    let g = GraphBuilder()
    let first = try g.dense(try g.input([2, 160]), "first", units: 160)
    let second = try g.dense(first, "second", units: 160)
    let third = try g.dense(second, "third", units: 160)
    let last = try g.add(.concat(axis: 1), [third, first], "last")
    let plan = try plan(g.finished(last))
    let places = Dictionary(arena(plan).map { ($0.name, $0.range) }, uniquingKeysWith: { a, _ in a })
    let kept = try #require(places["first"])
    for name in ["second", "third"] { #expect(places[name]?.overlaps(kept) == false) }
    #expect(plan.arenaBytes == 3 * 1280)
  }

  @Test func elementwiseStepsWorkInPlace() throws {
    let g = GraphBuilder()
    let x = try g.dense(try g.input([2, 160]), "x", units: 160)
    let y = try g.add(.softmax(axis: 1), [x], "y")
    let z = try g.dense(y, "z", units: 160)
    let plan = try plan(g.finished(z))
    #expect(arena(plan).map(\.range) == [0..<1280, 0..<1280])
  }

  @Test func notWhileTheOperandIsStillNeeded() throws {
    let g = GraphBuilder()
    let x = try g.dense(try g.input([2, 160]), "x", units: 160)
    let y = try g.add(.softmax(axis: 1), [x], "y")
    let z = try g.add(.elementwise(ElementwiseAttributes(kind: .mul), .linear), [x, y], "z")
    let plan = try plan(g.finished(try g.dense(z, "last", units: 160)))
    let places = Dictionary(arena(plan).map { ($0.name, $0.range) }, uniquingKeysWith: { a, _ in a })
    #expect(places["x"] != places["y"])
    #expect(places["z"] == places["x"])
    #expect(plan.arenaBytes == 2560)
  }

  @Test func neverInTheCallersInput() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 160])
    let plan = try plan(g.finished(try g.dense(try g.rectify(x), "dense", units: 160)))
    #expect(plan.tensors[plan.steps[0].result].place == .arena(offset: 0))
  }

  @Test func viewsShowTheBytesOfTheirRoot() throws {
    let g = GraphBuilder()
    let x = try g.rectify(try g.input([2, 1, 4, 4]))
    let flat = try g.reshape(x, [2, 16], "flat")
    let plan = try plan(g.finished(try g.dense(try g.dense(flat, "a"), "b")))
    let views = plan.tensors.filter { $0.viewOf != nil }
    #expect(views.map(\.name) == ["flat"])
    #expect(views[0].viewOf.map { plan.tensors[$0].place } == views[0].place)
    #expect(plan.steps.map(\.op.name) == ["activation", "dense", "dense"])
  }

  @Test func aTiedConstantIsPackedForEachKernelThatWantsItsOwnOrder() throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 8]}
      - Dense: {name: a, num_units: 8}
      - Dense: {name: b, num_units: 8, W: a, b: a}
      """)
    let plan = try plan(network.lowered(batch: 2).graph)
    // The weights belong to a step; the biases are the same numbers for both.
    #expect(plan.constants.map(\.name) == ["a.W", "a.b", "a.W#2"])
    #expect(plan.constants.map(\.packing) == [.step(0), .plain, .step(1)])
    #expect(plan.constants[0].source == plan.constants[2].source)
  }

  @Test func stepsAreNamedAfterWhatTheyDo() throws {
    let g = GraphBuilder()
    let x = try g.input([2, 8, 6, 6])
    let sum = try g.rectify(try g.sum(try g.conv(x, "conv", filters: 8), x))
    let dense = try g.dense(try g.reshape(sum, [2, 288]), "dense")
    let plan = try plan(g.finished(try g.add(.softmax(axis: 1), [dense], "dense")))
    #expect(
      plan.steps.map(\.name) == [
        "input0 as c8", "conv + add + rectify", "conv as nchw", "dense", "dense + softmax",
      ])
  }

  @Test(arguments: Networks.specNames, TargetDescription.named.map(\.name))
  func everySpecFitsItsArena(spec: String, target: String) throws {
    for batch in [1, 3] {
      let graph = try Networks.spec(spec).lowered(batch: batch).graph
      let plan = try #require(try Pipeline.compile(graph, .on(target, batch: batch))).plan
      #expect(plan.arenaBound <= plan.arenaBytes)
      #expect(plan.arenaBytes % 64 == 0)
      // No more than a quarter above what no placement can beat.
      #expect(plan.arenaBytes <= plan.arenaBound * 5 / 4)
      let everything = plan.tensors.filter { $0.viewOf == nil }.reduce(0) { $0 + $1.bytes }
      let workspace = plan.steps.compactMap(\.workspace?.bytes).max() ?? 0
      #expect(plan.arenaBytes < everything + workspace)
    }
  }

  @Test func everySpecWasFound() { #expect(Networks.specNames.count >= 7) }

  @Test func onlyLargeStepsWakeTheOtherThreads() throws {
    let g = GraphBuilder()
    let small = try plan(g.finished(try g.dense(try g.input([2, 8]), "dense")))
    #expect(small.steps.map(\.parallel) == [false])
    let large = try plan(Networks.spec("alexnet").lowered(batch: 2).graph)
    #expect(!large.steps.contains { $0.op.name == "conv2d" && !$0.parallel })
  }
}
