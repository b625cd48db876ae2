import Diagnostics

/// Every layer type. A new one is one line here.
package enum LayerRegistry {
  package static let kinds: [any LayerKind.Type] = [
    Input.self,
    Conv2D.self,
    Conv1D.self,
    Conv3D.self,
    TransposedConv2D.self,
    DepthwiseConv2D.self,
    LocallyConnected2D.self,
    Dense.self,
    NIN.self,
    MaxPool2D.self,
    MaxPool1D.self,
    MaxPool3D.self,
    Pool2D.self,
    GlobalPool.self,
    FeaturePool.self,
    SpatialPyramidPooling.self,
    Upscale2D.self,
    LRN.self,
    BatchNorm.self,
    Standardization.self,
    InstanceNorm.self,
    LayerNorm.self,
    Dropout.self,
    SpatialDropout.self,
    GaussianNoise.self,
    NonlinearityLayer.self,
    ParametricRectifier.self,
    RandomizedRectifier.self,
    Bias.self,
    Scale.self,
    Concat.self,
    ElemwiseSum.self,
    ElemwiseMerge.self,
    Flatten.self,
    Reshape.self,
    Dimshuffle.self,
    Pad.self,
    Slice.self,
  ]

  /// The names that a spec may use, without the suffix `Layer`.
  package static var names: [String] { kinds.map { $0.typeName } }

  /// Finds a type by its name, with or without the suffix `Layer`.
  package static func kind(named name: String) -> (any LayerKind.Type)? {
    byName[name] ?? (name.hasSuffix("Layer") ? byName[String(name.dropLast(5))] : nil)
  }

  private static let byName: [String: any LayerKind.Type] = {
    var table: [String: any LayerKind.Type] = [:]
    for kind in kinds {
      for name in [kind.typeName] + kind.aliases { table[name] = kind }
    }
    return table
  }()
}
