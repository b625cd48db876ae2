import CKernels
import Compiler
import NetIR
import NetworkTestSupport
import Runtime
import Testing

@testable import CPUBackend

@Suite struct WinogradPlanTests {
  /// Two convolutions with a shortcut around the second.
  private func graph(_ channels: Int, _ size: Int, batch: Int, taps: Int = 3) throws -> Graph {
    var graph = Graph(name: "block")
    func constant(_ name: String, _ shape: [Int]) throws -> ValueID {
      try graph.add(.constant(name: name, shape: shape), name: name)
    }
    let pad = taps / 2
    let padding = Padding2D(top: pad, bottom: pad, left: pad, right: pad)
    let attributes = ConvolutionAttributes(kernel: Size2D(taps), padding: padding)
    let shape = [channels, channels, taps, taps]
    let x = try graph.add(.input(index: 0, shape: [batch, channels, size, size]), name: "x")
    let epilogue = Epilogue(bias: true, activation: .rectify)
    let a = try graph.add(
      .conv2D(attributes, epilogue), [x, try constant("a.W", shape), try constant("a.b", [channels])], name: "a")
    let b = try graph.add(
      .conv2D(attributes, Epilogue(bias: false, residual: true)), [a, try constant("b.W", shape), a], name: "b")
    graph.outputs = [b]
    return graph
  }

  @Test(arguments: Agreement.targets, [(32, 12, 2, 3), (64, 27, 1, 3), (40, 11, 3, 3), (20, 12, 1, 5), (40, 27, 2, 5)])
  func agreesWithTheInterpreter(target: String, sizes: (Int, Int, Int, Int)) throws {
    let target = try #require(TargetDescription.named(target))
    let agreement = try Agreement(graph(sizes.0, sizes.1, batch: sizes.2, taps: sizes.3))
    let compiled = try agreement.compiled(for: target, batch: sizes.2)
    #expect(compiled.plan.steps.count { $0.algorithm == "winograd_f4x\(sizes.3)" } == 2)
    try agreement.check(on: target, batch: sizes.2, tolerance: 2e-5)
  }

  /// The maximum over windows is taken as the pixels are stored; with an odd size the last ones are in no window.
  @Test(arguments: Agreement.targets, [(28, "rectify", 3), (27, "linear", 3), (30, "rectify", 3), (27, "rectify", 5)])
  func pooled(target: String, size: (Int, String, Int)) throws {
    let target = try #require(TargetDescription.named(target))
    let network = try Networks.of(
      """
      - Input: {shape: [null, 3, \(size.0), \(size.0)]}
      - Conv2D: {name: stem, num_filters: 48, filter_size: 3, pad: same}
      - Conv2D: {name: a, num_filters: 40, filter_size: \(size.2), pad: same, nonlinearity: \(size.1)}
      - MaxPool2D: {name: p, pool_size: 2}
      - Conv2D: {name: b, num_filters: 33, filter_size: 3, pad: same}
      - Conv2D: {name: c, incoming: p, num_filters: 16, filter_size: 1}
      - Concat: {incomings: [c, b, p]}
      - Conv2D: {num_filters: 8, filter_size: 3, pad: same}
      """, name: "pooled")
    for batch in [1, 3] {
      let plan = try Agreement(network, batch: batch).check(on: target, batch: batch, tolerance: 2e-5).plan
      #expect(plan.steps.contains { $0.name.hasPrefix("a ") && $0.name.hasSuffix("+ pool") })
      #expect(!plan.steps.contains { $0.op.name == "pool2d" })
    }
  }

  /// Whole networks, before the softmax hides small differences: the error that all layers make together.
  @Test(arguments: ["resnet18", "squeezenet", "googlenet"])
  func logitsOfNetworks(name: String) throws {
    var graph = try Networks.spec(name).lowered(batch: 1).graph
    graph.outputs = graph.outputs.map { output in
      if case .softmax = graph[output].op { graph[output].operands[0] } else { output }
    }
    let agreement = try Agreement(graph)
    let compiled = try agreement.compiled(for: HostCPU.current.target, batch: 1)
    #expect(compiled.plan.steps.contains { Winograd.Form(rawValue: $0.algorithm) != nil })
    let found = try agreement.results(of: compiled, pool: Agreement.pools[1], allParallel: false)
    agreement.check(found, tolerance: 1e-5)
  }

