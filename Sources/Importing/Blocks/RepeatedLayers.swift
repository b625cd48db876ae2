extension ImportedNetwork {
  /// Makes blocks of layers that come again and again, so that a long network is short to read. Layers of a block get the
  /// names `use/layer`, their parameters too; those that `sections` speak of stay as they are.
  ///
  /// - Parameter isTaken: whether a name is one of a layer type.
  package mutating func foldRepeats(isTaken: (String) -> Bool) {
    guard layers.count >= Self.long else { return }
    while blocks.count < 8, let repeated = bestRepetition() { fold(repeated, isTaken) }
  }

  /// Fewer lines are not worth a block.
  private static let leastSaved = 6
  private static let mostParameters = 8

  /// What runs of one block have in common.
  private struct Kind: Hashable {
    var shape: LayerRun.Shape
    /// Of the layers within; nil where names say nothing.
    var names: [String]?
  }

  /// Runs of one kind that do not overlap and save the most lines.
  private func bestRepetition() -> [LayerRun]? {
    let types = Set(blocks.map(\.name))
    let names = Set(layers.map(\.name))
    let told = Set(sections.joined(separator: "\n").split { !($0.isLetter || $0.isNumber || "_-/".contains($0)) })
    let runs = LayerRun.all(of: self) { layer in
      layer.incomings.isEmpty || types.contains(layer.type) || told.contains(layer.name[...])
        // A parameter that is another layer's.
        || layer.options.contains { ["W", "b"].contains($0.key) && names.contains($0.value) }
    }
    var best: (runs: [LayerRun], saved: Int) = ([], 0)
    for group in Dictionary(grouping: runs, by: { Kind(shape: $0.shape, names: runNames(of: $0)?.layers) }).values
    where group.count > 1 {
      var apart: [LayerRun] = []
      for run in group.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
      where apart.last.map({ $0.range.upperBound <= run.range.lowerBound }) ?? true {
        apart.append(run)
      }
      let length = apart[0].range.count
      // A line of a block counts twice: it is read with every use.
      let lines = apart.count * length - (2 * length + apart.count + 3)
      // An end where branches join is worth a third of the lines, names that people know are worth half of them.
      let joined = layers[apart[0].range.upperBound - 1].incomings.count > 1 ? lines + lines / 3 : lines
      let isKnown = knownNames(of: apart) != nil
      guard isKnown || length > 3 && layers[apart[0].range].allSatisfy({ RunNames.isNumber($0.name) }) else { continue }
      let saved = isKnown ? joined : joined / 2
      guard saved >= Self.leastSaved, parameters(of: apart).count <= Self.mostParameters else { continue }
      // Groups come in any order: of those that save as much, the first and shortest is taken.
      if let first = best.runs.first {
        guard (-saved, apart[0].range.lowerBound, length) < (-best.saved, first.range.lowerBound, first.range.count)
        else { continue }
      }
      best = (apart, saved)
    }
    return best.runs.isEmpty ? nil : best.runs
  }

  /// What the runs do not have in common.
  private struct Varying {
    /// Options of layers, by their places in a run, that have these values.
    var options: [(place: Int, key: String)]
    /// In each run.
    var values: [String]
  }

  /// Options that count channels: where two vary alike they are one parameter.
  private static let widths: Set<String> = ["num_filters", "num_groups", "num_units"]

  private func parameters(of runs: [LayerRun]) -> [Varying] {
    var found: [Varying] = []
    for place in 0..<runs[0].range.count {
      let keys = layers[runs[0].range.lowerBound + place].said.map(\.key) + ImportedNetwork.Layer.silent.keys.sorted()
      var seen: Set<String> = []
      for key in keys where seen.insert(key).inserted {
        let values = runs.compactMap { layers[$0.range.lowerBound + place].value(key) }
        guard values.count == runs.count, Set(values).count > 1 else { continue }
        let same = found.firstIndex { known in
          let other = known.options[0].key
          return known.values == values && (other == key || Self.widths.isSuperset(of: [other, key]))
        }
        if let same {
          found[same].options.append((place, key))
        } else {
          found.append(Varying(options: [(place, key)], values: values))
        }
      }
    }
    return found
  }

  private mutating func fold(_ runs: [LayerRun], _ isTaken: (String) -> Bool) {
    let names = names(of: runs)
    let stem = RunNames.stem(names.map(\.use))
    var (name, number) = (stem.isEmpty ? "block" : stem, 1)
    while isTaken(name) || blocks.contains(where: { $0.name == name }) || layers.contains(where: { $0.type == name }) {
      number += 1
      name = stem.isEmpty ? "block\(number)" : number == 2 && isTaken(stem) ? "\(stem)_block" : "\(stem)_block\(number)"
    }
    let varying = parameters(of: runs)
    let words = varying.map { parameter in
      let (place, key) = parameter.options[0]
      let word = Self.short[key] ?? key
      if varying.count(where: { $0.options[0].key == key }) == 1 { return word }
      // What the layer is called tells it from others, and alone says enough of widths.
      let layer = String(names[0].layers[place].map { $0 == "-" ? "_" : $0 })
      return word == "filters" && layer.first?.isLetter == true ? layer : "\(word)_\(layer)"
    }
    let fallbacks = varying.map { parameter -> String? in
      let (place, key) = parameter.options[0]
      return layers[runs[0].range.lowerBound + place].type == "Conv2D" ? Layer.silent[key] : nil
    }
    // The block, from its first use.
    var block = Block(name: name, parameters: Array(zip(words, fallbacks)).map { ($0, $1) }, layers: [])
    let first = runs[0]
    let inner = Dictionary(uniqueKeysWithValues: zip(layers[first.range].map(\.name), names[0].layers))
    for (place, layer) in layers[first.range].enumerated() {
      var layer = layer
      layer.name = names[0].layers[place]
      layer.incomings = layer.incomings.map { inner[$0] ?? "input" }
      for (word, parameter) in zip(words, varying) {
        for option in parameter.options where option.place == place {
          if let known = layer.options.firstIndex(where: { $0.key == option.key }) {
            layer.options[known].value = "$\(word)"
          } else {
            layer.options.append((option.key, "$\(word)"))
          }
        }
      }
      block.layers.append(layer)
    }
    blocks.append(block)
    for (use, run) in runs.enumerated().reversed() {
      let options = varying.indices.compactMap { index -> (key: String, value: String)? in
        let value = varying[index].values[use]
        return value == fallbacks[index] ? nil : (words[index], value)
      }
      rename(layers[run.range].map(\.name), to: names[use])
      layers.replaceSubrange(
        run.range, with: [Layer(type: name, name: names[use].use, incomings: [run.source], options: options)])
    }
  }

  /// Options by the words that people use for them.
  private static let short = ["num_filters": "filters", "num_units": "units", "filter_size": "size"]

  private func runNames(of run: LayerRun) -> RunNames? { RunNames(layers[run.range].map(\.name)) }

  /// The names that runs of one kind have within; nil where they say nothing, or a use's is taken.
  private func knownNames(of runs: [LayerRun]) -> [RunNames]? {
    let found = runs.compactMap { runNames(of: $0) }
    let inRuns = Set(runs.flatMap { layers[$0.range].map(\.name) })
    let others = Set(layers.map(\.name)).subtracting(inRuns)
    let uses = Set(found.map(\.use))
    return found.count == runs.count && uses.count == runs.count && uses.isDisjoint(with: others) ? found : nil
  }

  /// These, or else such as tell the layers' types.
  private func names(of runs: [LayerRun]) -> [RunNames] {
    if let known = knownNames(of: runs) { return known }
    var (names, number): ([RunNames], Int) = ([], 0)
    for run in runs {
      repeat { number += 1 } while layers.contains { $0.name == "block\(number)" }
      names.append(RunNames(use: "block\(number)", types: layers[run.range].map(\.type)))
    }
    return names
  }

  /// Says the new names of a run's layers wherever they are read, and of their parameters.
  private mutating func rename(_ old: [String], to names: RunNames) {
    let full = Dictionary(uniqueKeysWithValues: zip(old, names.layers.map { "\(names.use)/\($0)" }))
    for index in weights.indices {
      guard let dot = weights[index].name.lastIndex(of: "."), let new = full[String(weights[index].name[..<dot])]
      else { continue }
      weights[index].name = new + weights[index].name[dot...]
    }
    guard let last = old.last else { return }
    for index in layers.indices {
      layers[index].incomings = layers[index].incomings.map { $0 == last ? names.use : $0 }
    }
    outputs = outputs.map { $0 == last ? names.use : $0 }
  }
}
