import Diagnostics
import Layers
import NetIR
import Testing
import Training

struct TrainingSettingsTests {
  private static let layers = """
    layers:
      - Input: {name: in, shape: [null, 4]}
      - Dense: {name: hidden, num_units: 5}
      - Dense: {name: out, num_units: 3, nonlinearity: softmax}

    """

  private static func checked(_ train: String) -> Checked { Checked(layers + "train: {\(train)}\n") }

  private static func settings(_ train: String) throws -> TrainingSettings {
    let checked = checked(train)
    #expect(checked.diagnostics.allSatisfy { $0.severity == .warning }, "\(checked.rendered)")
    return try checked.good().training
  }

  /// nolearn's: nesterov_momentum at Lasagne's rate, batches of 128, 100 epochs, a fifth kept back.
  @Test func withoutAWord() throws {
    let settings = try Checked(Self.layers).good().training
    #expect(settings == TrainingSettings())
    #expect(settings.rule == .nesterovMomentum(0.9) && settings.learningRate == 0.01)
    #expect(settings.objective(of: "out") == ObjectiveSetting(.loss(.crossEntropy(smoothing: 0))))
    #expect(settings.batchSize == 128 && settings.epochs == 100 && settings.seed == 42)
    #expect(settings.validation == .split(share: 0.2, isStratified: true))
  }

  @Test(
    arguments: [
      ("sgd", .sgd, 0.01), ("{momentum: {momentum: 0.5}}", .momentum(0.5), 0.01),
      ("{nesterov_momentum: {learning_rate: 0.1, momentum: 0.8}}", .nesterovMomentum(0.8), 0.1),
      ("adagrad", .adagrad(epsilon: 1e-6), 1),
      ("{rmsprop: {rho: 0.5, epsilon: 1.0e-3}}", .rmsprop(rho: 0.5, epsilon: 1e-3), 1),
      ("{adadelta: {rho: 0.5}}", .adadelta(rho: 0.5), 1),
      ("{adam: {beta1: 0.5, beta2: 0.6, epsilon: 0.1}}", .adam(.init(beta1: 0.5, beta2: 0.6, epsilon: 0.1)), 0.001),
      ("adamax", .adamax(), 0.002), ("amsgrad", .amsgrad(), 0.001),
      ("{adamw: {weight_decay: 0.5, learning_rate: 3.0e-4}}", .adamw(decay: 0.5), 3e-4),
    ] as [(String, UpdateRule, Double)])
  func rules(_ text: String, _ rule: UpdateRule, _ rate: Double) throws {
    let settings = try Self.settings("update: \(text)")
    #expect(settings.rule == rule && settings.learningRate == rate)
  }

  @Test(
    arguments: [
      ("constant", .constant), ("cosine", .cosine(end: 0)), ("{cosine: 0.01}", .cosine(end: 0.01)),
      ("{step: {every: 5, factor: 0.2}}", .step(every: 5, factor: 0.2)),
      ("{step: {every: 5}}", .step(every: 5, factor: 0.1)),
      ("{halve: 7}", .step(every: 7, factor: 0.5)), ("{exponential: 0.9}", .exponential(factor: 0.9)),
      ("{linear: {end: 1.0e-4}}", .linear(end: 1e-4)), ("one_cycle", .oneCycle()),
      (
        "{one_cycle: {share: 0.2, divisor: 10, final_divisor: 100}}",
        .oneCycle(share: 0.2, divisor: 10, finalDivisor: 100)
      ),
      (
        "{one_cycle: {base_momentum: 0.7, max_momentum: 0.8}}", .oneCycle(momentum: 0.7...0.8)
      ),
      ("{one_cycle: {base_momentum: 0.97}}", .oneCycle(momentum: 0.97...0.97)),
      ("plateau", .plateau(factor: 0.5, patience: 3)),
      ("{plateau: {factor: 0.2, patience: 5}}", .plateau(factor: 0.2, patience: 5)),
    ] as [(String, Schedule)])
  func schedules(_ text: String, _ schedule: Schedule) throws {
    #expect(try Self.settings("schedule: \(text)").schedule == schedule)
    #expect(try Self.settings("momentum_schedule: \(text)").momentumSchedule == schedule)
  }

  @Test func aWarmUpStandsBesideASchedule() throws {
    let settings = try Self.settings("schedule: {cosine: {end: 0}, warm_up: {epochs: 2, start: 0.5}}")
    #expect(settings.schedule == .cosine() && settings.warmUp == WarmUp(epochs: 2, start: 0.5))
    #expect(try Self.settings("schedule: {warm_up: 3}").warmUp == WarmUp(epochs: 3))
  }

