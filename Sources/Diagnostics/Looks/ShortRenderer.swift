/// One line per diagnostic, as editors and `grep` like it: `file:line:column: error: … [N0203]`.
package struct ShortRenderer: DiagnosticRenderer {
  private let map: SourceMap

  package init(map: SourceMap) { self.map = map }

  package func render(_ diagnostic: Diagnostic) -> String {
    let place: String
    switch diagnostic.place {
    case .source(let label): place = map.address(label.span) + ": "
    case .file(let path): place = SafeText.escaped(path) + ": "
    case .none: place = ""
    }
    let message = SafeText.escaped(diagnostic.message)
    return "\(place)\(diagnostic.severity.rawValue): \(message) [\(diagnostic.code.rawValue)]"
  }
}
