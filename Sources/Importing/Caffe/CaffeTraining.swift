/// What a definition says of learning, for the section `train` of a spec.
struct CaffeTraining {
  /// Steps before the network, as a list of a spec.
  var preprocess: String?
  var augment: [String] = []
  var batchSize: Int?
  /// Rates and decays of parameters, relative to the solver's.
  private var rates: [(parameter: String, rate: Double, decay: Double)] = []

  mutating func note(_ rate: Double, _ decay: Double, _ parameter: String) { rates.append((parameter, rate, decay)) }

  /// Lines of `train` for rates that are not the solver's.
  var rateLines: [String] {
    let weights = rates.filter { $0.parameter.hasSuffix(".W") }
    let biases = rates.filter { $0.parameter.hasSuffix(".b") }
    var lines: [String] = []
    var rest = weights.filter { $0.rate != 1 }
    // All biases alike, as most definitions have them.
    if let rate = biases.first?.rate, rate != 1, biases.allSatisfy({ $0.rate == rate }), weights.count > 0 {
      lines.append("\"*.b\": \(rate.written)")
    } else {
      rest += biases.filter { $0.rate != 1 }
    }
    lines += rest.filter { $0.rate != 0 }.map { "\"\($0.parameter)\": \($0.rate.written)" }
    let frozen = rest.filter { $0.rate == 0 }.map { "\"\($0.parameter)\"" }
    return (lines.isEmpty ? [] : ["  learning_rates: {\(lines.joined(separator: ", "))}"])
      + (frozen.isEmpty ? [] : ["  freeze: [\(frozen.joined(separator: ", "))]"])
  }

  /// Penalties of layers whose weights decay otherwise, as a value of `layers`; nil where there are none.
  func penalties(_ word: String, _ decay: Double) -> String? {
    let others = rates.filter { $0.parameter.hasSuffix(".W") && $0.decay != 1 }
    guard !others.isEmpty else { return nil }
    let entries = others.map { "\"\($0.parameter.dropLast(2))\": {\(word): \(($0.decay * decay).written)}" }
    return "{\(entries.joined(separator: ", "))}"
  }

  /// Whether biases decay as weights do.
  var decaysBiases: Bool {
    let biases = rates.filter { $0.parameter.hasSuffix(".b") }
    return !biases.isEmpty && biases.allSatisfy { $0.decay != 0 }
  }
}

extension CaffeImport {
  /// Writes the section `train` of a solver, and says what of it netc has no word for.
  ///
  /// Source: `SolverParameter` of caffe.proto. Caffe counts iterations, netc epochs: without the number of examples one
  /// does not become the other.
  mutating func readSolver(_ message: TextMessage) -> [DefinitionProblem] {
    var solver = FieldReader(message, "the solver", 0..<1)
    solver.ignore(
      "net", "train_net", "test_net", "net_param", "train_state", "test_state", "test_iter", "test_interval",
      "test_compute_loss", "test_initialization", "display", "average_loss", "snapshot", "snapshot_prefix",
      "snapshot_diff", "snapshot_format", "snapshot_after_train", "solver_mode", "device_id", "debug_info",
      "layer_wise_reduce", "weights")
    var lines = ["train:"]
    if let objective { lines.append("  objective: \(objective)") }
    lines.append("  update: \(update(&solver))")
    lines += schedule(&solver)
    let decay = solver.number("weight_decay") ?? 0
    let kind = solver.text("regularization_type") ?? "L2"
    if decay != 0 {
      let biases = training.decaysBiases ? ", biases: true" : ""
      let word = kind == "L1" ? "l1" : "weight_decay"
      let layers = training.penalties(word, decay).map { ", layers: \($0)" } ?? ""
      lines.append("  regularization: {\(word): \(decay.written)\(biases)\(layers)}")
    }
    if let norm = solver.number("clip_gradients"), norm > 0 { lines.append("  clip: {norm: \(norm.written)}") }
    lines += training.rateLines
    let accumulated = solver.integer("iter_size") ?? 1
    if let size = training.batchSize, accumulated > 0, accumulated < 1 << 16 {
      lines.append("  batch_size: \(size * accumulated)")
    }
    if let seed = solver.integer("random_seed"), seed >= 0 { lines.append("  seed: \(seed)") }
    let found = solver.finish()
    if found.isEmpty { network.sections.append(lines.joined(separator: "\n")) }
    return found
  }

  /// The section `data`, as far as a definition has one.
  mutating func addDataSection() {
    var lines: [String] = []
    if let preprocess = training.preprocess { lines.append("  preprocess: \(preprocess)") }
    if !training.augment.isEmpty { lines.append("  augment: [\(training.augment.joined(separator: ", "))]") }
    if !lines.isEmpty { network.sections.append((["data:"] + lines).joined(separator: "\n")) }
  }

