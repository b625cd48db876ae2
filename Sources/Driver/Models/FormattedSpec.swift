import Formatting

/// A spec file and what becomes of it when it is formatted.
package struct FormattedSpec: Sendable {
  package typealias Outcome = FormattingOutcome

  package let loaded: LoadedSpec
  package let outcome: Outcome

  /// - Parameter path: a file, or `-` for standard input.
  package init(_ path: String) {
    self.init(SpecLoader.load(path), path)
  }

  package init(_ loaded: LoadedSpec, _ path: String) {
    self.loaded = loaded
    outcome = Outcome(loaded.read) { SpecLoader.understand($0, path, as: loaded.path).read }
  }
}

extension LoadedSpec {
  fileprivate var read: ReadSpec { ReadSpec(map: map, bag: bag, root: root, spec: spec, network: network) }
}
