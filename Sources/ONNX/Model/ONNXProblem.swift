/// Why a file is no model that netc can take.
package enum ONNXProblem: Error, Sendable, Equatable {
  /// The file is not what the format says; the reason.
  case damaged(String)
  /// What netc cannot say, node by node.
  case unsupported([String])
}
