import NetIR

/// Nodes that compute numbers from numbers or from shapes: exporters write a flattening as half a dozen of them.
struct ConstantFolding {
  let opset: Int

  /// - Returns: nil where the node's result depends on the input of the network, or no rule is known here.
  func value(of node: ONNXNode, _ inputs: [ONNXImport.Value?]) throws(ImportFault) -> ONNXImport.Value? {
    switch node.type {
    case "Constant": return .constant(try constant(node))
    case "Shape":
      guard let shape = inputs.first??.shape else { return nil }
      return .constant(Self.integers(shape))
    case "ConstantOfShape":
      guard case .constant(let tensor)?? = inputs.first, case .integers(let sizes) = tensor.numbers else { return nil }
      return .constant(try filled(node, sizes.map(Int.init)))
    default: break
    }
    let constants = inputs.compactMap { input -> ONNXTensor? in
      if case .constant(let tensor)? = input { tensor } else { nil }
    }
    guard !constants.isEmpty, constants.count == inputs.count(where: { $0 != nil }) else { return nil }
    return try folded(node, constants).map { .constant($0) }
  }

  static func integers(_ values: [Int]) -> ONNXTensor {
    ONNXTensor(name: "", shape: [values.count], .integers(values.map(Int64.init)))
  }

  private func constant(_ node: ONNXNode) throws(ImportFault) -> ONNXTensor {
    switch node.attributes.first?.value {
    case .tensor(let tensor): return tensor
    case .int(let value): return ONNXTensor(name: "", shape: [], .integers([value]))
    case .ints(let values): return ONNXTensor(name: "", shape: [values.count], .integers(values))
    case .float(let value): return ONNXTensor(name: "", shape: [], .floats([value]))
    case .floats(let values): return ONNXTensor(name: "", shape: [values.count], .floats(values))
    default: throw ImportFault("its value is no number")
    }
  }

  private func filled(_ node: ONNXNode, _ shape: [Int]) throws(ImportFault) -> ONNXTensor {
    guard shape.allSatisfy({ $0 >= 0 && $0 < 1 << 24 }), shape.reduce(1.0, { $0 * Double($1) }) < 1e7 else {
      throw ImportFault("a constant of shape \(shape)")
    }
    guard case .tensor(let value)? = node["value"] else {
      return ONNXTensor(name: "", shape: shape, .floats([Float](repeating: 0, count: shape.elements)))
    }
    switch value.numbers {
    case .floats(let numbers):
      return ONNXTensor(name: "", shape: shape, .floats([Float](repeating: numbers.first ?? 0, count: shape.elements)))
    case .integers(let numbers):
      return ONNXTensor(
        name: "", shape: shape, .integers([Int64](repeating: numbers.first ?? 0, count: shape.elements)))
    }
  }

  private func folded(_ node: ONNXNode, _ x: [ONNXTensor]) throws(ImportFault) -> ONNXTensor? {
    switch node.type {
    case "Identity", "Cast": return x[0]
    case "Reshape":
      guard x.count == 2, let sizes = x[1].wholeNumbers else { return nil }
      return reshaped(x[0], try resolved(sizes, of: x[0].shape))
    case "Flatten": return reshaped(x[0], [x[0].shape.first ?? 1, x[0].shape.dropFirst().reduce(1, *)])
    case "Unsqueeze", "Squeeze":
      let axes = x.count > 1 ? x[1].wholeNumbers : node.integers("axes")
      return reshaped(x[0], Self.squeezed(x[0].shape, axes, adds: node.type == "Unsqueeze"))
    case "Transpose":
      let rank = x[0].shape.count
      let order = node.integers("perm") ?? Array((0..<rank).reversed())
      guard order.sorted() == Array(0..<rank) else { throw ImportFault("`perm` is \(order)") }
      return arranged(x[0], .transpose(x[0].shape, order))
    case "Concat":
      guard x.allSatisfy({ $0.shape.count == 1 }) else { return nil }
      let numbers = x.compactMap(\.wholeNumbers)
      return numbers.count == x.count ? Self.integers(numbers.flatMap { $0 }) : nil
    case "Gather":
      guard x.count == 2, x[0].shape.count == 1, let from = x[0].wholeNumbers, let places = x[1].wholeNumbers else {
        return nil
      }
      let chosen = places.map { $0 < 0 ? $0 + from.count : $0 }
      guard chosen.allSatisfy(from.indices.contains) else { throw ImportFault("an index beyond the end") }
      var result = Self.integers(chosen.map { from[$0] })
      result.shape = x[1].shape
      return result
    case "Slice": return sliced(node, x)
    case "Add", "Sub", "Mul", "Div": return try combined(node, x)
    default: return nil
    }
  }

  private func reshaped(_ x: ONNXTensor, _ shape: [Int]) -> ONNXTensor? {
    guard elementCount(shape) == x.shape.elements else { return nil }
    var result = x
    result.shape = shape
    return result
  }

