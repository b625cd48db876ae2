import Layers

/// What stands at a place of a document.
struct Cursor: Sendable {
  /// Parameters of a layer, of a use of a block, or of a type in `defaults`.
  struct Use: Sendable, Equatable {
    var type: String
    var isDefaults = false
    /// Keys that are there already.
    var keys: [String] = []
    /// Where its type is written.
    var typeRange: Range<Int>?
    /// Written in `[…]`, where nolearn's types have the suffix `Layer`.
    var isList = false
  }

  enum Function: Sendable, Equatable { case nonlinearity, initialiser }

  indirect enum Subject: Sendable, Equatable {
    case topLevelKey
    /// A key of a section of the spec.
    case sectionKey(String)
    case layerType(Use)
    case defaultsType
    case layerName(Use)
    case parameterKey(Use)
    case parameterValue(Use, key: String)
    /// The name in `{leaky_rectify: {leakiness: 0.2}}`, and a parameter of it.
    case functionName(Function)
    case functionArgument(Function, String)
    case layerReference(Use?)
    case updateRule
    case warningSwitch
    case file
    case blockName
    case blockParameter
    case constantName
    case other
  }

  var subject: Subject
  /// The block in which it stands.
  var block: String?
  var leaf: LooseNode
  var isKey: Bool
  var hasColon: Bool
  /// The layer or the use of a block around it, by its place in its list.
  var layerIndex: Int?

  /// - Returns: nil where no word is.
  init?(at offset: Int, in outline: Outline) {
    guard var path = LoosePath(to: offset, in: outline.root) else { return nil }
    // A word alone below a key is a key that begins.
    if !path.isKey, let text = path.leaf.text, path.steps.last?.key != nil, outline.startsLine(path.leaf) {
      path.steps.append(.key(text))
      path.containers.append(LooseNode(.mapping([]), path.leaf.range))
      (path.isKey, path.hasColon) = (true, false)
    }
    (leaf, isKey, hasColon, subject) = (path.leaf, path.isKey, path.hasColon, .other)
    resolve(path, outline)
  }

  private mutating func resolve(_ path: LoosePath, _ outline: Outline) {
    let steps = path.steps
    guard let first = steps.first?.key else {
      // A lone word at the top of a document.
      if steps.isEmpty { (subject, isKey, hasColon) = (.topLevelKey, true, false) }
      return
    }
    if steps.count == 1, isKey {
      subject = .topLevelKey
      return
    }
    switch first {
    case "layers": resolveLayers(path, from: 1)
    case "blocks": resolveBlocks(path)
    case "defaults": resolveDefaults(path)
    case "data": resolveData(path)
    case "train": subject = isKey && steps.count == 2 ? .sectionKey("train") : trainValue(steps)
    case "base": resolveBase(steps)
    case "weights": resolveWeights(Array(steps.dropFirst()), section: "weights")
    case "let" where isKey && steps.count == 2: subject = .constantName
    case "warnings":
      if steps.count == 2 { subject = isKey ? .sectionKey("warnings") : .warningSwitch }
    case "include": subject = .file
    case "outputs": subject = .layerReference(nil)
    case "update" where !isKey || steps.count == 2: subject = .updateRule
    case "name", "classes": subject = .other
    default: resolveFlat(first, path, outline)
    }
  }

  // MARK: Layers

  private mutating func resolveLayers(_ path: LoosePath, from start: Int) {
    let steps = Array(path.steps[start...])
    guard case .index(let index)? = steps.first else { return }
    layerIndex = index
    guard steps.count > 1 else {
      subject = .layerType(Use(type: leaf.text ?? "", typeRange: leaf.range))
      return
    }
    let item = path.containers[start + 1]
    switch steps[1] {
    case .key(let type):
      let entry = item.entries?.first { $0.key.text == type }
      let use = Use(
        type: type, keys: Self.keys(entry?.value), typeRange: entry?.key.range)
      if steps.count == 2 {
        // A word behind a type, without a brace yet.
        subject = isKey ? .layerType(use) : .parameterKey(use)
        if !isKey { hasColon = false }
      } else {
        resolveParameters(use, Array(steps[2...]))
      }
    case .index(let place):
      let elements = item.elements ?? []
      let isNamed = elements.count > 1 && elements[1].text != nil
      let type = isNamed ? elements[1] : elements.first
      let keys = elements.last.map(Self.keys) ?? []
      let use = Use(type: type?.text ?? "", keys: keys, typeRange: type?.range, isList: true)
      if steps.count > 2 {
        resolveParameters(use, Array(steps[2...]))
      } else if isNamed, place == 0 {
        subject = .layerName(use)
      } else if place < 2 {
        subject = .layerType(use)
      }
    }
  }

