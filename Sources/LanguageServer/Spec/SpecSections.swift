import Layers

extension SpecKeys {
  /// The keys of a section by the name that a cursor gives it.
  static func section(_ name: String) -> [Row] {
    switch name {
    case "data": data
    case "train": train
    case "base": base
    case "weights": weights
    case "baseWeights": baseWeights
    case "block": block
    case "preprocess": preprocessing
    case "warnings": warnings
    default: []
    }
  }
}

extension ValueSchema {
  /// Which functions a value may name.
  var function: Cursor.Function? {
    if alternatives.contains(.nonlinearity) { return .nonlinearity }
    return alternatives.contains(.initialiser) ? .initialiser : nil
  }
}