  @Test(
    arguments: [
      ("categorical_crossentropy", .crossEntropy(smoothing: 0), 1),
      ("{categorical_crossentropy: {label_smoothing: 0.1, weight: 2}}", .crossEntropy(smoothing: 0.1), 2),
      ("binary_crossentropy", .binaryCrossEntropy, 1), ("squared_error", .squaredError, 1),
      ("absolute_error", .absoluteError, 1), ("{huber: {delta: 2}}", .huber(delta: 2), 1),
      ("binary_hinge", .binaryHinge(delta: 1), 1),
      ("{multiclass_hinge: {delta: 0.5}}", .multiclassHinge(delta: 0.5), 1),
    ] as [(String, Loss, Float)])
  func objectives(_ text: String, _ loss: Loss, _ weight: Float) throws {
    #expect(
      try Self.settings("objective: \(text)").objective(of: "out") == ObjectiveSetting(.loss(loss), weight: weight))
    let own = try Self.settings("objective: {out: \(text)}")
    #expect(own.objective(of: "out") == ObjectiveSetting(.loss(loss), weight: weight))
  }

  @Test func theOtherKeys() throws {
    let settings = try Self.settings(
      """
      batch_size: 32, max_epochs: 7, seed: 3, clip: {norm: 5, value: 1}, max_norm: 3, early_stopping: {patience: 4},
        class_weights: [1, 2, 0.5], validation: {folds: 5, fold: 2, stratify: false},
        regularization: {l1: 0.1, l2: 0.2, weight_decay: 0.3, layers: {out: {l2: 1}}},
        freeze: hidden, learning_rates: {"*": 0.1, out: 10}
      """)
    #expect(settings.batchSize == 32 && settings.epochs == 7 && settings.seed == 3 && settings.patience == 4)
    #expect(settings.clipping.value == 1 && settings.clipping.norm == 5 && settings.clipping.maxNorm == 3)
    #expect(settings.classWeights == .given([1, 2, 0.5]))
    #expect(settings.validation == .folds(count: 5, fold: 2, isStratified: false))
    #expect(settings.multiplier(of: "hidden.W") == 0 && settings.multiplier(of: "out.b") == 10)
  }

  /// Biases are spared unless asked for; a layer's own penalty stands in place of the general one.
  @Test func penalties() throws {
    let text = "regularization: {l2: 0.2, layers: {out: {l1: 1}}"
    let network = try Self.checked(text + "}").good()
    let penalties = Dictionary(
      uniqueKeysWithValues: network.weights.map { ($0.name, network.training.penalty(of: $0)) })
    #expect(
      penalties == [
        "hidden.W": Penalty(l2: 0.2), "hidden.b": Penalty(), "out.W": Penalty(l1: 1), "out.b": Penalty(),
      ])
    let all = try Self.checked(text + ", biases: true}").good()
    #expect(all.weights.map { all.training.penalty(of: $0) }[1] == Penalty(l2: 0.2))
  }

  @Test func frozenParametersAreNotTrained() throws {
    let network = try Self.checked("freeze: [hidden, out.b]").good()
    #expect(network.trained.map(\.name) == ["out.W"])
  }

  /// `trainable: false` of a layer, with its normalisation, and of a block with all that is in it.
  @Test func layersSayThatTheyDoNotLearn() throws {
    let network = try Checked(
      """
      blocks:
        twice:
          layers:
            - Dense: {name: a, num_units: 4}
            - Dense: {name: b, num_units: 4, trainable: true}
      layers:
        - Input: {shape: [null, 4]}
        - Dense: {name: first, num_units: 4, batch_norm: true, trainable: false}
        - Dropout: {trainable: false}
        - twice: {name: one, trainable: false}
        - twice: {name: two, trainable: true}
        - [last, DenseLayer]
      last_num_units: 3
      last_nonlinearity: softmax
      last_trainable: false

      """
    ).good()
    #expect(network.trained.map(\.name) == ["two/a.W", "two/a.b", "two/b.W", "two/b.b"])
    #expect(network.training.multiplier(of: "first_bn.gamma") == 0)
    let wrong = Checked(Self.layers.replacing("num_units: 5", with: "num_units: 5, trainable: maybe"))
    #expect(wrong.marks == ["N0105 maybe"])
  }

  @Test func objectivesAsFormulas() throws {
    let formula = LossExpression.reduction(.mean, .power(.difference(.prediction, .target), 2))
    for text in [
      "{expression: \"mean((p - t)^2)\"}", "{out: {expression: mean((p - t)^2)}}",
      "{expression: {of: \"mean((prediction - target)^2)\"}}",
    ] {
      #expect(try Self.settings("objective: \(text)").objective(of: "out") == ObjectiveSetting(.expression(formula)))
    }
    let weighted = try Self.settings("objective: {expression: {of: \"mean((p - t)^2)\", weight: 3}}")
    #expect(weighted.objective == ObjectiveSetting(.expression(formula), weight: 3))
  }

  @Test func nolearnsKeys() throws {
    let flat = """
      update: momentum
      update_learning_rate: 0.3
      update_momentum: 0.8
      objective_l2: 0.0025
      eval_size: 0.25
      max_epochs: 12
      regression: true

      """
    let settings = try Checked(Self.layers.replacing("softmax", with: "null") + flat).good().training
    #expect(settings.rule == .momentum(0.8) && settings.learningRate == 0.3 && settings.epochs == 12)
    #expect(settings.penalty == Penalty(l2: 0.0025) && settings.validation == .split(share: 0.25, isStratified: true))
    #expect(settings.objective.kind == .loss(.squaredError))
  }

  @Test(
    arguments: [
      ("update: {adam: {momentum: 0.9}}", "N0103 momentum"), ("update: {adam: {learning_rate: 0}}", "N0106 0"),
      ("update: {momentum: {momentum: 1}}", "N0106 1"), ("update: {sgd: {learning_rate: x}}", "N0105 x"),
      ("schedule: cosin", "N0106 cosin"), ("schedule: {step: {factor: 0.5}}", "N0104 step"),
      ("schedule: {step: {every: 0}}", "N0106 0"), ("schedule: {cosine: {}, plateau: {}}", "N0113 plateau"),
      ("schedule: [cosine]", "N0105 [cosine]"), ("schedule: {warm_up: {start: 0.1}}", "N0104 {start: 0.1}"),
      ("objective: squared_eror", "N0106 squared_eror"), ("objective: {huber: {dleta: 1}}", "N0103 dleta"),
      ("objective: [huber]", "N0105 [huber]"), ("objective: {lost: squared_error}", "N0305 lost"),
      ("objective: {out: squared_eror}", "N0106 squared_eror"),
      ("objective: {categorical_crossentropy: {label_smoothing: 1}}", "N0106 1"),
      ("regularization: {l3: 1}", "N0103 l3"), ("regularization: 0.1", "N0105 0.1"),
      ("regularization: {layers: {lost: {l2: 1}}}", "N0120 lost"), ("regularization: {l2: -1}", "N0106 -1"),
      ("clip: {nrom: 1}", "N0103 nrom"), ("clip: 5", "N0105 5"), ("max_norm: 0", "N0106 0"),
      ("batch_size: 0", "N0106 0"), ("batch_size: 1.5", "N0105 1.5"), ("max_epochs: many", "N0105 many"),
      ("validation: {split: 1}", "N0106 1"), ("validation: {folds: 1}", "N0106 1"), ("validation: 0.1", "N0105 0.1"),
      ("validation: {split: 0.1, folds: 3}", "N0113 {split: 0.1, folds: 3}"),
      ("validation: {folds: 3, fold: 3}", "N0106 {folds: 3, fold: 3}"), ("early_stopping: {patience: 0}", "N0106 0"),
      ("early_stopping: {}", "N0104 {}"), ("class_weights: heavy", "N0105 heavy"), ("class_weights: [1, x]", "N0105 x"),
      ("objective: {expression: \"mean(p - x)\"}", "N0115 x"), ("objective: {expression: mean(t)}", "N0115 mean(t)"),
      ("objective: {expression: [p]}", "N0105 [p]"), ("objective: {expression: {of: 3}}", "N0115 3"),
      ("schedule: {one_cycle: {base_momentum: 0.9, max_momentum: 0.8}}", "N0106 one_cycle"),
      ("schedule: {one_cycle: {max_momentum: 1}}", "N0106 1"), ("seed: -1", "N0106 -1"),
      ("freeze: [lost]", "N0120 lost"), ("freeze: {a: b}", "N0105 {a: b}"),
      ("learning_rates: {out: -1}", "N0106 -1"), ("learning_rates: {lost: 1}", "N0120 lost"),
    ])
  func refuses(_ text: String, _ mark: String) { #expect(Self.checked(text).marks == [mark]) }

  @Test func aNearNameIsSuggested() throws {
    #expect(try Self.checked("freeze: [hiden]").only().replacement?.text == "hidden")
    #expect(try Self.checked("objective: {squared_eror: {}}").only().replacement?.text == "squared_error")
  }
}
