import NetIR

/// A function for a step of the network: its sizes are in its text, so that loops have constant bounds. Steps with the
/// same text share one.
struct CKernel: Hashable {
  /// How the numbers of a constant operand lie.
  enum Order: Hashable {
    case plain
    /// Of a dense layer (units, K): K by units.
    case transposed
  }

  struct Operand: Hashable {
    var name: String
    var order = Order.plain
    /// Whether the result may take the place of this one: nothing is read that was written over.
    var mayBeResult = false
  }

  /// What it does, as a name.
  var name: String
  /// In the order of the op's operands.
  var operands: [Operand]
  struct Workspace: Hashable {
    var name: String
    var floats: Int
  }

  /// Scratch memory. Each has a parameter: compilers trust `restrict` there, and hardly elsewhere.
  var workspaces: [Workspace] = []
  /// What its loops take at a time, for the comment; may be empty.
  var remark = ""
  private(set) var helpers: [CHelper] = []
  private(set) var needsMath = false
  var text = CText()

  init(_ name: String, _ operands: [Operand]) { (self.name, self.operands) = (name, operands) }

  /// Operands with no peculiarities.
  init(_ name: String, _ operands: String...) { self.init(name, operands.map { Operand(name: $0) }) }

  /// The name of a helper, which goes into the file.
  mutating func use(_ helper: CHelper) -> String {
    if !helpers.contains(helper) { helpers.append(helper) }
    needsMath = needsMath || helper.needsMath
    return helper.name
  }

  /// A function of `<math.h>`.
  mutating func math(_ function: String) -> String {
    needsMath = true
    return function
  }

  /// An expression with a nonlinearity applied to it.
  mutating func apply(_ activation: Activation, _ value: String) -> String {
    let (text, helper, needsMath) = activation.c(value)
    if let helper { _ = use(helper) }
    self.needsMath = self.needsMath || needsMath
    return text
  }

  /// The larger of all.
  mutating func largest(_ values: [String]) -> String {
    let name = use(.larger)
    return values.dropFirst().reduce(values[0]) { "\(name)(\($0), \($1))" }
  }

  /// Pointers that may be equal are not `restrict`.
  private var resultMayAlias: Bool { operands.contains(where: \.mayBeResult) }

  var parameters: [String] {
    let operands = operands.map { "const float *\($0.mayBeResult ? "" : "restrict ")\($0.name)" }
    let result = "float *\(resultMayAlias ? "" : "restrict ")y"
    return operands + [result] + workspaces.map { "float *restrict \($0.name)" }
  }

  /// Whether two are one function.
  func isSame(as other: CKernel) -> Bool {
    name == other.name && parameters == other.parameters && text.lines == other.text.lines
  }

  /// How many terms of a long sum are added in one go: each result is loaded and stored once for all of them.
  static func unrolled(_ count: Int) -> Int { (1...8).last { count % $0 == 0 } ?? 1 }
}
