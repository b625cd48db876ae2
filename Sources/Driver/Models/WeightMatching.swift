import Layers

/// The parameters of a network held against the tensors of a file: what is which, and all that does not fit.
struct WeightMatching {
  /// A parameter that the file has.
  struct Source: Sendable {
    var tensor: String
    var shape: [Int]
    var conversion: WeightConversion
  }

  struct Wanted {
    var weight: Network.Weight
    var layer: Network.Layer
  }

  struct Difference {
    var wanted: Wanted
    var tensor: TensorFile.Entry
    /// After its layouts; nil where they do not go with it.
    var shape: [Int]?
  }

  /// By the parameters' names.
  private(set) var sources: [String: Source] = [:]
  private(set) var missing: [Network.Weight] = []
  private(set) var differing: [Difference] = []
  /// Tensors that have other elements than floating-point numbers.
  private(set) var unreadable: [TensorFile.Entry] = []
  /// Tensors that are no parameter.
  private(set) var unexpected: [TensorFile.Entry] = []
  /// Parameters that several tensors become.
  private(set) var repeated: [(parameter: String, tensors: [String])] = []
  /// How many tensors the map leaves out.
  private(set) var leftOut = 0

  var isGood: Bool {
    missing.isEmpty && differing.isEmpty && unreadable.isEmpty && unexpected.isEmpty && repeated.isEmpty
  }

  /// - Parameters:
  ///   - wanted: the parameters that the file has to have.
  ///   - entries: the tensors that have to be wanted.
  ///   - map: which tensor is which; equal names count without one.
  init(_ wanted: [Wanted], of network: Network, in entries: [TensorFile.Entry], _ map: WeightMap?) {
    let places = Dictionary(wanted.enumerated().map { ($1.weight.name, $0) }, uniquingKeysWith: { first, _ in first })
    let map = map.map { Self.resolved($0, places, entries) }
    var takers: [String: [String]] = [:]
    for entry in entries {
      var target = WeightMap.Target(name: entry.name)
      if places[entry.name] == nil, let map {
        switch map.match(entry.name, { places[$0] != nil }) {
        case .unknown: break
        case .leftOut:
          leftOut += 1
          continue
        case .target(let found): target = found
        }
      }
      guard let place = places[target.name] else {
        unexpected.append(entry)
        continue
      }
      takers[target.name, default: []].append(entry.name)
      take(entry, as: wanted[place], target, network)
    }
    for parameter in wanted.map(\.weight.name) {
      if let tensors = takers[parameter], tensors.count > 1 { repeated.append((parameter, tensors)) }
    }
    missing = wanted.map(\.weight).filter { takers[$0.name] == nil }
  }

  private mutating func take(
    _ entry: TensorFile.Entry, as wanted: Wanted, _ target: WeightMap.Target, _ network: Network
  ) {
    guard entry.isFloatingPoint else { return unreadable.append(entry) }
    let conversion = WeightConversion(target, wanted.layer, in: network)
    let shape = conversion.converted(entry.shape, [])?.shape
    guard shape == wanted.weight.shape || shape == wanted.weight.storedShape else {
      return differing.append(Difference(wanted: wanted, tensor: entry, shape: shape))
    }
    sources[wanted.weight.name] = Source(tensor: entry.name, shape: entry.shape, conversion: conversion)
  }

  /// Of the maps of one name, the one that gives most parameters.
  private static func resolved(
    _ map: WeightMap, _ wanted: [String: Int], _ entries: [TensorFile.Entry]
  ) -> WeightMap {
    guard let ready = map.ready else { return map }
    func count(_ map: WeightMap) -> Int {
      Set(
        entries.compactMap { entry -> String? in
          guard case .target(let target) = map.match(entry.name, { wanted[$0] != nil }) else { return nil }
          return wanted[target.name] == nil ? nil : target.name
        }
      ).count
    }
    var best = (map: map, count: -1)
    for candidate in ReadyMaps.maps(named: ready) {
      let count = count(candidate)
      if count > best.count { best = (candidate, count) }
    }
    return best.map
  }
}
