import Diagnostics
import NetIR
import YAMLSyntax

/// Writes out what a spec abbreviates: blocks, repetitions, conditions, constants and defaults become a flat
/// list of layers, whose incomings are all explicit.
struct Expander {
  private(set) var bag = DiagnosticBag()
  private(set) var layers: [LayerDeclaration] = []
  private(set) var aliases: [String: LayerAlias] = [:]
  private let definitions: Definitions
  /// A mistake costs as much time as so many good layers.
  private static let stepsOfMistake = 20
  private var steps = 0
  /// The bound was hit, which was reported: nothing more is written out.
  private var isFull = false

  /// More layers than this are a mistake in a `repeat`.
  private static let mostLayers = 20_000
  /// Uses of layers and blocks, those included that come to nothing: blocks of blocks double with every level.
  private static let mostSteps = 50_000
  private static let deepest = 24

  private let spellings = LayerSpellings()

  init(_ definitions: Definitions) { self.definitions = definitions }

  /// Writes out the layers of a spec, or goes on after those of its base.
  mutating func expand(_ written: [WrittenLayer?], after previous: Reference?) {
    var scope = ExpansionScope(constants: definitions.constants, previous: previous)
    expand(written, in: &scope)
  }

  /// Takes over what a base has written out.
  mutating func adopt(_ declarations: [LayerDeclaration], _ others: [String: LayerAlias]) {
    layers += declarations
    aliases.merge(others) { first, _ in first }
  }

  private mutating func expand(_ written: [WrittenLayer?], in scope: inout ExpansionScope) {
    for layer in written {
      guard let layer else {
        scope.isBroken = true
        continue
      }
      if isFull { return }
      repeated(layer, in: &scope)
    }
  }

  // MARK: repeat, when

  private mutating func repeated(_ layer: WrittenLayer, in scope: inout ExpansionScope) {
    guard let entry = layer.entry("repeat") else { return conditional(layer, in: &scope) }
    var single = layer
    single.entries.removeAll { $0.key.scalarText == "repeat" }
    guard let node = substituted(entry.value, scope) else { return scope.isBroken = true }
    var context = DecodeContext(layerType: layer.typeName, key: "repeat")
    let count = ValueType<Int>.integer("a whole number from 0 to 10,000", in: 0...10_000).decode(node, &context)
    report(context.bag, scope)
    guard let count else { return scope.isBroken = true }
    let outer = scope.constants
    for index in 0..<count {
      guard !isFull, layers.count < Self.mostLayers else { return tooMany(entry.key.span) }
      scope.constants.define(
        "i", Node(value: .scalar(Node.Scalar(text: "\(index)", style: .plain)), span: entry.key.span))
      var copy = single
      if count > 1, let name = single.nameNode, !name.isNull, name.scalarText?.contains("$i") != true,
        name.scalarText?.contains("${") != true
      {
        copy.rename("\(name.scalarText ?? "")_\(index)", at: name.span)
      }
      // Only the first of a chain takes the incoming that was named.
      if index > 0 { copy.entries.removeAll { ["incoming", "incomings"].contains($0.key.scalarText ?? "") } }
      conditional(copy, in: &scope)
    }
    scope.constants = outer
  }

  private mutating func conditional(_ layer: WrittenLayer, in scope: inout ExpansionScope) {
    steps += 1
    guard steps <= Self.mostSteps else {
      // Stopped by a mistake that is repeated and was reported, or by sheer number.
      if bag.hasErrors { isFull = true }
      return tooMany(layer.typeSpan)
    }
    guard let entry = layer.entry("when") else { return single(layer, in: &scope) }
    var rest = layer
    rest.entries.removeAll { $0.key.scalarText == "when" }
    guard let node = substituted(entry.value, scope) else { return scope.isBroken = true }
    var context = DecodeContext(layerType: layer.typeName, key: "when")
    let holds = ValueType<Bool>.bool.decode(node, &context)
    report(context.bag, scope)
    guard let holds else { return scope.isBroken = true }
    holds ? single(rest, in: &scope) : handThrough(rest, in: &scope)
  }

  /// A layer that is not there is its own incoming.
  private mutating func handThrough(_ layer: WrittenLayer, in scope: inout ExpansionScope) {
    let targets = scope.incomings(of: layer) ?? scope.previous.map { [$0] } ?? []
    guard let node = layer.nameNode, let name = layer.validName(substituted(node, scope) ?? node, &bag) else {
      if targets.count == 1 { scope.previous = targets[0] }
      return
    }
    define(scope.full(name), targets, at: node.span)
    // The target itself, where there is one: a chain of layers that are not there stays short.
    scope.previous = targets.count == 1 ? targets[0] : Reference(name: scope.full(name), span: node.span, scope: "")
  }

  // MARK: Layers

