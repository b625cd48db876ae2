import Diagnostics
import Exchange
import Layers
import NetIR
import Training

/// A file of weights as training leaves it: the parameters, the numbers of fitted preprocessing, and in a checkpoint
/// all that training goes on from.
package enum Checkpoint {
  /// Tensors of what the rule remembers: `update.0.conv1.W`.
  private static let slotPrefix = "update."
  private static let key = "netc.training"
  private static let version = 1

  /// Whether a tensor of a file is no parameter but belongs to training: only those have two dots in their names.
  package static func isBeside(_ tensor: String) -> Bool {
    tensor.hasPrefix(slotPrefix) && tensor.count(where: { $0 == "." }) > 2
      || tensor.hasPrefix(FittedPreprocessing.prefix)
  }

  /// Writes the parameters alone, as `netc run` takes them.
  package static func writeWeights(
    _ state: TrainingState, of network: Network, _ preprocessing: FittedPreprocessing, to path: String
  ) throws(DiagnosticError) {
    try writer(state, network, preprocessing, metadata: [("format", "netc weights")]).write(to: path)
  }

  /// Writes all that training goes on from.
  package static func write(
    _ state: TrainingState, of network: Network, _ preprocessing: FittedPreprocessing, identity: String,
    to path: String
  ) throws(DiagnosticError) {
    let document: JSONValue = .object([
      ("version", .int(version)), ("identity", .string(identity)), ("epoch", .int(state.epoch)),
      ("batch", .int(state.batch)), ("steps", .int(state.steps)),
      ("first_loss", state.firstLoss.map(JSONValue.double) ?? .null),
      (
        "sums",
        .object([
          ("loss", .double(state.sums.loss)), ("examples", .int(state.sums.examples)),
          ("right", .int(state.sums.right)), ("places", .int(state.sums.places)),
          ("skipped", .int(state.sums.skipped)),
        ])
      ), ("history", .array(state.history.map(\.json))), ("loss_scale", state.lossScale?.json ?? .null),
    ])
    var writer = writer(
      state, network, preprocessing, metadata: [("format", "netc checkpoint"), (key, document.serialised())])
    for (weight, slots) in zip(network.weights, state.slots) {
      for (slot, values) in slots.enumerated() {
        writer.add("\(slotPrefix)\(slot).\(weight.name)", weight.shape, floats: values)
      }
    }
    try writer.write(to: path)
  }

  private static func writer(
    _ state: TrainingState, _ network: Network, _ preprocessing: FittedPreprocessing, metadata: [(String, String)]
  ) -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: metadata)
    for (weight, values) in zip(network.weights, state.parameters) {
      writer.add(weight.name, weight.storedShape, floats: values)
    }
    for tensor in preprocessing.tensors { writer.add(tensor.name, [tensor.values.count], floats: tensor.values) }
    return writer
  }

  /// Reads what `write` wrote.
  ///
  /// - Throws: N0604 where the file is no checkpoint of this training, N0501 to N0503 where it cannot be read.
  package static func read(
    _ path: String, of network: Network, identity: String
  ) throws(DiagnosticError) -> (state: TrainingState, preprocessing: FittedPreprocessing) {
    let file = try SafetensorsFile(path: path)
    func refuse(_ message: String, _ notes: [String] = []) -> DiagnosticError {
      FileFault.make(
        .cannotResume, in: path, message, notes: notes,
        help: ["train with the `spec.yaml` that lies beside the checkpoint, or begin anew without `--resume`"])
    }
    guard let text = file.metadata[key], let document = try? JSONValue(parsing: text),
      document["version"]?.intValue == version, let written = document["identity"]?.stringValue
    else { throw refuse("the file is no checkpoint of this version") }
    guard written == identity else {
      throw refuse("the checkpoint is of another training", differences(written, identity))
    }
    var parameters: [[Float]] = []
    for weight in network.weights {
      let values = try file.floats(named: weight.name)
      guard values.count == weight.shape.reduce(1, *) else { throw refuse("`\(weight.name)` has another size") }
      parameters.append(values)
    }
    var state = TrainingState(network, parameters: parameters)
    for (place, weight) in network.weights.enumerated() {
      for slot in state.slots[place].indices {
        let values = try file.floats(named: "\(slotPrefix)\(slot).\(weight.name)")
        guard values.count == parameters[place].count else {
          throw refuse("what the update rule remembers of `\(weight.name)` is damaged")
        }
        state.slots[place][slot] = values
      }
    }
    state.epoch = document["epoch"]?.intValue ?? 0
    state.batch = document["batch"]?.intValue ?? 0
    state.steps = document["steps"]?.intValue ?? 0
    state.firstLoss = document["first_loss"]?.doubleValue
    state.sums.loss = document["sums"]?["loss"]?.doubleValue ?? 0
    state.sums.examples = document["sums"]?["examples"]?.intValue ?? 0
    state.sums.right = document["sums"]?["right"]?.intValue ?? 0
    state.sums.places = document["sums"]?["places"]?.intValue ?? 0
    state.sums.skipped = document["sums"]?["skipped"]?.intValue ?? 0
    state.lossScale = document["loss_scale"].flatMap { LossScale($0) }
    state.history = (document["history"]?.arrayValue ?? []).compactMap { EpochRecord($0) }
    guard state.history.count == state.epoch, state.batch >= 0 else { throw refuse("its history is damaged") }
    let tensors = { (name: String) -> [Float]? in try? file.floats(named: name) }
    guard let preprocessing = FittedPreprocessing(network.preprocessing, tensor: tensors) else {
      throw refuse("the numbers of its preprocessing are missing")
    }
    return (state, preprocessing)
  }

  /// What must be the same for training to go on: everything that decides the bits, but not how long it lasts.
  package static func identity(_ network: Network, examples: Int) -> String {
    let settings = network.training
    func digest(_ words: (Network.Weight) -> String) -> String {
      Digest(of: Array(network.weights.map(words).joined(separator: ", ").utf8)).hexadecimal
    }
    let objectives = ([("", settings.objective)] + settings.objectives.sorted { $0.key < $1.key }).map {
      "\($0.0)\($0.1)"
    }
    let parts = [
      "parameters \(digest { "\($0.name) \($0.shape)" })",
      "factors of parameters \(digest { "\(settings.multiplier(of: $0.name)) \(settings.penalty(of: $0))" })",
      "objective \(objectives.joined())", "class weights \(settings.classWeights)",
      "warm-up \(settings.warmUp.map { "\($0)" } ?? "none")",
      "momentum schedule \(settings.momentumSchedule.map { "\($0)" } ?? "none")",
      "augmentation \(network.data.augmentation)", "balance \(network.data.balance.map(\.rawValue) ?? "none")",
      "update \(settings.rule)",
      "learning rate \(settings.learningRate)", "schedule \(settings.schedule)", "batches of \(settings.batchSize)",
      "seed \(settings.seed)", "penalty \(settings.penalty)", "clipping \(settings.clipping)",
      "validation \(settings.validation)",
      "\(examples) examples to learn from",
    ]
    return parts.joined(separator: "; ")
  }

  private static func differences(_ written: String, _ wanted: String) -> [String] {
    let pairs = zip(written.split(separator: ";"), wanted.split(separator: ";"))
    return pairs.filter { $0 != $1 }.map {
      "it has\($0.hasPrefix(" ") ? "" : " ")\($0), the spec\($1.hasPrefix(" ") ? "" : " ")\($1)"
    }
  }
}

extension LossScale {
  fileprivate var json: JSONValue {
    .object([
      ("factor", .double(Double(factor))), ("good_steps", .int(goodSteps)), ("skipped_steps", .int(skippedSteps)),
    ])
  }

  /// nil where something is missing, or is none that a training comes to.
  fileprivate init?(_ json: JSONValue) {
    guard let factor = json["factor"]?.doubleValue, let good = json["good_steps"]?.intValue,
      let skipped = json["skipped_steps"]?.intValue, (1...Double(Self.most)).contains(factor),
      (0..<Self.patience).contains(good), (0...Int(Int32.max)).contains(skipped)
    else { return nil }
    self.init(factor: Float(factor), goodSteps: good, skippedSteps: skipped)
  }
}
