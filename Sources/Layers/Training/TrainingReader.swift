import Diagnostics
import NetIR
import Training
import YAMLSyntax

/// Reads what a spec says of training: the section `train`, and nolearn's flat keys.
struct TrainingReader {
  private var objectives = ObjectiveReader()
  private var settings = TrainingSettings()
  private(set) var optimizer = Optimizer.nesterovMomentum
  private var update: NamedCall?
  /// nolearn's `update_learning_rate` and the like, under their names without the prefix.
  private var flatUpdate: [Node.Entry] = []

  var objective: WrittenObjective? { objectives.written }
  /// Outputs that have an objective of their own.
  var outputs: [Reference] { objectives.outputs }

  /// The section `train`.
  mutating func read(_ node: Node, _ bag: inout DiagnosticBag) {
    for entry in node.section("train", SpecKeys.train.map(\.key), &bag) {
      let value = entry.value
      var context = DecodeContext(bag: bag, layerType: "train", key: entry.key.scalarText ?? "")
      func take<Value>(_ type: ValueType<Value>) -> Value? {
        defer { bag = context.bag }
        return type.decode(value, &context)
      }
      switch context.key {
      case "update": readUpdate(value, &bag)
      case "objective": objectives.read(value, &bag)
      case "schedule": (settings.schedule, settings.warmUp) = ScheduleReader.read(value, of: "schedule", &bag)
      case "momentum_schedule":
        settings.momentumSchedule = ScheduleReader.read(value, of: "momentum_schedule", &bag).0
      case "regularization": readPenalties(value, &bag)
      case "clip": readClipping(value, &bag)
      case "max_norm": settings.clipping.maxNorm = take(.positiveDouble)
      case "batch_size": settings.batchSize = take(ValueType<Int>.positive) ?? settings.batchSize
      case "max_epochs": settings.epochs = take(ValueType<Int>.positive) ?? settings.epochs
      case "validation": settings.validation = ValidationReader.read(value, &bag) ?? settings.validation
      case "early_stopping": readPatience(value, &bag)
      case "class_weights": settings.classWeights = readClassWeights(value, &bag)
      case "seed": settings.seed = UInt64(take(ValueType<Int>.nonNegative) ?? 42)
      case "freeze": settings.frozen = patterns(value, &bag)
      case "learning_rates": settings.multipliers = perLayer(value, "learning_rates", .notNegative, &bag)
      default: break
      }
    }
  }

  /// One of nolearn's keys beside the layers.
  mutating func read(flat entry: Node.Entry, _ bag: inout DiagnosticBag) {
    let key = entry.key.scalarText ?? ""
    var context = DecodeContext(bag: bag, layerType: "the spec", key: key)
    switch key {
    case "update": readUpdate(entry.value, &bag)
    case "objective", "objective_loss_function": objectives.read(entry.value, &bag)
    case "objective_l1": settings.penalty.l1 = ValueType<Float>.notNegative.decode(entry.value, &context) ?? 0
    case "objective_l2": settings.penalty.l2 = ValueType<Float>.notNegative.decode(entry.value, &context) ?? 0
    case "max_epochs": settings.epochs = ValueType<Int>.positive.decode(entry.value, &context) ?? settings.epochs
    case "eval_size":
      let share = ValueType<Double>.share.decode(entry.value, &context)
      if let share { settings.validation = .split(share: share, isStratified: true) }
    case "regression":
      if case .bool(let isRegression) = entry.value.resolved, objectives.written == nil {
        objectives.choose(isRegression ? .squaredError : .crossEntropy(smoothing: 0), at: entry.key.span)
      }
    default:
      guard key.hasPrefix("update_") else { return }
      let name = Node(
        value: .scalar(Node.Scalar(text: String(key.dropFirst("update_".count)), style: .plain)), span: entry.key.span)
      flatUpdate.append(Node.Entry(key: name, value: entry.value))
    }
    if context.bag.errorCount > bag.errorCount { bag = context.bag }
  }

  /// All that was read; to be called at last.
  mutating func finish(_ bag: inout DiagnosticBag) -> TrainingSettings {
    (settings.objective, settings.objectives) = (objectives.settings.objective, objectives.settings.objectives)
    settings.namesObjective = objectives.written != nil
    settings.namesRule = update != nil
    let arguments = (update?.arguments ?? []) + flatUpdate
    (settings.rule, settings.learningRate) = optimizer.rule(arguments, &bag)
    return settings
  }

  private mutating func readUpdate(_ node: Node, _ bag: inout DiagnosticBag) {
    guard let call = NamedCall(node) else {
      bag.report(
        Diagnostic(
          .wrongType, "`update` must be an update rule such as `adam`, not \(node.kindName)", at: node.span))
      return
    }
    guard let optimizer = Optimizer(rawValue: call.name) else {
      bag.report(
        .unknown(
          .outOfRange, "unknown update rule `\(call.name)`", word: call.name, at: call.span,
          among: Optimizer.allCases.map(\.rawValue)))
      return
    }
    (self.optimizer, update) = (optimizer, call)
  }

  // MARK: Bounds and penalties

