/// A network's definition as Caffe has it, as layers: as it is tested, with what learning needs beside it.
///
/// Source: caffe.proto and the layers of https://github.com/BVLC/caffe. What netc cannot say is named, all of it.
package struct CaffeImport {
  enum Value {
    /// A layer's result, its shape without the batch.
    case layer(String, shape: [Int])
    /// The examples' classes: only losses read them.
    case label
  }

  let options: ImportOptions
  var network: ImportedNetwork
  /// What each blob is, as far as the layers were read.
  var values: [String: Value] = [:]
  /// Where the numbers of each parameter are in a caffemodel.
  package internal(set) var parameters: [CaffeParameter] = []
  var problems: [DefinitionProblem] = []
  var objectives: [(layer: String, name: String, weight: Double)] = []
  /// Layers that a parameter's name was first given to.
  var sharing: [String: String] = [:]
  /// Batch normalisations that a Scale may still complete.
  var bareNorms: Set<String> = []
  var training = CaffeTraining()
  /// The layers that a result depends on.
  private(set) var tested: [CaffeLayer] = []
  private var names = LayerNames()
  /// How many layers read a blob.
  private var uses: [String: Int] = [:]
  /// Blobs of layers that could not be read.
  private var lost: Set<String> = []

  private init(_ options: ImportOptions, name: String) {
    (self.options, network) = (options, ImportedNetwork(name: LayerNames.cleaned(name)))
  }

  /// - Parameters:
  ///   - name: of the network, if it has none.
  ///   - solver: how it is trained; nil leaves the section out.
  /// - Returns: the network without its numbers, and where they are.
  /// - Throws: all that is wrong with the text, or that netc cannot say.
  package static func read(
    _ definition: TextMessage, name: String, solver: TextMessage? = nil, options: ImportOptions = ImportOptions()
  ) throws(DefinitionProblems) -> (network: ImportedNetwork, parameters: [CaffeParameter]) {
    var reader = CaffeImport(options, name: name)
    reader.read(definition)
    guard reader.problems.isEmpty else { throw DefinitionProblems(definition: reader.problems) }
    if solver == nil { reader.training.augment = [] }
    reader.addDataSection()
    if let solver {
      let found = reader.readSolver(solver)
      guard found.isEmpty else { throw DefinitionProblems(solver: found) }
    }
    return (reader.network, reader.parameters)
  }

  private mutating func read(_ definition: TextMessage) {
    var net = FieldReader(definition, "the network", 0..<1)
    net.ignore("force_backward", "state", "debug_info")
    if let name = net.text("name"), !name.isEmpty { network.name = LayerNames.cleaned(name) }
    var layers = net.messages("layers").map { CaffeLayer($0.message, $0.place, isOld: true) }
    let newer = net.messages("layer").map { CaffeLayer($0.message, $0.place, isOld: false) }
    if layers.isEmpty {
      layers = newer
    } else if !newer.isEmpty {
      net.report("it has `layer` and `layers`", at: "layer")
    }
    if layers.isEmpty { net.report("the definition has no layers", help: ["give a network's .prototxt"]) }
    tested = layers.filter { $0.isTested && !$0.isSkipped }
    for layer in tested { for bottom in layer.bottoms { uses[bottom, default: 0] += 1 } }
    addInputs(of: &net)
    readTrainingData(layers)
    for layer in tested { add(layer) }
    problems = net.finish() + problems
    findOutputs(of: tested)
    if network.layers.allSatisfy({ $0.type == "Input" }), problems.isEmpty {
      problems.append(DefinitionProblem("nothing is computed in it", 0..<1))
    }
  }

  private mutating func add(_ layer: CaffeLayer) {
    var layer = layer
    let missing = layer.bottoms.filter { values[$0] == nil }
    guard missing.isEmpty else {
      for bottom in missing where !lost.contains(bottom) {
        problems.append(DefinitionProblem("nothing makes `\(bottom)`, which `\(layer.name)` reads", layer.fields.place))
      }
      return lost.formUnion(layer.tops)
    }
    do throws(DefinitionProblem) {
      try addLayers(of: &layer)
    } catch {
      problems.append(error)
    }
    // What is read below a field that is wrong would be wrong for no reason of its own.
    let found = layer.fields.finish()
    problems += found
    for top in layer.tops where values[top] == nil { lost.insert(top) }
  }

  /// Blobs that nothing reads, and what losses judge.
  private mutating func findOutputs(of layers: [CaffeLayer]) {
    var found = objectives.map(\.layer)
    for layer in layers {
      for top in layer.tops where uses[top, default: 0] == 0 || layer.isInPlace {
        guard case .layer(let name, _)? = values[top], network.layers.last(where: { $0.name == name })?.type != "Input",
          !network.layers.contains(where: { $0.incomings.contains(name) }), !found.contains(name)
        else { continue }
        found.append(name)
      }
    }
    network.outputs = found
  }

  // MARK: For layers

  /// The layer that a blob comes from.
  func source(_ layer: CaffeLayer, _ index: Int = 0) throws(DefinitionProblem) -> (layer: String, shape: [Int]) {
    guard layer.bottoms.indices.contains(index) else {
      throw DefinitionProblem("`\(layer.name)` (\(layer.type)) has too few bottoms", layer.fields.place)
    }
    guard case .layer(let name, let shape)? = values[layer.bottoms[index]] else {
      throw DefinitionProblem(
        "`\(layer.name)` (\(layer.type)) reads labels, which netc gives to objectives alone", layer.fields.place)
    }
    return (name, shape)
  }

  /// The image that a blob is: channels, height and width.
  func image(_ layer: CaffeLayer) throws(DefinitionProblem) -> (layer: String, shape: [Int]) {
    let source = try source(layer)
    guard source.shape.count == 3 else {
      throw DefinitionProblem(
        "`\(layer.name)` (\(layer.type)) wants an image, and reads \(source.shape.crossed)", layer.fields.place)
    }
    return source
  }

  /// Adds a layer whose result is the top of that number.
  ///
  /// - Returns: its name.
  @discardableResult
  mutating func addLayer(
    _ type: String, of layer: CaffeLayer, called: String? = nil, from incomings: [String], shape: [Int], top: Int = 0,
    _ options: [(key: String, value: String)] = []
  ) -> String {
    let name = names.free(called ?? layer.name)
    network.layers.append(.init(type: type, name: name, incomings: incomings, options: options))
    if layer.tops.indices.contains(top) { values[layer.tops[top]] = .layer(name, shape: shape) }
    return name
  }

  /// Whether nothing but this layer sees what it reads.
  func isSoleReader(_ layer: CaffeLayer) -> Bool {
    guard let bottom = layer.bottoms.first else { return false }
    return layer.isInPlace || uses[bottom] == 1
  }

  mutating func activate(_ layer: CaffeLayer, _ nonlinearity: String) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    if isSoleReader(layer), network.activate(name, nonlinearity) {
      for top in layer.tops { values[top] = .layer(name, shape: shape) }
    } else {
      addLayer("Nonlinearity", of: layer, from: [name], shape: shape, [("nonlinearity", nonlinearity)])
    }
  }
}

/// All that is wrong with a definition, or with a solver.
package struct DefinitionProblems: Error, Sendable {
  package var definition: [DefinitionProblem] = []
  package var solver: [DefinitionProblem] = []
}

extension [Int] {
  var crossed: String { map(String.init).joined(separator: "×") }
  /// As a spec has it: one number where all are equal.
  var brief: String { Set(self).count == 1 ? String(self[0]) : "[\(map(String.init).joined(separator: ", "))]" }
}

extension Double {
  /// As a spec has it, in the digits of a float.
  var written: String {
    self == rounded() && abs(self) < 1e6 ? String(Int(self)) : "\(Float(self))"
  }
}
