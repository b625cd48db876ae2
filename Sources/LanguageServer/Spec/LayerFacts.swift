import Compiler
import Diagnostics
import Layers

/// What the last good check knows of the layers that the text names.
struct LayerFacts {
  /// A written layer may become several of the network: with `batch_norm`, with `repeat`, and as a use of a block.
  struct Group {
    var name: String
    /// Places in the network.
    var layers: [Int]
    var shape: LayerShape
    var rows: [NetworkReport.Row]

    var parameters: Int { rows.reduce(0) { $0 + $1.parameters } }
    var state: Int { rows.reduce(0) { $0 + $1.state } }
    var macs: Int { rows.reduce(0) { $0 + $1.work.macs } }
    var field: ReceptiveField? { rows.last?.field }
  }

  let document: OpenDocument
  private let network: Network?
  private let rows: [NetworkReport.Row]
  /// Whether places of the network are places of the text.
  private let isCurrent: Bool
  private var byType: [Int: [Int]] = [:]
  private var placesOfNames: [Int: [String]] = [:]
  private var declared: [Int: String] = [:]

  init(document: OpenDocument) {
    self.document = document
    let good = document.good
    (network, rows) = (good?.network, good?.rows ?? [])
    isCurrent = document.analysis?.network != nil
    if isCurrent, let good, let network {
      let file = good.map[good.file]
      for (index, layer) in network.layers.enumerated() where layer.span.file == good.file {
        byType[file.offset(of: layer.span.start), default: []].append(index)
      }
      for (name, alias) in good.spec?.aliases ?? [:] where alias.span.file == good.file {
        placesOfNames[file.offset(of: alias.span.start), default: []].append(name)
      }
    }
    if let analysis = document.analysis, let spec = analysis.spec {
      let file = analysis.map[analysis.file]
      for layer in spec.layers where layer.typeSpan.file == analysis.file && !layer.isContinuation {
        declared[file.offset(of: layer.typeSpan.start)] = layer.name
      }
    }
  }

  /// The name that netc gave to a layer.
  func automaticName(of layer: OutlineLayer) -> String? { declared[layer.typeRange.lowerBound] }

  /// What a written layer has become; in a block once for each use.
  func groups(of layer: OutlineLayer, in block: String?) -> [Group] {
    guard isCurrent else { return block == nil ? layer.name.map(groups(named:)) ?? [] : [] }
    if let direct = byType[layer.typeRange.lowerBound] { return grouped(direct) }
    let places = [layer.typeRange.lowerBound] + (layer.nameRange.map { [$0.lowerBound] } ?? [])
    return places.lazy.map { uses(at: $0) }.first { !$0.isEmpty } ?? []
  }

  /// The layers of a name as the whole spec knows it.
  func groups(named name: String) -> [Group] {
    guard let network else { return [] }
    let direct = network.layers.indices.filter { network.layers[$0].name == name }
    if let first = direct.first {
      let parts = network.layers.indices.filter {
        $0 > first && network.layers[$0].span == network.layers[first].span
          && [name + "_bn", name + "_nonlin"].contains(network.layers[$0].name)
      }
      return group(name, direct + parts).map { [$0] } ?? []
    }
    return group(name, network.layers.indices.filter { network.layers[$0].name.hasPrefix(name + "/") }).map { [$0] }
      ?? []
  }

  private func uses(at offset: Int) -> [Group] {
    guard let network else { return [] }
    return (placesOfNames[offset] ?? []).filter { !$0.hasSuffix("/input") && !$0.hasSuffix("/inputs") }.sorted()
      .compactMap { name in
        group(name, network.layers.indices.filter { network.layers[$0].name.hasPrefix(name + "/") })
      }
  }

  /// Copies of one written layer, each with the parts that `batch_norm` made of it.
  private func grouped(_ indices: [Int]) -> [Group] {
    guard let network else { return [] }
    var groups: [(name: String, layers: [Int])] = []
    for index in indices {
      let name = network.layers[index].name
      if let last = groups.indices.last, [groups[last].name + "_bn", groups[last].name + "_nonlin"].contains(name) {
        groups[last].layers.append(index)
      } else {
        groups.append((name, [index]))
      }
    }
    return groups.compactMap { group($0.name, $0.layers) }
  }

  private func group(_ name: String, _ layers: [Int]) -> Group? {
    guard let network, let last = layers.last else { return nil }
    let own = layers.filter { rows.indices.contains($0) }.map { rows[$0] }
    return Group(name: name, layers: layers, shape: network.layers[last].shape, rows: own)
  }
}