  private mutating func readPenalties(_ node: Node, _ bag: inout DiagnosticBag) {
    guard let entries = mapping(node, "regularization", "{l2: 5.0e-4}", &bag) else { return }
    var values = KeyedValues(entries, of: "regularization", bag)
    settings.penalty = penalty(&values)
    settings.penalizesBiases = values.take("biases", .bool) ?? false
    let layers = values.node("layers")
    bag = values.finish()
    guard let layers, let entries = mapping(layers, "layers", "{\"conv*\": {l2: 1.0e-3}}", &bag) else { return }
    for entry in entries {
      guard let inner = mapping(entry.value, entry.key.scalarText ?? "", "{l2: 1.0e-3}", &bag) else { continue }
      var values = KeyedValues(inner, of: "regularization", bag)
      settings.layerPenalties.append(
        TrainingSettings.LayerValue(layers: pattern(entry.key), value: penalty(&values)))
      bag = values.finish()
    }
  }

  private func penalty(_ values: inout KeyedValues) -> Penalty {
    Penalty(
      l1: values.take("l1", .notNegative) ?? 0, l2: values.take("l2", .notNegative) ?? 0,
      weightDecay: values.take("weight_decay", .notNegative) ?? 0)
  }

  private mutating func readClipping(_ node: Node, _ bag: inout DiagnosticBag) {
    guard let entries = mapping(node, "clip", "{norm: 5}", &bag) else { return }
    var values = KeyedValues(entries, of: "clip", bag)
    settings.clipping.norm = values.take("norm", .positiveDouble)
    settings.clipping.value = values.take("value", .positive)
    bag = values.finish()
  }

  private mutating func readPatience(_ node: Node, _ bag: inout DiagnosticBag) {
    if node.isNull { return }
    guard let entries = node.entries else {
      var context = DecodeContext(bag: bag, layerType: "train", key: "early_stopping")
      settings.patience = ValueType<Int>.positive.decode(node, &context)
      bag = context.bag
      return
    }
    var values = KeyedValues(entries, of: "early_stopping", bag)
    settings.patience = values.require("patience", ValueType<Int>.positive, at: node.span)
    bag = values.finish()
  }

  private func readClassWeights(_ node: Node, _ bag: inout DiagnosticBag) -> TrainingSettings.ClassWeights {
    if node.scalarText == "balanced" { return .balanced }
    if node.isNull { return .equal }
    var context = DecodeContext(bag: bag, layerType: "train", key: "class_weights")
    defer { bag = context.bag }
    guard let elements = node.elements, !elements.isEmpty else {
      context.wrongType(node, expected: "`balanced`, or a list with a number for each class")
      return .equal
    }
    let numbers = elements.compactMap { ValueType<Float>.notNegative.decode($0, &context) }
    return numbers.count == elements.count ? .given(numbers) : .equal
  }

  // MARK: Values of layers

  private func patterns(_ node: Node, _ bag: inout DiagnosticBag) -> [NamePattern] {
    if node.isNull { return [] }
    var context = DecodeContext(bag: bag, layerType: "train", key: "freeze")
    _ = ValueType<[String]>.texts.decode(node, &context)
    bag = context.bag
    return (node.elements ?? [node]).filter { $0.scalarText != nil }.map(pattern)
  }

  private func perLayer<Value>(
    _ node: Node, _ key: String, _ type: ValueType<Value>, _ bag: inout DiagnosticBag
  ) -> [TrainingSettings.LayerValue<Value>] {
    guard let entries = mapping(node, key, "{\"conv*\": 0.1}", &bag) else { return [] }
    var context = DecodeContext(bag: bag, layerType: "train", key: key)
    defer { bag = context.bag }
    return entries.compactMap { entry in
      type.decode(entry.value, &context).map { TrainingSettings.LayerValue(layers: pattern(entry.key), value: $0) }
    }
  }

  private func pattern(_ node: Node) -> NamePattern { NamePattern(node.scalarText ?? "", span: node.span) }

  private func mapping(_ node: Node, _ key: String, _ example: String, _ bag: inout DiagnosticBag) -> [Node.Entry]? {
    if node.isNull { return nil }
    if let entries = node.entries { return entries }
    bag.report(
      Diagnostic(
        .wrongType, "`\(key)` must be a mapping, not \(node.kindName)", at: node.span, help: ["such as `\(example)`"]))
    return nil
  }
}

/// Reads `validation`: which examples are kept back.
enum ValidationReader {
  static func read(_ node: Node, _ bag: inout DiagnosticBag) -> TrainingSettings.Validation? {
    if node.isNull || node.scalarText == "none" { return TrainingSettings.Validation.none }
    guard let entries = node.entries else {
      bag.report(
        Diagnostic(
          .wrongType, "`validation` must be a mapping, not \(node.kindName)", at: node.span,
          help: ["such as `validation: {split: 0.1}`, or `none`"]))
      return nil
    }
    var values = KeyedValues(entries, of: "validation", bag)
    let share = values.take("split", .share)
    let isStratified = values.take("stratify", .bool) ?? true
    let folds = values.take("folds", .integer("a whole number from 2", in: 2...10_000))
    let fold = values.take("fold", ValueType<Int>.nonNegative) ?? 0
    if share != nil, folds != nil {
      values.report(
        Diagnostic(.conflictingParameters, "`validation` has both `split` and `folds`", at: node.span))
    }
    if let folds, fold >= folds {
      values.report(
        Diagnostic(.outOfRange, "`fold` must be below the \(folds) folds, not \(fold)", at: node.span))
    }
    bag = values.finish()
    if let folds { return .folds(count: folds, fold: fold, isStratified: isStratified) }
    if let share, share == 0 { return TrainingSettings.Validation.none }
    return .split(share: share ?? 0.2, isStratified: isStratified)
  }
}