  private func arranged(_ x: ONNXTensor, _ order: Rearrangement) -> ONNXTensor {
    switch x.numbers {
    case .floats(let values):
      ONNXTensor(name: x.name, shape: order.shape, .floats(order.apply(values, of: x.shape)))
    case .integers(let values):
      ONNXTensor(name: x.name, shape: order.shape, .integers(order.apply(values, of: x.shape)))
    }
  }

  /// A part of a list of sizes.
  private func sliced(_ node: ONNXNode, _ x: [ONNXTensor]) -> ONNXTensor? {
    guard let from = x[0].wholeNumbers, x[0].shape.count == 1,
      let start = x.count > 1 ? x[1].wholeNumbers?.first : node.integers("starts")?.first,
      let end = x.count > 2 ? x[2].wholeNumbers?.first : node.integers("ends")?.first
    else { return nil }
    func place(_ index: Int) -> Int { min(max(index < 0 ? index + from.count : index, 0), from.count) }
    guard x.count < 5 || x[4].wholeNumbers == [1], place(start) <= place(end) else { return nil }
    return Self.integers(Array(from[place(start)..<place(end)]))
  }

  private func combined(_ node: ONNXNode, _ x: [ONNXTensor]) throws(ImportFault) -> ONNXTensor? {
    guard x.count == 2, let a = x[0].wholeNumbers, let b = x[1].wholeNumbers,
      a.count == b.count || b.count == 1 || a.count == 1, !a.isEmpty, !b.isEmpty
    else { return nil }
    let count = max(a.count, b.count)
    var result: [Int] = []
    for index in 0..<count {
      let (p, q) = (a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
      let (number, overflows) =
        switch node.type {
        case "Add": p.addingReportingOverflow(q)
        case "Sub": p.subtractingReportingOverflow(q)
        case "Mul": p.multipliedReportingOverflow(by: q)
        default: p.dividedReportingOverflow(by: q)
        }
      guard !overflows else { throw ImportFault("numbers that are too large") }
      result.append(number)
    }
    var tensor = Self.integers(result)
    tensor.shape = a.count >= b.count ? x[0].shape : x[1].shape
    return tensor
  }

  /// The sizes that a Reshape asks for: 0 keeps one, −1 is the rest.
  func resolved(_ sizes: [Int], of shape: [Int]) throws(ImportFault) -> [Int] {
    var result = sizes.enumerated().map { $1 == 0 && $0 < shape.count ? shape[$0] : $1 }
    let open = result.indices.filter { result[$0] == -1 }
    if open.count == 1, !shape.contains(ONNXImport.anyBatch) {
      guard let known = elementCount(result.filter { $0 != -1 }), known > 0, shape.elements % known == 0 else {
        throw ImportFault("\(shape) cannot become \(sizes)")
      }
      result[open[0]] = shape.elements / known
    }
    return result
  }

  static func squeezed(_ shape: [Int], _ axes: [Int]?, adds: Bool) -> [Int] {
    guard adds else {
      let places = Set((axes ?? shape.indices.filter { shape[$0] == 1 }).map { $0 < 0 ? $0 + shape.count : $0 })
      return shape.indices.filter { !places.contains($0) }.map { shape[$0] }
    }
    var result = shape
    let rank = shape.count + (axes?.count ?? 0)
    for axis in (axes ?? []).map({ $0 < 0 ? $0 + rank : $0 }).sorted() where axis <= result.count && axis >= 0 {
      result.insert(1, at: axis)
    }
    return result
  }
}

extension ONNXTensor {
  package var wholeNumbers: [Int]? {
    if case .integers(let values) = numbers { values.map { $0.asSize } } else { nil }
  }

  package var floats: [Float]? {
    switch numbers {
    case .floats(let values): values
    case .integers: nil
    }
  }
}

extension ONNXNode {
  func integers(_ name: String) -> [Int]? {
    if case .ints(let values)? = self[name] { values.map { $0.asSize } } else { nil }
  }

  func integer(_ name: String) -> Int? { if case .int(let value)? = self[name] { value.asSize } else { nil } }
  func float(_ name: String) -> Float? { if case .float(let value)? = self[name] { value } else { nil } }
  func string(_ name: String) -> String? { if case .string(let value)? = self[name] { value } else { nil } }
}

extension Int64 {
  /// No size is beyond; models say "to the end" by the largest number that there is. Sums and products of two of them
  /// do not overflow.
  fileprivate var asSize: Int { Int(clamping: Swift.min(Swift.max(self, -1 << 31), 1 << 31)) }
}

extension ONNXImport.Value {
  var shape: [Int] {
    switch self {
    case .constant(let tensor): tensor.shape
    case .layer(_, let shape): shape
    }
  }
}
