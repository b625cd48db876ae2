/// A classifier as Darknet defines it, as layers.
///
/// Source: `parser.c` and the layers of https://github.com/pjreddie/darknet.
package struct DarknetImport {
  let options: ImportOptions
  var network: ImportedNetwork
  private var names = LayerNames()
  private var counts: [String: Int] = [:]
  /// What each section gives, the first one left out: a layer and its shape without the batch; nil where it failed.
  var results: [(layer: String, shape: [Int])?] = []
  var last: (layer: String, shape: [Int])?
  var problems: [DefinitionProblem] = []

  /// - Parameter name: of the network.
  /// - Throws: all that netc cannot say.
  package static func read(
    _ sections: [DarknetSection], name: String, options: ImportOptions = .init()
  ) throws(DefinitionProblems) -> ImportedNetwork {
    var reader = DarknetImport(options: options, network: ImportedNetwork(name: LayerNames.cleaned(name)))
    reader.read(sections)
    guard reader.problems.isEmpty else { throw DefinitionProblems(definition: reader.problems) }
    return reader.network
  }

  private init(options: ImportOptions, network: ImportedNetwork) {
    (self.options, self.network) = (options, network)
  }

  private mutating func read(_ sections: [DarknetSection]) {
    guard let first = sections.first, ["net", "network"].contains(first.name), sections.count > 1 else {
      problems.append(
        DefinitionProblem("the definition has to begin with [net], and to have layers", sections.first?.place ?? 0..<1))
      return
    }
    var settings = DarknetReader(first)
    addInput(&settings)
    for section in sections.dropFirst() {
      var reader = DarknetReader(section)
      if last != nil {
        do throws(DefinitionProblem) {
          last = try addLayers(&reader)
          problems += reader.finish()
        } catch {
          problems.append(error)
          last = nil
        }
      } else if !Self.known.contains(section.name) {
        problems.append(Self.unknown(section))
      }
      results.append(last)
    }
    network.outputs = [last?.layer ?? ""]
    addTraining(&settings)
    problems = settings.finish() + problems
    if network.layers.contains(where: { $0.type == "BatchNorm" }) {
      network.remarks.append(
        "Darknet adds 1e-5 to a variance on GPUs, as this spec does, and 1e-6 to the deviation on CPUs.")
    }
  }

  private mutating func addInput(_ settings: inout DarknetReader) {
    let sizes = ["channels", "height", "width"].map { settings.integer($0) ?? 0 }
    let shape = options.inputShape ?? (sizes.contains(0) ? [settings.integer("inputs") ?? 0] : sizes)
    guard shape.allSatisfy({ (1..<1 << 24).contains($0) }) else {
      problems.append(
        DefinitionProblem(
          "[net] does not say how large the input is", settings.place, help: ["`--input-shape` says it"]))
      return
    }
    let name = names.free("input")
    let text = (["null"] + shape.map(String.init)).joined(separator: ", ")
    network.layers.append(.init(type: "Input", name: name, incomings: [], options: [("shape", "[\(text)]")]))
    last = (name, shape)
  }

  // MARK: Layers

  private static let known: Set<String> = [
    "convolutional", "conv", "connected", "conn", "maxpool", "max", "avgpool", "avg", "dropout", "softmax", "soft",
    "shortcut", "route", "upsample", "batchnorm", "activation", "normalization", "lrn", "cost",
  ]

  private static func unknown(_ section: DarknetSection) -> DefinitionProblem {
    DefinitionProblem("netc has no layer such as [\(section.name)]", section.place)
  }

  private mutating func addLayers(_ section: inout DarknetReader) throws(DefinitionProblem) -> (
    layer: String, shape: [Int]
  ) {
    guard let last else { throw Self.unknown(section.section) }
    switch section.name {
    case "convolutional", "conv": return try convolution(&section)
    case "connected", "conn":
      let units = section.integer("output") ?? 1
      let isNormal = section.integer("batch_normalize") ?? 0 != 0
      let made = add(
        "Dense", "dense", [last.layer], [units],
        [("num_units", "\(units)")] + (isNormal ? [("b", "null")] : []) + [("nonlinearity", "linear")])
      return try finished(made, isNormal, &section, fallback: "logistic")
    case "maxpool", "max": return try maxPool(&section)
    case "avgpool", "avg":
      guard last.shape.count == 3 else {
        throw section.problem("it averages an image, and reads \(last.shape.crossed)")
      }
      // A convolution wants an image, if only of one pixel.
      let size = Array(last.shape[1...])
      return add(
        "Pool2D", "pool", [last.layer], [last.shape[0], 1, 1], [("pool_size", size.brief), ("mode", "average_exc_pad")])
    case "dropout":
      let share = section.number("probability") ?? 0.5
      return add("Dropout", "dropout", [last.layer], last.shape, share == 0.5 ? [] : [("p", share.written)])
    case "softmax", "soft":
      if section.integer("groups") ?? 1 != 1 { section.report("netc has one softmax for all") }
      section.ignore("temperature", "tree", "spatial", "noloss")
      guard last.shape.dropFirst().allSatisfy({ $0 == 1 }) else {
        throw section.problem("its softmax runs over \(last.shape.crossed)")
      }
      var vector = last
      if last.shape.count > 1 { vector = add("Flatten", "flatten", [last.layer], [last.shape[0]], []) }
      return activated(vector, "softmax")
    case "shortcut": return try shortcut(&section)
    case "route": return try route(&section)
    case "upsample":
      let factor = section.integer("stride") ?? 2
      guard last.shape.count == 3, (1..<256).contains(factor), section.number("scale") ?? 1 == 1 else {
        throw section.problem("netc enlarges images by whole factors")
      }
      return add(
        "Upscale2D", "upscale", [last.layer], [last.shape[0], last.shape[1] * factor, last.shape[2] * factor],
        [("scale_factor", "\(factor)")])
    case "batchnorm": return normalized(last)
    case "activation": return activated(last, try nonlinearity(&section, fallback: "linear"))
    case "normalization", "lrn":
      let size = section.integer("size") ?? 5
      guard last.shape.count == 3, size > 0, size % 2 == 1 else { throw section.problem("its size has to be odd") }
      return add(
        "LRN", "norm", [last.layer], last.shape,
        [
          ("n", "\(size)"), ("alpha", (section.number("alpha") ?? 1e-4).written),
          ("beta", (section.number("beta") ?? 0.75).written), ("k", (section.number("kappa") ?? 1).written),
        ])
    // What a network is judged by changes nothing.
    case "cost":
      section.ignoreRest()
      return last
    default: throw Self.unknown(section.section)
    }
  }

  // MARK: Making layers

  mutating func add(
    _ type: String, _ word: String, _ incomings: [String], _ shape: [Int], called: String? = nil,
    _ options: [(key: String, value: String)]
  ) -> (layer: String, shape: [Int]) {
    var wanted = called ?? word
    if called == nil {
      counts[word, default: 0] += 1
      wanted += String(counts[word] ?? 1)
    }
    let name = names.free(wanted)
    network.layers.append(.init(type: type, name: name, incomings: incomings, options: options))
    return (name, shape)
  }

  mutating func activated(
    _ input: (layer: String, shape: [Int]), _ nonlinearity: String
  ) -> (layer: String, shape: [Int]) {
    if nonlinearity == "linear" { return input }
    // A layer that something reads from afar is read as it is now.
    if !results.contains(where: { $0?.layer == input.layer }), network.activate(input.layer, nonlinearity) {
      return input
    }
    return add(
      "Nonlinearity", "nonlin", [input.layer], input.shape, [("nonlinearity", nonlinearity)])
  }

  func nonlinearity(_ section: inout DarknetReader, fallback: String) throws(DefinitionProblem) -> String {
    let name = section.text("activation") ?? fallback
    let words = [
      "linear": "linear", "relu": "rectify", "relu6": "relu6", "hardtan": "clip",
      "logistic": "sigmoid", "tanh": "tanh", "elu": "elu", "selu": "selu",
      "leaky": "{leaky_rectify: {leakiness: 0.1}}", "relie": "{leaky_rectify: {leakiness: 0.01}}", "swish": "swish",
      "loggy": "{scaled_tanh: {scale_in: 0.5, scale_out: 1}}",
    ]
    guard let word = words[name] else {
      throw DefinitionProblem("netc has no nonlinearity `\(name)`", section.place(of: "activation"))
    }
    return word
  }
}
