/// Why a file of another framework is no model that netc can take.
package enum ModelProblem: Error, Sendable, Equatable {
  /// The file is not what the format says; the reason.
  case damaged(String)
  /// What netc cannot say, part by part.
  case unsupported([String])
}
