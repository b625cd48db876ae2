import NetIR

/// How sums may be reordered and approximated.
package enum Numerics: String, Sendable, CaseIterable {
  /// Algorithms may trade accuracy for speed within `CompileOptions.errorBudget`.
  case fast
  /// Plain fp32 products only.
  case strict
}

/// In what the plan multiplies.
package enum Precision: String, Sendable, CaseIterable {
  case fp32, bf16
  /// On GPUs alone.
  case fp16

  /// Of what plans of a GPU keep and hand on.
  package var storage: StorageType {
    switch self {
    case .fp32: .float32
    case .bf16: .bfloat16
    case .fp16: .float16
    }
  }
}

/// What the compiler is told beside the network.
package struct CompileOptions: Sendable {
  /// Examples that a run takes.
  package var batch: Int
  /// Examples that go through the plan at a time, a divisor of the batch; nil lets `Microbatch` choose.
  package var microbatch: Int?
  package var precision: Precision
  package var numerics: Numerics
  package var target: TargetDescription
  /// With `fast` numerics: the largest error, relative to the results, that a layer's algorithm may be expected to
  /// make (`Plan.expectedError`).
  package static let errorBudget = 5e-6

  /// Bytes that the arena of a step of training should do with, at the price of time; nil where it may take what is
  /// quickest.
  package var arenaLimit: Int?

  /// The kernels that exist.
  package var catalogue: KernelCatalogue
  /// Times of kernels on the machine that the plan is for, where somebody took them.
  package var measurements: MeasurementTable?
  /// Why a library does not compute what: reasons by `OpInstance.signature` and kernel.
  package var refusals: [String: [String: String]] = [:]

  /// What becomes of the gradients of convolutions' images.
  package enum DataGradients: Sendable {
    /// Each what is quicker: by times where there are some, else by a rule.
    case chosen
    /// All one product, or all convolutions: so that either can be timed.
    case whole, lowered
  }
  package var dataGradients = DataGradients.chosen

  package init(
    batch: Int, precision: Precision = .fp32, numerics: Numerics = .fast, target: TargetDescription,
    catalogue: KernelCatalogue, measurements: MeasurementTable? = nil
  ) {
    self.batch = batch
    self.precision = precision
    self.numerics = numerics
    self.target = target
    self.catalogue = catalogue
    self.measurements = measurements
  }
}