  private var objective: String? {
    guard let first = objectives.first else { return nil }
    func text(_ objective: (layer: String, name: String, weight: Double)) -> String {
      objective.weight == 1 ? objective.name : "{\(objective.name): {weight: \(objective.weight.written)}}"
    }
    if objectives.count == 1 { return text(first) }
    return "{\(objectives.map { "\($0.layer): \(text($0))" }.joined(separator: ", "))}"
  }

  private mutating func update(_ solver: inout FieldReader) -> String {
    let rate = solver.number("base_lr") ?? 0.01
    let (momentum, second) = (solver.number("momentum") ?? 0, solver.number("momentum2") ?? 0.999)
    let delta = solver.number("delta") ?? 1e-8
    let decay = solver.number("rms_decay") ?? 0.99
    let older = solver.word("solver_type")
    let type = solver.text("type") ?? older ?? "SGD"
    let names = ["0": "SGD", "1": "NESTEROV", "2": "ADAGRAD", "3": "RMSPROP", "4": "ADADELTA", "5": "ADAM"]
    let start = "learning_rate: \(rate.written)"
    switch (names[type] ?? type).uppercased() {
    case "SGD": return momentum == 0 ? "{sgd: {\(start)}}" : "{momentum: {\(start), momentum: \(momentum.written)}}"
    case "NESTEROV": return "{nesterov_momentum: {\(start), momentum: \(momentum.written)}}"
    // Caffe adds `delta` to the root, netc its square under the root.
    case "ADAGRAD": return "{adagrad: {\(start), epsilon: \((delta * delta).written)}}"
    case "RMSPROP": return "{rmsprop: {\(start), rho: \(decay.written), epsilon: \((delta * delta).written)}}"
    case "ADADELTA": return "{adadelta: {\(start), rho: \(momentum.written), epsilon: \(delta.written)}}"
    case "ADAM":
      return "{adam: {\(start), beta1: \(momentum.written), beta2: \(second.written), epsilon: \(delta.written)}}"
    default:
      solver.report("netc does not know the solver `\(type)`", at: "type")
      return ""
    }
  }

  /// Iterations as epochs, rounded; nil where the number of examples is not known.
  private func epochs(_ iterations: Int) -> Int? {
    guard let examples = options.examples, let size = training.batchSize, examples > 0, iterations < 1 << 40 else {
      return nil
    }
    return max(1, (iterations * size + examples / 2) / examples)
  }

  private mutating func schedule(_ solver: inout FieldReader) -> [String] {
    let policy = solver.text("lr_policy") ?? "fixed"
    let (gamma, power) = (solver.number("gamma") ?? 0.1, solver.number("power") ?? 1)
    let (step, steps) = (solver.integer("stepsize"), solver.integers("stepvalue"))
    let most = solver.integer("max_iter")
    var lines: [String] = []
    var spoken = "`lr_policy` is \"\(policy)\""
    switch policy {
    case "fixed": spoken = ""
    case "step":
      spoken += ": \(gamma.written) times the rate every \(step ?? 0) iterations"
      if let step, let every = epochs(step) {
        lines.append("  schedule: {step: {every: \(every), factor: \(gamma.written)}}")
        spoken = ""
      }
    case "multistep":
      spoken += ": \(gamma.written) times the rate at iterations \(steps.map(String.init).joined(separator: ", "))"
      // Equal steps are a step.
      if let first = steps.first, steps.enumerated().allSatisfy({ $1 == first * ($0 + 1) }), let every = epochs(first) {
        lines.append("  schedule: {step: {every: \(every), factor: \(gamma.written)}}")
        spoken = ""
      }
    case "poly" where power == 1:
      lines.append("  schedule: {linear: {end: 0}}")
      spoken = ""
    case "poly": spoken += ": the rate falls as (1 − t)^\(power.written)"
    case "inv": spoken += ": the rate falls as (1 + \(gamma.written)·iteration)^−\(power.written)"
    case "exp": spoken += ": \(gamma.written) times the rate in each iteration"
    case "sigmoid": break
    default: solver.report("netc does not know the policy `\(policy)`", at: "lr_policy")
    }
    if !spoken.isEmpty { lines.append("  # \(spoken); here it stays as it is") }
    guard let most else { return lines }
    if let count = epochs(most) {
      lines.append("  max_epochs: \(count)  # \(most) iterations")
    } else {
      let size = training.batchSize.map { " of \($0) examples" } ?? ""
      lines.append("  # max_iter: \(most) iterations\(size); `--examples N` makes epochs of them")
    }
    return lines
  }
}
