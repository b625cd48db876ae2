import NetIR

/// The functions of a network in C and the order of their calls.
struct CProgram {
  struct Function {
    var name: String
    /// What it computes, for which shapes.
    var remark: String
    var kernel: CKernel
  }

  let storage: CStorage
  private(set) var weights: CWeights
  private(set) var names = CNames()
  private(set) var functions: [Function] = []
  /// The body of the function that runs the network.
  private(set) var body = CText()
  let inputs: [String]
  let outputs: [String]
  private var pointers: [ValueID: String] = [:]
  private var copiesFloats = false
  private let users: [[ValueID]]
  /// Layers of several steps: the last one has the layer's name.
  private let lastOfLayer: [String: ValueID]

  private var graph: Graph { storage.graph }

  init(_ graph: Graph, name: String) throws {
    storage = try CStorage(graph)
    weights = CWeights(graph)
    users = graph.users()
    lastOfLayer = Dictionary(storage.steps.map { (graph[$0].name, $0) }, uniquingKeysWith: { $1 })
    for word in ["run", "prepare", "classes", "weights_are_right"] { names.reserve("\(name)_\(word)") }
    for word in ["H", "NETC_VERSION", "BATCH", "ARENA_FLOATS", "WEIGHTS_FLOATS", "WEIGHTS_SUM", "CLASSES"] {
      names.reserve("\(name.uppercased())_\(word)")
    }
    names.reserve(name)
    var names = names
    inputs = graph.inputs.map { names.unique(graph[$0].name) }
    outputs = graph.outputs.map { names.unique(graph[$0].name) }
    self.names = names
    for id in storage.steps { step(id) }
    for index in storage.copiedOutputs { copyOutput(index) }
    finish()
  }

  var helpers: [CHelper] {
    var result = copiesFloats ? [CHelper.copy] : []
    for helper in functions.flatMap(\.kernel.helpers) where !result.contains(helper) { result.append(helper) }
    return result
  }

  var needsMath: Bool { functions.contains(where: \.kernel.needsMath) }
  /// What it calls of the library of mathematics.
  var mathFunctions: [String] {
    let text = (functions.flatMap(\.kernel.text.lines) + helpers.map(\.text)).joined(separator: "\n")
    return ["erfcf", "expf", "expm1f", "fabsf", "log1pf", "powf", "sqrtf", "tanhf"].filter { text.contains("\($0)(") }
  }

  // MARK: Steps

  private mutating func step(_ id: ValueID) {
    let node = graph[id]
    if case .concat(let axis) = node.op { return concat(id, axis) }
    guard let kernel = storage.kernels[id] else { return }
    let operands = node.operands.map { graph[$0].shape }
    let shapes = operands.first.map { "\(CWords.shape($0)) -> \(CWords.shape(node.shape))" } ?? ""
    var remark = "\(CWords.comment(node.op.described)), \(shapes)"
    let call = function(kernel, remark)
    remark = CWords.comment("\(node.name): \(node.op.described)")
    body.line("")
    for line in CWords.lines(remark.split(separator: " ").map(String.init) + ["*/"], width: 92).enumerated() {
      body.line((line.offset == 0 ? "/* " : "   ") + line.element)
    }
    declare(id)
    var arguments = node.operands.enumerated().map { place, operand in
      self.operand(operand, kernel.operands[place].order)
    }
    arguments.append(pointer(id))
    arguments += (storage.workspaces[id] ?? []).map { CIndex.pointer("arena", [], plus: $0) }
    write(call, arguments)
  }

  /// What does not lie in the result yet is copied there.
  private mutating func concat(_ id: ValueID, _ axis: Int) {
    let node = graph[id]
    body.line("")
    body.line("/* \(CWords.comment("\(node.name): \(node.op.described)")) */")
    let outer = node.shape[..<axis].reduce(1, *)
    let pitch = node.shape[axis...].reduce(1, *)
    if isNamed(id) || node.operands.contains(where: { !storage.liesIn($0, id) }) { declare(id) }
    var offset = 0
    for operand in node.operands {
      let width = graph[operand].shape[axis...].reduce(1, *)
      let (there, here) = (storage.root(of: operand), storage.root(of: id))
      if there.value != here.value || there.offset != here.offset + offset {
        let call = function(
          .place(outer: outer, width: width, pitch: pitch), "\(CWords.shape(graph[operand].shape)) as part of a whole")
        write(call, [self.operand(operand, .plain), CIndex.pointer(pointer(id), [], plus: offset)])
      } else {
        body.line("/* \(CWords.comment(graph[operand].name)) lies there already. */")
      }
      offset += width
    }
  }

