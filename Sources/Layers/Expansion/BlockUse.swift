import Diagnostics

/// A place where a block is used.
package struct BlockUse: Sendable, Equatable {
  package var block: String
  /// The full name of this use.
  package var name: String
  package var span: SourceSpan

  /// What a diagnostic inside of the block adds.
  package var note: Diagnostic.Related {
    Diagnostic.Related(message: "in `\(name)`, a use of the block `\(block)`", span: span)
  }
}

/// Another name for one or more layers: a block is its last layer, its `input` is what it was given, and a
/// layer whose condition is false is its own incoming.
package struct LayerAlias: Sendable {
  package var targets: [Reference]
  package var span: SourceSpan
}