  /// More threads than the plan has workspaces for: theirs lie behind the arena, and the bits are the same.
  @Test func anyNumberOfThreads() throws {
    let agreement = try Agreement(graph(64, 28, batch: 1))
    var target = HostCPU.current.target
    target.cores = 1
    let compiled = try agreement.compiled(for: target, batch: 1)
    let workspaces = compiled.plan.steps.compactMap(\.workspace)
    #expect(workspaces.count == 2 && workspaces.allSatisfy { $0.threads == 1 })
    let wanted = try agreement.results(of: compiled, pool: Agreement.pools[0], allParallel: true)
    for pool in Agreement.pools.dropFirst() {
      #expect(try agreement.results(of: compiled, pool: pool, allParallel: true) == wanted)
      let executable = try CPUExecutable(compiled.plan, constants: compiled.constants, pool: pool)
      let room = (pool.threadCount - 1) * (workspaces.map(\.bytesPerThread).max() ?? 0)
      #expect(executable.arenaBytes == compiled.plan.arenaBytes + room)
    }
    agreement.check(wanted, tolerance: Agreement.shallow)
  }

  /// The compiler and the kernels count a workspace's floats alike.
  @Test func workspacesAreAsLargeAsKernelsSay() throws {
    let forms = Winograd.Form.allCases
    let all = KernelTable.catalogue.kernels.filter { Winograd.Form(rawValue: $0.algorithm) != nil }
    let rows = all.filter { $0.op == .conv2D }
    #expect(rows.count { $0.storage == .float32 } == 4 * forms.count)
    let gradients = all.filter { $0.op == .convolutionWeights }
    for storage in [StorageType.float32, .bfloat16] {
      #expect(gradients.count { $0.storage == storage } == 4 * forms.count)
    }
    #expect(gradients.count == 8 * forms.count && all.count == rows.count + gradients.count)
    for row in gradients {
      let form = try #require(Winograd.Form(rawValue: row.algorithm))
      let attributes = ConvolutionAttributes(kernel: Size2D(form.filterSize))
      for (channels, filters) in [(1, 4), (16, 16), (17, 30), (64, 56), (200, 14), (512, 300)] {
        let cut = try #require(WinogradWeights(attributes, channels: channels, filters: filters, by: row))
        let floats = ck_winograd_weights_floats(
          ck_winograd_form(out: Int32(form.tileSize), taps: Int32(form.filterSize)), Int64(cut.tilesAtOnce),
          Int64(channels), Int64(filters), Int64(row.block))
        #expect(cut.workspaceBytes == 4 * Int(floats))
      }
    }
    for row in rows {
      let form = try #require(Winograd.Form(rawValue: row.algorithm))
      let (taps, tile) = (form.filterSize, form.tileSize)
      for (channels, size) in [(1, 4), (16, 9), (17, 30), (64, 56), (200, 14), (512, 28)] {
        let cut = try #require(
          Winograd(
            ConvolutionAttributes(kernel: Size2D(taps)), input: [2, channels, size, size],
            result: [2, 8, size, size], by: row))
        for tiles in [1, 2, 7, 28, 56] {
          let floats = ck_winograd_floats(
            ck_winograd_form(out: Int32(tile), taps: Int32(taps)), Int64(tiles), Int64(cut.channels),
            Int64(row.tileColumns))
          #expect(cut.workspaceBytes(tilesAtOnce: tiles) == 4 * Int(floats))
        }
      }
    }
  }

  @Test func strictNumericsTakePlainSums() throws {
    let graph = try graph(64, 28, batch: 1)
    for numerics in Numerics.allCases {
      let options = CompileOptions(
        batch: 1, numerics: numerics, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
      let plan = try #require(try Pipeline.compile(graph, options)).plan
      let expected = plan.steps.map { plan.expectedError(of: $0) }
      #expect(expected.contains { $0 != nil } == (numerics == .fast))
      #expect(expected.allSatisfy { ($0 ?? 0) <= CompileOptions.errorBudget })
    }
  }
}
