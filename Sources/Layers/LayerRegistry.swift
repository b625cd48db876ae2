import Diagnostics

/// Every layer type. A new one is one line here.
package enum LayerRegistry {
  package static let kinds: [any LayerKind.Type] = [
    Input.self,
    Conv2D.self,
    Dense.self,
    MaxPool2D.self,
    Pool2D.self,
    GlobalPool.self,
    LRN.self,
    BatchNorm.self,
    Dropout.self,
    NonlinearityLayer.self,
    Concat.self,
    ElemwiseSum.self,
    Flatten.self,
    Reshape.self,
    Pad.self,
  ]

  /// Layers of the language that this version cannot build yet. Naming them is better than calling them
  /// unknown.
  package static let planned: [String] = [
    "Conv1D", "Conv3D", "TransposedConv2D", "DepthwiseConv2D", "LocallyConnected2D", "NIN", "MaxPool1D",
    "MaxPool3D", "FeaturePool", "SpatialPyramidPooling", "Upscale2D", "Standardization", "InstanceNorm",
    "LayerNorm", "SpatialDropout", "GaussianNoise", "ParametricRectifier", "RandomizedRectifier", "Bias",
    "Scale", "ElemwiseMerge", "Dimshuffle", "Slice",
  ]

  /// The names that a spec may use, without the suffix `Layer`.
  package static var names: [String] { kinds.map { $0.typeName } }

  /// Finds a type by its name, with or without the suffix `Layer`.
  package static func kind(named name: String) -> (any LayerKind.Type)? {
    byName[name] ?? (name.hasSuffix("Layer") ? byName[String(name.dropLast(5))] : nil)
  }

  package static func isPlanned(_ name: String) -> Bool {
    planned.contains(name) || name.hasSuffix("Layer") && planned.contains(String(name.dropLast(5)))
  }

  private static let byName: [String: any LayerKind.Type] = {
    var table: [String: any LayerKind.Type] = [:]
    for kind in kinds {
      for name in [kind.typeName] + kind.aliases { table[name] = kind }
    }
    return table
  }()
}