  private mutating func single(_ layer: WrittenLayer, in scope: inout ExpansionScope) {
    guard layers.count < Self.mostLayers else { return tooMany(layer.typeSpan) }
    var layer = layer
    var unreadable: Set<String> = []
    layer.entries = layer.entries.compactMap { entry in
      guard let value = substituted(entry.value, scope) else {
        unreadable.insert(entry.key.scalarText ?? "")
        return nil
      }
      return Node.Entry(key: entry.key, value: value)
    }
    if let name = layer.name {
      guard let value = substituted(name, scope) else { return scope.isBroken = true }
      layer.name = value
    }
    if let block = definitions.blocks[layer.typeName] {
      guard unreadable.isEmpty else { return scope.isBroken = true }
      return use(block, layer, in: &scope)
    }
    addDefaults(to: &layer, except: unreadable)
    var local = DiagnosticBag()
    var declaration = layer.declaration(
      &scope.namer, knownBlocks: Array(definitions.blocks.keys), unreadable: unreadable, &local)
    report(local, scope)
    declaration.name = scope.full(declaration.name)
    declaration.scope = scope.path
    declaration.uses = scope.uses
    if scope.isFrozen { declaration.isFrozen = true }
    if let references = declaration.incomings {
      declaration.incomings = references.map { Reference(name: $0.name, span: $0.span, scope: scope.path) }
    } else if declaration.takesIncoming {
      declaration.incomings = scope.isBroken ? nil : scope.previous.map { [$0] }
      declaration.isSilenced = scope.isBroken
    }
    layers.append(declaration)
    scope.previous = Reference(name: declaration.name, span: declaration.typeSpan, scope: "")
    scope.isBroken = false
  }

  private func addDefaults(to layer: inout WrittenLayer, except unreadable: Set<String>) {
    let type = LayerRegistry.kind(named: layer.typeName)?.typeName ?? layer.typeName
    let given = unreadable.union(layer.entries.map { $0.key.scalarText ?? "" })
    layer.entries += (definitions.defaults[type] ?? []).filter { !given.contains($0.key.scalarText ?? "") }
  }

  // MARK: Blocks

  private mutating func use(_ block: BlockDefinition, _ layer: WrittenLayer, in scope: inout ExpansionScope) {
    guard !scope.uses.contains(where: { $0.block == block.name }) else {
      let chain = (scope.uses.map(\.block) + [block.name]).map { "`\($0)`" }.joined(separator: " → ")
      bag.report(
        Diagnostic(
          .recursiveBlock, "the block `\(block.name)` uses itself: \(chain)", at: layer.typeSpan,
          related: [Diagnostic.Related(message: "`\(block.name)` is defined here", span: block.span)],
          help: ["`repeat: N` chains copies of a block"]))
      return scope.isBroken = true
    }
    guard scope.uses.count < Self.deepest else { return tooMany(layer.typeSpan) }
    var name = ""
    if let node = layer.nameNode {
      guard let valid = layer.validName(node, &bag) else { return scope.isBroken = true }
      name = valid
    } else {
      name = scope.namer.next(block.name)
    }
    let full = scope.full(name)
    let span = layer.nameNode?.span ?? layer.typeSpan
    let explicit = scope.incomings(of: layer)
    let inputs = explicit ?? scope.previous.map { [$0] } ?? []
    define("\(full)/input", inputs, at: span)
    define("\(full)/inputs", inputs, at: span)
    var inner = ExpansionScope(
      constants: definitions.constants,
      uses: scope.uses + [BlockUse(block: block.name, name: full, span: layer.typeSpan)])
    inner.path = full
    inner.isBroken = scope.isBroken && explicit == nil
    var local = DiagnosticBag()
    inner.isFrozen = scope.isFrozen || !layer.isTrainable(&local)
    report(local, scope)
    guard block.bind(layer, &inner.constants, scope, &bag) else { return scope.isBroken = true }
    if !inputs.isEmpty { inner.previous = Reference(name: "input", span: span, scope: full) }
    let first = layers.count
    expand(block.layers.map { spellings.read($0, &bag) }, in: &inner)
    if let last = inner.previous, layers.count > first || inner.previous?.name != "input" {
      define(full, [last], at: span)
    } else {
      define(full, inputs, at: span)
    }
    scope.previous = Reference(name: full, span: span, scope: "")
    scope.isBroken = inner.isBroken
  }

  // MARK: Small things

  private mutating func define(_ name: String, _ targets: [Reference], at span: SourceSpan) {
    if let first = aliases[name] {
      bag.report(
        Diagnostic(
          .duplicateLayerName, "two layers are called `\(name)`", at: span, label: "second",
          related: [Diagnostic.Related(message: "the first is here", span: first.span)]))
    } else {
      aliases[name] = LayerAlias(targets: targets, span: span)
    }
  }

  private mutating func substituted(_ node: Node, _ scope: ExpansionScope) -> Node? {
    var local = DiagnosticBag()
    let result = scope.constants.substituted(node, &local)
    report(local, scope)
    return result
  }

  private mutating func report(_ diagnostics: DiagnosticBag, _ scope: ExpansionScope) {
    if diagnostics.hasErrors { steps += Self.stepsOfMistake }
    for diagnostic in diagnostics.sorted { bag.report(scope.explained(diagnostic)) }
  }

  private mutating func tooMany(_ span: SourceSpan) {
    if isFull { return }
    isFull = true
    bag.report(
      Diagnostic(
        .expansionTooLarge, "the spec has more than \(Self.mostLayers) layers, or blocks nested \(Self.deepest) deep",
        at: span, help: ["check the numbers behind `repeat`"]))
  }
}
