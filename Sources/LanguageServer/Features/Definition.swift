import Exchange
import Layers

/// `textDocument/definition`: layers by their names, blocks, constants, anchors and files.
struct Definition {
  let document: OpenDocument
  let offset: Int
  /// The addresses of open documents, by path.
  let uris: [String: String]

  var result: JSONValue {
    guard let place else { return .null }
    switch place {
    case .here(let range): return location(document.uri, JSONValue(range, in: document.text))
    case .there(let span, let analysis):
      let file = analysis.map[span.file]
      let uri = span.file == analysis.file ? document.uri : uris[file.path] ?? FilePath.uri(of: file.path)
      return location(uri, JSONValue(file.range(of: span), in: DocumentText(file.bytes)))
    case .file(let path):
      let start = JSONValue(TextPosition(line: 0, character: 0))
      return location(uris[path] ?? FilePath.uri(of: path), ["start": start, "end": start])
    }
  }

  private func location(_ uri: String, _ range: JSONValue) -> JSONValue { ["uri": .string(uri), "range": range] }

  private var place: NameTable.Place? {
    let (outline, names) = (document.outline, NameTable(document: document))
    guard let cursor = Cursor(at: offset, in: outline) else { return nil }
    if case .alias(let name) = cursor.leaf.kind {
      return outline.anchor(name, above: offset).map { .here($0) }
    }
    guard let text = cursor.leaf.text else { return nil }
    if let constant = document.text.constant(at: offset, in: cursor.leaf.range) {
      return names.constants(in: cursor.block).first { $0.name == constant.name }?.place
    }
    switch cursor.subject {
    case .layerReference: return names.layer(text, in: cursor.block)
    case .layerType(let use): return names.block(use.type)?.place
    case .parameterValue(let use, let key):
      let info = LayerRegistry.kind(named: use.type)?.parameterInfos.first { $0.key == key }
      return info?.schema.function == .initialiser ? names.layer(text, in: cursor.block) : nil
    case .parameterKey(let use):
      return outline.block(use.type)?.parameters.first { $0.name == text }.map { .here($0.range) }
    case .topLevelKey: return outline.flat(text).map { .here($0.layer.nameRange ?? $0.layer.typeRange) }
    case .file where FilePath.path(of: document.uri) != nil:
      return .file(FilePath.resolve(text, from: document.path))
    default: return nil
    }
  }
}
