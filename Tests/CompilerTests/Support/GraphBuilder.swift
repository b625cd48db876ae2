import CPUBackend
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

/// Writes small graphs by hand; a class, so that calls nest.
final class GraphBuilder {
  var graph = Graph(name: "small")

  func input(_ shape: [Int] = [2, 4, 6, 6]) throws -> ValueID {
    try graph.add(.input(index: graph.inputs.count, shape: shape), name: "input\(graph.inputs.count)")
  }

  func constant(_ name: String, _ shape: [Int]) throws -> ValueID {
    try graph.add(.constant(name: name, shape: shape), name: name)
  }

  func add(_ op: GraphOp, _ operands: [ValueID], _ name: String = "node") throws -> ValueID {
    try graph.add(op, operands, name: name)
  }

  func conv(
    _ x: ValueID, _ name: String, filters: Int = 4, size: Int = 3, pad: Int = 1, stride: Int = 1,
    groups: Int = 1, bias: Bool = true
  ) throws -> ValueID {
    let channels = graph[x].shape[1] / groups
    var operands = [x, try constant("\(name).W", [filters, channels, size, size])]
    if bias { operands.append(try constant("\(name).b", [filters])) }
    let padding = Padding2D(top: pad, bottom: pad, left: pad, right: pad)
    let attributes = ConvolutionAttributes(
      kernel: Size2D(size), stride: Size2D(stride), padding: padding, groups: groups)
    return try add(.conv2D(attributes, Epilogue(bias: bias)), operands, name)
  }

  func dense(_ x: ValueID, _ name: String, units: Int = 5, bias: Bool = true) throws -> ValueID {
    var operands = [x, try constant("\(name).W", [units, graph[x].shape[1]])]
    if bias { operands.append(try constant("\(name).b", [units])) }
    return try add(.dense(Epilogue(bias: bias)), operands, name)
  }

  func norm(_ x: ValueID, _ name: String) throws -> ValueID {
    let shape = [graph[x].shape[1]]
    let operands = try ["gamma", "beta", "mean", "var"].map { try constant("\(name).\($0)", shape) }
    return try add(.batchNorm(epsilon: 1e-4), [x] + operands, name)
  }

  func scaleShift(_ x: ValueID, _ name: String) throws -> ValueID {
    let shape = [graph[x].shape[1]]
    let operands = [x, try constant("\(name).s", shape), try constant("\(name).t", shape)]
    return try add(.scaleShift(.linear), operands, name)
  }

  func rectify(_ x: ValueID, _ name: String = "rectify") throws -> ValueID {
    try add(.activation(.rectify), [x], name)
  }

  func sum(_ a: ValueID, _ b: ValueID, _ name: String = "sum") throws -> ValueID {
    try add(.elementwise(ElementwiseAttributes(kind: .sum), .linear), [a, b], name)
  }

  func pool(_ x: ValueID, _ name: String = "pool") throws -> ValueID {
    let attributes = PoolAttributes(
      window: Size2D(2), stride: Size2D(2), padding: .none, ceil: false, mode: .max)
    return try add(.pool2D(attributes), [x], name)
  }

  func reshape(_ x: ValueID, _ shape: [Int], _ name: String = "reshape") throws -> ValueID {
    try add(.reshape(shape: shape), [x], name)
  }

  func finished(_ outputs: ValueID...) -> Graph {
    var graph = graph
    graph.outputs = outputs
    return graph
  }
}

extension CompileOptions {
  static func on(_ target: String, batch: Int = 2) throws -> CompileOptions {
    let target = try #require(TargetDescription.named(target))
    return CompileOptions(batch: batch, target: target, catalogue: KernelTable.catalogue)
  }
}

/// Runs passes on a graph; after each the graph is sound and computes what it computed before.
func run(_ passes: [Pass], _ graph: Graph, target: String = "generic") throws -> Compilation {
  try run(passes, graph, target: try #require(TargetDescription.named(target)))
}

/// The same for a target that has no name on the command line.
func run(_ passes: [Pass], _ graph: Graph, target: TargetDescription) throws -> Compilation {
  let wanted = try values(of: graph)
  let options = CompileOptions(batch: 2, target: target, catalogue: KernelTable.catalogue)
  var compilation = Compilation(graph: graph, options: options)
  for pass in passes {
    try pass.run(&compilation)
    try compilation.graph.verify()
    let found = try values(of: compilation.graph)
    #expect(found.count == wanted.count)
    for (a, b) in zip(found, wanted) {
      let isClose = zip(a, b).allSatisfy { abs($0 - $1) <= 1e-9 * (1 + abs($1)) }
      #expect(a.count == b.count && isClose, "\(pass.name) changes what the graph computes")
    }
  }
  return compilation
}

func run(_ pass: Pass, _ graph: Graph) throws -> Graph { try run([pass], graph).graph }

/// What a graph computes from noise, in double precision, as the interpreter has it.
func values(of graph: Graph) throws -> [[Double]] {
  let inputs = graph.inputs.enumerated().map {
    Noise.doubles(graph[$1].shape.elements, seed: UInt64($0) + 1)
  }
  return try ReferenceInterpreter(graph, parameter: parameter).run(inputs)
}

/// Variances are positive, everything else is noise.
func parameter(_ name: String, _ shape: [Int]) -> [Float] {
  let noise = Noise.floats(shape.elements, seed: Noise.seed(of: name))
  return name.hasSuffix(".var") ? noise.map { 1.5 + $0 } : noise
}

extension Graph {
  /// The ops that do something at run time, by name, in order.
  var work: [String] {
    let isConstant = constants()
    return ids.filter { !isConstant[$0.index] && !self[$0].op.isInput }.map { self[$0].op.name }
  }

  func first(_ name: String) throws -> Node {
    try #require(nodes.first { $0.op.name == name })
  }
}
