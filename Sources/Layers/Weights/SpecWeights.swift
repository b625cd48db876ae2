import Diagnostics
import YAMLSyntax

/// The weights that a spec names: of the layers that it takes over from its base, or of all its layers.
package struct SpecWeights: Sendable, Equatable {
  /// Where they are named.
  package enum Owner: Sendable, Equatable {
    /// In `base`, which names that spec, as written.
    case base(String)
    /// In `weights`.
    case spec

    /// The key of the spec that says more of them.
    package var key: String { self == .spec ? "weights" : "base" }
  }

  /// As written: it counts from the folder of the file in which `span` is.
  package var path: String
  package var span: SourceSpan
  package var owner: Owner
  /// Every tensor of the base as it stands by itself: those of layers that were taken out may be in the file.
  package var known: Set<String> = []
  /// How the file's tensors are called here.
  package var map: WeightMap?
  /// Tensors of the file that are left out on purpose.
  package var unused: [NamePattern] = []
  /// Parameters that are initialised on purpose.
  package var fresh: [NamePattern] = []
}
