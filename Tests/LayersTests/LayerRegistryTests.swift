import Diagnostics
import Layers
import NetIR
import Testing
import YAMLSyntax

/// What holds for every layer type.
struct LayerRegistryTests {
  /// A type and one of its parameters.
  struct Row: Sendable, CustomTestStringConvertible {
    let type: any LayerKind.Type
    let info: ParameterInfo

    var testDescription: String { "\(type.typeName).\(info.key)" }
  }

  static let rows = LayerRegistry.kinds.flatMap { type in
    type.parameterInfos.map { Row(type: type, info: $0) }
  }

  /// The default in the reference is the value of a layer that says nothing.
  @Test(arguments: rows.filter { $0.info.fallback != nil })
  func theDocumentedDefaultIsTheDefault(_ row: Row) throws {
    func check<Kind: LayerKind>(_ type: Kind.Type) throws {
      let parameter = try #require(type.parameters.first { $0.info.key == row.info.key })
      var kind = Kind()
      var context = DecodeContext(layerType: type.typeName, key: row.info.key)
      let node = try yaml(try #require(row.info.fallback))
      #expect(parameter.decode(node, &kind, &context))
      #expect(context.bag.isEmpty)
      #expect(kind == Kind())
    }
    try check(row.type)
  }

  @Test(arguments: rows, ["{nonsense: 1, of: 2}", ".nan", "[[[]]]"])
  func nonsenseIsRefused(_ row: Row, _ text: String) throws {
    func check<Kind: LayerKind>(_ type: Kind.Type) throws {
      let parameter = try #require(type.parameters.first { $0.info.key == row.info.key })
      var kind = Kind()
      var context = DecodeContext(layerType: type.typeName, key: row.info.key)
      #expect(!parameter.decode(try yaml(text), &kind, &context))
      #expect(kind == Kind())
      #expect(!context.bag.isEmpty)
      for diagnostic in context.bag.sorted {
        #expect([.wrongType, .outOfRange].contains(diagnostic.code))
        #expect(diagnostic.message.hasPrefix("`\(row.info.key)` of \(type.typeName) must be "))
      }
    }
    try check(row.type)
  }

  @Test(arguments: rows)
  func aSlipOfThePenIsMended(_ row: Row) throws {
    var context = DecodeContext()
    let slip = row.info.key + String(row.info.key.suffix(1))
    let entries = try #require(try yaml("{\(slip): 1}").entries)
    #expect(row.type.decode(entries, at: entries[0].key.span, context: &context) == nil)
    let diagnostic = try #require(context.bag.sorted.first { $0.code == .unknownParameter })
    #expect(diagnostic.message == "unknown parameter `\(slip)` of \(row.type.typeName)")
    #expect(diagnostic.replacement?.text == row.info.key)
    #expect(diagnostic.label == "did you mean `\(row.info.key)`?")
  }

  @Test(arguments: rows.filter { $0.info.fallback == nil })
  func whatHasNoDefaultMustBeGiven(_ row: Row) throws {
    var context = DecodeContext()
    let place = try yaml("x").span
    #expect(row.type.decode([], at: place, context: &context) == nil)
    let words = context.bag.sorted.map(\.message)
    #expect(words.contains("\(row.type.typeName) needs `\(row.info.key)`"))
  }

  @Test(arguments: LayerRegistry.kinds.map { $0.typeName })
  func theSuffixIsOptional(_ name: String) throws {
    let kind = try #require(LayerRegistry.kind(named: name))
    #expect(LayerRegistry.kind(named: name + "Layer") == kind)
    #expect(kind.typeName == name)
    for alias in kind.aliases { #expect(LayerRegistry.kind(named: alias) == kind) }
    #expect(LayerRegistry.kind(named: name + "x") == nil)
  }

  @Test func namesAreUnique() {
    let names = LayerRegistry.kinds.flatMap { [$0.typeName] + $0.aliases }
    #expect(Set(names).count == names.count)
    for type in LayerRegistry.kinds {
      let keys = type.parameterInfos.map(\.key)
      #expect(Set(keys).count == keys.count)
      #expect(!keys.contains { commonLayerKeys.contains($0) })
    }
  }

  /// The table of the language, entry for entry.
  @Test func everyLayerOfTheLanguageIsKnown() {
    let language = [
      "Input", "Conv2D", "Conv1D", "Conv3D", "TransposedConv2D", "DepthwiseConv2D", "LocallyConnected2D", "Dense",
      "NIN", "MaxPool1D", "MaxPool2D", "MaxPool3D", "Pool2D", "GlobalPool", "FeaturePool",
      "SpatialPyramidPooling", "Upscale2D", "LRN", "BatchNorm", "Standardization", "InstanceNorm", "LayerNorm",
      "Dropout", "SpatialDropout", "GaussianNoise", "Nonlinearity", "ParametricRectifier", "RandomizedRectifier",
      "Bias", "Scale", "Concat", "ElemwiseSum", "ElemwiseMerge", "Flatten", "Reshape", "Dimshuffle", "Pad", "Slice",
    ]
    #expect(Set(LayerRegistry.names) == Set(language))
  }
}
