import Diagnostics
import NetIR
import YAMLSyntax

/// A name that refers to a layer, and where it is written.
package struct Reference: Sendable, Equatable {
  package var name: String
  package var span: SourceSpan
  /// The block that it is written in: names are looked up there first, then further out.
  package var scope: String
}

/// One layer as the spec writes it, whichever of the three spellings it used.
package struct LayerDeclaration: Sendable {
  package var typeName: String
  package var typeSpan: SourceSpan
  package var name: String
  /// Where the name is written; the type when the layer got its name from netc.
  package var nameSpan: SourceSpan
  /// nil: the layer above.
  package var incomings: [Reference]?
  /// nil when something in it was wrong and has been reported.
  package var kind: (any LayerKind)?
  /// Where the value of each written parameter stands.
  package var places: [String: SourceSpan]
  /// The block that the layer belongs to: `conv2/first`, or empty.
  package var scope = ""
  /// The uses of blocks through which it was written out, the outermost first.
  package var uses: [BlockUse] = []
  /// What feeds it could not be read, which was reported.
  package var isSilenced = false
  /// It goes on from the layer above, as the parts of a layer with `batch_norm` do.
  package var isContinuation = false
  /// It is a base's, and its parameters are in the base's weights.
  package var takesBaseWeights = false

  /// Its parameters do not learn: `trainable: false`, of the layer or a block around it.
  package var isFrozen = false

  /// Whether it has to be fed by something.
  var takesIncoming: Bool { kind.map { type(of: $0).arity != .none } ?? true }
}

/// A spec file as text says it: typed layers, nothing resolved yet.
package struct Spec: Sendable {
  package var name: String
  /// Written out: without blocks, repetitions and conditions.
  package var layers: [LayerDeclaration] = []
  /// Names that mean other layers.
  package var aliases: [String: LayerAlias] = [:]
  /// nil: the last layer.
  package var outputs: [Reference]?
  /// Names of the classes, in the order of the output's units.
  package var classes: [String] = []
  package var classesSpan: SourceSpan?
  /// The loss that the spec asks for; `regression: true` is nolearn's word for squared_error.
  package var objective: WrittenObjective?
  /// Warnings that are switched off.
  package var silenced: Set<DiagnosticCode> = []
  package var preprocessing: [PreprocessingStep] = []
  package var optimizer = Optimizer.nesterovMomentum
  package var training = TrainingSettings()
  /// Outputs that `train.objective` names.
  package var objectiveOutputs: [Reference] = []
  package var data = DataSettings()
  /// The weights that `base` names.
  package var baseWeights: BaseWeights?
  /// What `let:` here and in included files defines, written out.
  package var constants: [String: Node] = [:]
  /// The blocks of this file and of included ones.
  package var blocks: [String: BlockDefinition] = [:]
  /// Whether everything in the file was understood. Where it was not, nothing is known of what is missing.
  package var isComplete = true

  package init(name: String) { self.name = name }
}

/// The loss by its name, and where it is chosen.
package struct WrittenObjective: Sendable, Equatable {
  package var name: String
  package var span: SourceSpan
}

/// The update rules of the language, and what each keeps beside every parameter.
package enum Optimizer: String, Sendable, CaseIterable {
  case sgd, momentum
  case nesterovMomentum = "nesterov_momentum"
  case adagrad, rmsprop, adadelta, adam, adamax, amsgrad, adamw

  /// Numbers kept for each trainable parameter.
  package var slots: Int {
    switch self {
    case .sgd: 0
    case .momentum, .nesterovMomentum, .adagrad, .rmsprop: 1
    case .adadelta, .adam, .adamax, .adamw: 2
    case .amsgrad: 3
    }
  }
}