  private static func keys(_ node: LooseNode?) -> [String] { (node?.entries ?? []).compactMap(\.key.text) }

  private mutating func resolveParameters(_ use: Use, _ steps: [LoosePath.Step]) {
    guard let key = steps.first?.key else { return }
    if steps.count == 1, isKey {
      subject = .parameterKey(use)
      return
    }
    switch key {
    case "name": subject = .layerName(use)
    case "incoming", "incomings": subject = .layerReference(use)
    default: resolveValue(use, key, Array(steps.dropFirst()))
    }
  }

  private mutating func resolveValue(_ use: Use, _ key: String, _ steps: [LoosePath.Step]) {
    subject = .parameterValue(use, key: key)
    let info = LayerRegistry.kind(named: use.type)?.parameterInfos.first { $0.key == key }
    guard let function = info?.schema.function, isKey, let name = steps.first?.key else { return }
    subject = steps.count == 1 ? .functionName(function) : .functionArgument(function, name)
  }

  /// `conv1_num_filters: 32`
  private mutating func resolveFlat(_ key: String, _ path: LoosePath, _ outline: Outline) {
    guard let (layer, parameter) = outline.flat(key) else { return }
    let use = Use(type: layer.type, typeRange: layer.typeRange)
    switch parameter {
    case "incoming", "incomings": subject = .layerReference(use)
    default: resolveValue(use, parameter, Array(path.steps.dropFirst()))
    }
  }

  // MARK: Sections

  private mutating func resolveBlocks(_ path: LoosePath) {
    let steps = path.steps
    guard steps.count > 1, let name = steps[1].key else { return }
    if steps.count == 2 {
      if isKey { subject = .blockName }
      return
    }
    block = name
    if steps.count == 3, isKey {
      subject = .sectionKey("block")
    } else if steps[2] == .key("layers") {
      resolveLayers(path, from: 3)
    } else if steps[2] == .key("parameters"), isKey, steps.count == 4 {
      subject = .blockParameter
    }
  }

  private mutating func resolveDefaults(_ path: LoosePath) {
    let steps = path.steps
    guard let type = steps.dropFirst().first?.key else { return }
    let use = Use(
      type: type, isDefaults: true, keys: path.containers.count > 2 ? Self.keys(path.containers[2]) : [])
    if steps.count == 2 {
      subject = isKey ? .defaultsType : .parameterKey(use)
    } else {
      resolveParameters(use, Array(steps[2...]))
    }
  }

  private mutating func resolveData(_ path: LoosePath) {
    let steps = path.steps
    guard steps.count > 1 else { return }
    if steps.count == 2 {
      if isKey { subject = .sectionKey("data") }
    } else if steps[1] == .key("preprocess"), steps.count == 3 || steps.count == 4 && isKey {
      subject = .sectionKey("preprocess")
    }
  }

  private func trainValue(_ steps: [LoosePath.Step]) -> Subject {
    guard steps.count > 1 else { return .other }
    switch steps[1].key {
    case "update": return !isKey || steps.count == 3 ? .updateRule : .other
    case "freeze": return .layerReference(nil)
    default: return .other
    }
  }

  private mutating func resolveBase(_ steps: [LoosePath.Step]) {
    guard steps.count > 1, let key = steps[1].key else {
      subject = .file
      return
    }
    if steps.count == 2, isKey {
      subject = .sectionKey("base")
    } else {
      switch key {
      case "spec": subject = .file
      case "weights": resolveWeights(Array(steps.dropFirst(2)), section: "baseWeights")
      case "until", "drop", "fresh": subject = .layerReference(nil)
      case "transform" where !isKey: subject = .layerReference(nil)
      default: break
      }
    }
  }

  /// A file, or what is said of it.
  private mutating func resolveWeights(_ steps: [LoosePath.Step], section: String) {
    guard let key = steps.first?.key else { return subject = .file }
    if steps.count == 1, isKey { return subject = .sectionKey(section) }
    switch key {
    case "file": subject = .file
    case "fresh": subject = .layerReference(nil)
    default: break
    }
  }
}
