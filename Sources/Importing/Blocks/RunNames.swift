/// What the uses of a block are called, and its layers within: the names that the layers had, taken apart.
struct RunNames: Equatable {
  /// The use's name.
  var use: String
  /// The layers' names within the block.
  var layers: [String]

  /// From what all names begin with (`fire2_squeeze1x1` is squeeze1x1 of fire2), or else from the number that the last
  /// one ends with and all others have (`bn2a_branch1` is bn_branch1 of res2a); nil where names have neither.
  init?(_ names: [String]) {
    guard let first = names.first, let last = names.last else { return nil }
    var common = first[...]
    for name in names.dropFirst() { common = common.commonPrefix(name) }
    if let cut = common.lastIndex(where: { "_-".contains($0) }), common[..<cut].contains(where: \.isLetter) {
      self.init(use: String(common[..<cut]), layers: names.map { String($0[common.index(after: cut)...]) })
      return
    }
    guard let digit = last.firstIndex(where: \.isNumber), digit > last.startIndex else { return nil }
    let number = last[digit...]
    guard number.count < 4, number.allSatisfy({ $0.isNumber || $0.isLetter }) else { return nil }
    var rest: [String] = []
    for name in names {
      guard let place = name.place(of: number) else { return nil }
      rest.append(String(name[..<place]) + String(name[name.index(place, offsetBy: number.count)...]))
    }
    self.init(use: last, layers: rest)
  }

  private init?(use: String, layers: [String]) {
    self.use = use
    self.layers = layers.map { Self.isSize($0) ? $0 : LayerNames.cleaned($0) }
    let words: Set<String> = ["input", "inputs"]
    guard Set(self.layers).count == layers.count, words.isDisjoint(with: self.layers) else { return nil }
  }

  /// By the layers' types, for names that tell nothing.
  init(use: String, types: [String]) {
    var counts: [String: Int] = [:]
    self.use = use
    layers = types.map { type in
      let word = Self.words[type] ?? type.lowercased()
      counts[word, default: 0] += 1
      return "\(word)\(counts[word] ?? 0)"
    }
  }

  private static let words = [
    "Conv2D": "conv", "BatchNorm": "bn", "Nonlinearity": "nonlin", "MaxPool2D": "pool", "ElemwiseSum": "sum",
    "ElemwiseMerge": "merge", "TransposedConv2D": "deconv",
  ]

  /// `conv12`, `conv12_bn`: no more than a place in the network.
  static func isNumber(_ name: String) -> Bool {
    let number = name.hasSuffix("_bn") ? name.dropLast(3) : name[...]
    return number.last?.isNumber == true && number.drop { $0.isLetter || $0 == "_" }.allSatisfy(\.isNumber)
  }

  /// `3x3_reduce`: begins with a digit and is no number.
  private static func isSize(_ name: String) -> Bool {
    let letters = Array(name.prefix(2))
    return letters.count == 2 && "123456789".contains(letters[0]) && letters[1] == "x"
      && name == LayerNames.cleaned(name).dropFirst("layer_".count)
  }

  /// What uses have in common, as the name of their block: letters only.
  static func stem(_ uses: [String]) -> String {
    let stem = uses.first?.prefix { $0.isLetter } ?? ""
    return uses.allSatisfy { $0.hasPrefix(stem) } && stem != "layer" ? stem.lowercased() : ""
  }
}

extension Substring {
  fileprivate func commonPrefix(_ other: String) -> Substring {
    prefix(zip(self, other).prefix { $0 == $1 }.count)
  }
}

extension String {
  fileprivate func place(of part: Substring) -> Index? {
    indices.first { self[$0...].hasPrefix(part) }
  }
}
