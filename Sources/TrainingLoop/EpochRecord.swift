import Exchange

/// A number that belongs to a parameter or a layer.
package struct TensorNumber: Sendable, Equatable {
  package var name: String
  package var value: Double

  package init(_ name: String, _ value: Double) { (self.name, self.value) = (name, value) }
}

/// What an epoch came to: a line of `history.jsonl`.
package struct EpochRecord: Sendable, Equatable {
  /// From 1.
  package var epoch: Int
  /// The mean over examples as they were trained on, penalties left out.
  package var trainLoss: Double
  /// nil without validation.
  package var validLoss: Double?
  /// Shares of right classes; nil where there are no classes.
  package var trainAccuracy: Double?
  package var validAccuracy: Double?
  /// What the penalties come to at the end.
  package var penalty: Double
  /// At the last step.
  package var learningRate: Double
  /// ‖Δw‖/‖w‖ of the last step, the median over weights.
  package var updateRatio: Double?
  /// The same of each weight.
  package var updateRatios: [TensorNumber] = []
  /// Of each rectified layer the share of units that were 0 for all examples of the probe.
  package var deadUnits: [TensorNumber] = []
  /// Where the loss is scaled.
  package var lossScale: Scale?
  package var seconds: Double
  package var examplesPerSecond: Double

  /// What `early_stopping` and `best` go by: the validation loss, without one that of training.
  package var judged: Double { validLoss ?? trainLoss }

  /// What the loss was multiplied by at the end of an epoch, and how many of its steps changed nothing.
  package struct Scale: Sendable, Equatable {
    package var factor: Double
    package var skipped: Int
  }

  package var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map(JSONValue.double) ?? .null }
    var fields: [(String, JSONValue)] = [
      ("epoch", .int(epoch)), ("train_loss", .double(trainLoss)), ("valid_loss", number(validLoss)),
      ("train_accuracy", number(trainAccuracy)), ("valid_accuracy", number(validAccuracy)),
      ("penalty", .double(penalty)), ("learning_rate", .double(learningRate)), ("update_ratio", number(updateRatio)),
      ("seconds", .double(seconds)), ("examples_per_s", .double(examplesPerSecond)),
      ("update_ratios", Self.object(updateRatios)), ("dead_relu", Self.object(deadUnits)),
    ]
    if let lossScale {
      fields += [("loss_scale", .double(lossScale.factor)), ("skipped_steps", .int(lossScale.skipped))]
    }
    return .object(fields)
  }

  private static func object(_ numbers: [TensorNumber]) -> JSONValue {
    .object(numbers.map { ($0.name, .double($0.value)) })
  }

  private static func numbers(_ json: JSONValue?) -> [TensorNumber] {
    (json?.objectValue ?? []).compactMap { name, value in value.doubleValue.map { TensorNumber(name, $0) } }
  }

  package init(
    epoch: Int, trainLoss: Double, validLoss: Double? = nil, trainAccuracy: Double? = nil,
    validAccuracy: Double? = nil, penalty: Double = 0, learningRate: Double = 0, updateRatio: Double? = nil,
    seconds: Double = 0, examplesPerSecond: Double = 0
  ) {
    (self.epoch, self.trainLoss, self.validLoss) = (epoch, trainLoss, validLoss)
    (self.trainAccuracy, self.validAccuracy, self.penalty) = (trainAccuracy, validAccuracy, penalty)
    (self.learningRate, self.updateRatio) = (learningRate, updateRatio)
    (self.seconds, self.examplesPerSecond) = (seconds, examplesPerSecond)
  }

  /// nil where something is missing.
  package init?(_ json: JSONValue) {
    guard let epoch = json["epoch"]?.intValue, let trainLoss = json["train_loss"]?.doubleValue,
      let rate = json["learning_rate"]?.doubleValue
    else { return nil }
    func number(_ key: String) -> Double? { json[key]?.doubleValue }
    self.init(
      epoch: epoch, trainLoss: trainLoss, validLoss: number("valid_loss"), trainAccuracy: number("train_accuracy"),
      validAccuracy: number("valid_accuracy"), penalty: number("penalty") ?? 0, learningRate: rate,
      updateRatio: number("update_ratio"), seconds: number("seconds") ?? 0,
      examplesPerSecond: number("examples_per_s") ?? 0)
    (updateRatios, deadUnits) = (Self.numbers(json["update_ratios"]), Self.numbers(json["dead_relu"]))
    if let factor = json["loss_scale"]?.doubleValue, let skipped = json["skipped_steps"]?.intValue {
      lossScale = Scale(factor: factor, skipped: skipped)
    }
  }
}
