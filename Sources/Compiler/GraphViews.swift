import NetIR

/// Which values show the bytes of others: reshapes, weights that are read as the transposition of what lies there, and
/// what lies in the result of a concatenation.
struct GraphViews {
  private var views: [ValueID: View] = [:]

  /// What a value shows of another one, which may be a view itself.
  struct View {
    var of: ValueID
    /// Of a view of some channels, the first.
    var firstChannel: Int?
  }

  /// - Parameter graph: concatenations without a kernel are taken as done by those who write their operands.
  init(_ graph: Graph) {
    let isConstant = graph.constants()
    for id in graph.ids where !isConstant[id.index] {
      switch graph[id].op {
      case .reshape: views[id] = View(of: graph[id].operands[0])
      case .packWeights where graph[id].layout == UnpackedDense.transposedWeights:
        views[id] = View(of: graph[id].operands[0])
      case .concat where graph[id].kernel == nil:
        var first = 0
        for operand in graph[id].operands {
          views[operand] = View(of: id, firstChannel: first)
          first += graph[operand].shape[1]
        }
      default: break
      }
    }
  }

  /// Nil for a value that owns its bytes.
  subscript(id: ValueID) -> View? {
    guard let view = views[id] else { return nil }
    guard let further = self[view.of] else { return view }
    guard let first = further.firstChannel else { return View(of: further.of, firstChannel: view.firstChannel) }
    return View(of: further.of, firstChannel: first + (view.firstChannel ?? 0))
  }

  func root(of id: ValueID) -> ValueID { self[id]?.of ?? id }
}
