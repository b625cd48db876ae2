import NetIR

/// All constants of a network in one array, each at a place of its own.
struct CWeights {
  struct Entry {
    /// Of its place in the file.
    var name: String
    var value: ValueID
    var order: CKernel.Order
    var offset: Int
  }

  private struct Key: Hashable {
    var name: String
    var value: ValueID?
    var order: CKernel.Order
  }

  let graph: Graph
  private(set) var entries: [Entry] = []
  /// Floats of all, with those between them that align each to 16 bytes.
  private(set) var floats = 0
  private var known: [Key: Int] = [:]

  init(_ graph: Graph) { self.graph = graph }

  /// The name of the place of a constant, which gets one when it is first asked for.
  mutating func name(of id: ValueID, _ order: CKernel.Order, _ names: inout CNames) -> String {
    let key: Key =
      if case .constant(let name, _) = graph[id].op {
        Key(name: name, value: nil, order: order)
      } else {
        Key(name: "", value: id, order: order)
      }
    if let index = known[key] { return entries[index].name }
    let entry = Entry(name: names.unique(label(id)), value: id, order: order, offset: floats)
    floats += (graph[id].shape.elements + 3) / 4 * 4
    known[key] = entries.count
    entries.append(entry)
    return entry.name
  }

  func shape(_ entry: Entry) -> [Int] {
    entry.order == .transposed ? graph[entry.value].shape.reversed() : graph[entry.value].shape
  }

  /// What a parameter, or what was made of it, is called.
  private func label(_ id: ValueID) -> String {
    switch graph[id].op {
    case .constant(let name, _): name
    case .reshape, .rearrange: label(graph[id].operands[0])
    default: graph[id].name
    }
  }

  /// The floats of an entry as kernels read them.
  ///
  /// - Parameter values: the numbers of a constant, in C order.
  func numbers(_ entry: Entry, _ values: (ValueID) throws -> [Float]) rethrows -> [Float] {
    let plain = try values(entry.value)
    guard entry.order == .transposed else { return plain }
    let shape = graph[entry.value].shape
    return Rearrangement.transpose(shape, [1, 0]).apply(plain, of: shape)
  }
}
