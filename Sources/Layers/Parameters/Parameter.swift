import Diagnostics
import YAMLSyntax

/// One YAML parameter of a layer type: its key, where its value goes, what is allowed, and its doc.
package struct Parameter<Kind: LayerKind>: Sendable {
  package let info: ParameterInfo
  /// Reads the node into the layer; false when it was wrong and has been reported.
  package let decode: @Sendable (Node, inout Kind, inout DecodeContext) -> Bool

  /// A parameter with a default, which the reference prints as `fallback`.
  package init<Value>(
    _ key: String, _ path: any WritableKeyPath<Kind, Value> & Sendable, _ type: ValueType<Value>,
    default fallback: String? = nil, _ doc: String
  ) {
    info = ParameterInfo(key: key, expected: type.expected, fallback: fallback, doc: doc, schema: type.schema)
    decode = { node, kind, context in
      guard let value = type.decode(node, &context) else { return false }
      kind[keyPath: path] = value
      return true
    }
  }
}

/// What the reference, suggestions and messages need of a parameter.
package struct ParameterInfo: Sendable, Equatable {
  package var key: String
  package var expected: String
  /// As it would be written in a spec; nil when the parameter must be given.
  package var fallback: String?
  package var doc: String
  package var schema: ValueSchema
}

/// What a decoder reports to, and on whose behalf.
package struct DecodeContext {
  package var bag: DiagnosticBag
  /// `Conv2D`, for messages.
  package var layerType: String
  package var key: String

  package init(bag: DiagnosticBag = DiagnosticBag(), layerType: String = "", key: String = "") {
    self.bag = bag
    self.layerType = layerType
    self.key = key
  }

  /// "`stride` of Conv2D must be a positive whole number, not the text `two`".
  package mutating func wrongType(_ node: Node, expected: String, help: [String] = []) {
    bag.report(
      Diagnostic(
        .wrongType, "`\(key)` of \(layerType) must be \(expected), not \(node.kindName)", at: node.span,
        label: "expected \(expected)", related: node.usedThrough, help: help))
  }

  package mutating func outOfRange(_ node: Node, expected: String, help: [String] = []) {
    bag.report(
      Diagnostic(
        .outOfRange, "`\(key)` of \(layerType) must be \(expected), not \(node.scalarText ?? node.kindName)",
        at: node.span, label: "expected \(expected)", related: node.usedThrough, help: help))
  }
}

extension Node {
  /// A note for each alias through which the value was used.
  package var usedThrough: [Diagnostic.Related] {
    uses.map { Diagnostic.Related(message: "used here through an alias", span: $0) }
  }
}

extension LayerKind {
  /// The parameters that a spec may give to this type, those of every layer left out.
  package static var parameterInfos: [ParameterInfo] { parameters.map(\.info) }

  /// Reads a layer from the entries of its mapping; nil when something in it is wrong. Every mistake is
  /// reported, not only the first.
  ///
  /// - Parameter unreadable: keys that were given with a value that is wrong for a reason already reported.
  package static func decode(
    _ entries: [Node.Entry], at place: SourceSpan, unreadable: Set<String> = [], context: inout DecodeContext
  ) -> (any LayerKind)? {
    var kind = Self()
    var good = unreadable.isEmpty
    var given = unreadable
    context.layerType = typeName
    for entry in entries {
      guard let key = entry.key.scalarText else { continue }
      given.insert(key)
      guard let parameter = parameters.first(where: { $0.info.key == key }) else {
        good = false
        let problem = unknown(key, at: entry.key.span, layer: typeName, known: parameters.map(\.info.key))
        context.bag.report(problem)
        // A misspelt parameter is not missing, too.
        if let meant = problem.replacement?.text { given.insert(meant) }
        continue
      }
      context.key = key
      if !parameter.decode(entry.value, &kind, &context) { good = false }
    }
    for parameter in parameters where parameter.info.fallback == nil && !given.contains(parameter.info.key) {
      good = false
      context.bag.report(
        Diagnostic(
          .missingParameter, "\(typeName) needs `\(parameter.info.key)`", at: place, label: "not given",
          notes: ["`\(parameter.info.key)`: \(parameter.info.doc)"],
          help: ["add `\(parameter.info.key):` with \(parameter.info.expected)"]))
    }
    return good ? kind : nil
  }
}

/// Keys that every layer takes.
package let commonLayerKeys = ["name", "incoming", "incomings", "trainable"]

private func unknown(_ key: String, at span: SourceSpan, layer: String, known: [String]) -> Diagnostic {
  .unknown(
    .unknownParameter, "unknown parameter `\(key)` of \(layer)", word: key, at: span,
    among: known + commonLayerKeys)
}

extension Diagnostic {
  /// A word that is not one of those known here, with the nearest one as its mending.
  package static func unknown(
    _ code: DiagnosticCode, _ message: String, word: String, at span: SourceSpan,
    among known: some Sequence<String>, notes: [String] = []
  ) -> Diagnostic {
    let hint = Suggestion.unknown(word: word, among: known)
    return Diagnostic(
      code, message, at: span, label: hint.label, notes: notes, help: hint.help,
      replacement: hint.suggestion.map { Replacement(span: span, text: $0) })
  }
}
