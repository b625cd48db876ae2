import Exchange
import Layers

/// `textDocument/documentSymbol`: constants, blocks and layers.
struct Symbols {
  /// Numbers of the protocol's kinds of symbols.
  private enum Kind: Int { case layer = 5, block = 2, constant = 14 }

  private struct Symbol {
    var name: String
    var detail: String
    var kind: Kind
    var range: Range<Int>
    var selection: Range<Int>
    var children: [Symbol] = []
  }

  let document: OpenDocument
  let client: ClientAbilities

  var result: JSONValue {
    let outline = document.outline
    let facts = LayerFacts(document: document)
    let constants = outline.constants.map {
      Symbol(
        name: $0.name, detail: $0.text, kind: .constant, range: $0.range, selection: $0.range)
    }
    let blocks = outline.blocks.map { block in
      let words = block.parameters.map(\.name).joined(separator: ", ")
      return Symbol(
        name: block.name, detail: words, kind: .block, range: block.range, selection: block.nameRange,
        children: block.layers.map { symbol($0, facts, inBlock: true) })
    }
    let all = constants + blocks + outline.layers.map { symbol($0, facts, inBlock: false) }
    return .array(client.nestedSymbols ? all.map(nested) : all.flatMap { flat($0, container: nil) })
  }

  private func symbol(_ layer: OutlineLayer, _ facts: LayerFacts, inBlock: Bool) -> Symbol {
    let group = inBlock ? nil : facts.groups(of: layer, in: nil).last
    let shape = group.map { " → \($0.shape.crossed)" } ?? ""
    let name = layer.name ?? (inBlock ? nil : facts.automaticName(of: layer)) ?? layer.type
    return Symbol(
      name: name.isEmpty ? "?" : name, detail: layer.type + shape, kind: .layer, range: layer.range,
      selection: layer.nameRange ?? layer.typeRange)
  }

  private func nested(_ symbol: Symbol) -> JSONValue {
    let range = symbol.range.lowerBound..<max(symbol.range.upperBound, symbol.selection.upperBound)
    return [
      "name": .string(symbol.name), "detail": .string(symbol.detail), "kind": .int(symbol.kind.rawValue),
      "range": JSONValue(range, in: document.text), "selectionRange": JSONValue(symbol.selection, in: document.text),
      "children": .array(symbol.children.map(nested)),
    ]
  }

  private func flat(_ symbol: Symbol, container: String?) -> [JSONValue] {
    let own: JSONValue = .object(
      [
        ("name", .string(symbol.name)), ("kind", .int(symbol.kind.rawValue)),
        ("location", ["uri": .string(document.uri), "range": JSONValue(symbol.range, in: document.text)]),
      ] + (container.map { [("containerName", .string($0))] } ?? []))
    return [own] + symbol.children.flatMap { flat($0, container: symbol.name) }
  }
}