  private mutating func copyOutput(_ index: Int) {
    let id = graph.outputs[index]
    copiesFloats = true
    body.line("")
    body.line("/* \(CWords.comment(graph[id].name)), once more or as it came */")
    write(CHelper.copy.name, [operand(id, .plain), outputs[index], "\(graph[id].shape.elements)"])
  }

  private mutating func write(_ function: String, _ arguments: [String]) {
    let words = arguments.enumerated().map { $1 + ($0 == arguments.count - 1 ? ");" : ",") }
    let lines = CWords.lines(["\(function)(" + (words.first ?? ")")] + words.dropFirst(), width: 96)
    for (index, line) in lines.enumerated() { body.line((index == 0 ? "" : "    ") + line) }
  }

  /// The name of a function, which is added where there is none like it.
  private mutating func function(_ kernel: CKernel, _ remark: String) -> String {
    if let known = functions.first(where: { $0.kernel.isSame(as: kernel) }) { return known.name }
    let name = names.unique(kernel.name)
    let more = kernel.remark.isEmpty ? "" : "; \(kernel.remark)"
    functions.append(Function(name: name, remark: remark + more, kernel: kernel))
    return name
  }

  // MARK: Values

  /// Whether a call names the value: what lies in a concatenation from the start may be read as a part of it alone.
  private func isNamed(_ id: ValueID) -> Bool {
    if storage.copiedOutputs.contains(where: { graph.outputs[$0] == id }) { return true }
    return users[id.index].contains { user in
      switch graph[user].op {
      case .reshape: isNamed(user)
      case .concat: !storage.liesIn(id, user) || graph[user].operands.count { $0 == id } > 1
      default: true
      }
    }
  }

  private mutating func operand(_ id: ValueID, _ order: CKernel.Order) -> String {
    guard storage.isConstant[id.index] else { return pointer(id) }
    return "weights + \(weights.name(of: id, order, &names))"
  }

  /// How a value's numbers are reached.
  private mutating func pointer(_ id: ValueID) -> String {
    if let known = pointers[id] { return known }
    let (home, offset) = storage.home(of: id)
    switch home {
    case .input(let index): return CIndex.pointer(inputs[index], [], plus: offset)
    case .output(let index): return CIndex.pointer(outputs[index], [], plus: offset)
    case .weights: return operand(id, .plain)
    case .arena(let start): return CIndex.pointer("arena", [], plus: start + offset)
    }
  }

  /// Gives a value in the arena a name.
  private mutating func declare(_ id: ValueID) {
    guard case .arena = storage.home(of: id).home else { return }
    let (place, node) = (pointer(id), graph[id])
    let name = names.unique(lastOfLayer[node.name] == id ? node.name : "\(node.name)_\(node.op.name)")
    body.line("float *const \(name) = \(place); /* \(CWords.shape(graph[id].shape)) */")
    for other in graph.ids where other == id || isView(other, of: id) { pointers[other] = name }
  }

  private func isView(_ other: ValueID, of id: ValueID) -> Bool {
    guard case .reshape = graph[other].op, !storage.isConstant[other.index] else { return false }
    let operand = graph[other].operands[0]
    return operand == id || isView(operand, of: id)
  }

  /// What nobody reads is named all the same, as compilers warn of it.
  private mutating func finish() {
    let text = body.lines.joined(separator: "\n")
    func isNamed(_ name: String) -> Bool {
      text.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") }).contains { $0 == name }
    }
    for name in inputs + ["arena"] where !isNamed(name) { body.line("(void)\(name);") }
    if !isNamed("weights") { needsWeights = false }
  }

  private(set) var needsWeights = true
}
