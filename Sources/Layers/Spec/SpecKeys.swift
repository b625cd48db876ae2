import Diagnostics

/// The keys below a spec's top level, each with what it is for: the reader, the JSON Schema and completion ask
/// here. Those of the top level are ``SpecReader/keys``, those of layers are in the registry.
package enum SpecKeys {
  package typealias Row = (key: String, doc: String)

  /// Keys of every layer and of every use of a block.
  package static let everyLayer: [Row] = [
    ("name", "the layer's name; netc makes one from the type without it"),
    ("incoming", "the layer that feeds it; the one above without it"),
    ("incomings", "the layers that feed it"),
    ("repeat", "how many copies to chain; `$i` counts them from 0"),
    ("when", "whether the layer is there; one that is not hands its incoming through"),
    ("trainable", "false for a layer that does not learn, as under `freeze` of `train`"),
  ]

  package static let data: [Row] = [
    ("train", "the examples to learn from"),
    ("valid", "the examples to stop by"),
    ("test", "the examples to judge by"),
    ("preprocess", "the steps that raw data goes through"),
    ("augment", "random changes of the training examples"),
    ("balance", "`up` repeats examples of rare classes, `down` leaves out those of frequent ones"),
  ]

  /// Formats of `train`, `valid` and `test`.
  package static let sources: [Row] = [
    ("idx", "`{images: FILE, labels: FILE}`, as MNIST is stored"),
    ("cifar10", "one or more files of records; `{files: […], size: 128}` for images of another size than 32"),
    ("npz", "`{file: FILE, inputs: [x], targets: [y]}`: arrays by their names"),
    ("npy", "`{inputs: [FILE], targets: [FILE]}`"),
    ("folder", "a folder with a sub-folder of PNG, JPEG or BMP pictures for each class"),
    ("csv", "a file, or `{file: FILE, targets: [column], separator: \";\"}`"),
  ]

  package static let preprocessing: [Row] = [
    ("resize", "brings pictures to a size: `resize: 256` the shorter side, `resize: [224, 224]` height and width"),
    ("center_crop", "keeps the middle of pictures: `center_crop: 227`, or `[height, width]`"),
    ("channel_order", "`bgr` for blue, green, red, as networks from Caffe want it; `rgb` as files have it"),
    ("scale", "maps bytes to a range: `scale: [0, 1]`"),
    ("multiply", "multiplies by a number, or by one per channel"),
    ("divide", "divides by a number, or by one per channel"),
    ("subtract", "subtracts a number, or one per channel"),
    ("center", "subtracts the mean of the training examples: per `channel`, `pixel`, or `all`"),
    ("standardize", "subtracts their mean and divides by their standard deviation: per `channel`, `pixel`, or `all`"),
    ("min_max", "maps their least and largest value to a range: `min_max: [0, 1]`"),
    ("whiten", "turns to their principal components, each of variance 1: `{whiten: {epsilon: 1.0e-5}}`"),
  ]

  package static let train: [Row] = [
    ("objective", "what is minimised"),
    ("update", "the update rule, such as `adam` or `{nesterov_momentum: {learning_rate: 0.01}}`"),
    ("schedule", "how the learning rate changes"),
    ("momentum_schedule", "how the momentum changes"),
    ("regularization", "penalties, such as `{l2: 5.0e-4}`"),
    ("clip", "bounds of gradients: `{norm: 5}` of all together, `{value: 1}` of each element"),
    ("max_norm", "the largest norm of a unit's weights"),
    ("batch_size", "examples per step"),
    ("max_epochs", "how often the training set is gone through"),
    ("validation", "which examples are kept back"),
    ("early_stopping", "when to stop without progress"),
    ("class_weights", "`balanced`, or a number for each class: how much its examples count"),
    ("seed", "the start of all random numbers"),
    ("freeze", "layers that do not learn"),
    ("learning_rates", "factors of the update, per layer"),
  ]

  package static let base: [Row] = [
    ("spec", "the spec to start from, relative to this file"),
    ("weights", "its weights, a safetensors file relative to this file; `run`, `bench` and `compile` use them"),
    ("unused", "tensors of the weights that are left out: names, layers, or patterns such as `aux*`"),
    ("fresh", "parameters of the base's layers that are initialised though the weights may have them"),
    ("until", "the last layer that is kept"),
    ("drop", "layers that are taken out"),
    ("transform", "`fc_to_conv: [fc6, fc7]` makes convolutions of dense layers"),
  ]

  package static let block: [Row] = [
    ("parameters", "names with their defaults, or `required`"),
    ("layers", "the layers, in order; `input` is what the block is given"),
  ]

  /// The warnings that a spec may switch off.
  package static var warnings: [Row] { DiagnosticCode.allCases.filter(\.isWarning).map { ($0.name, $0.title) } }

  /// Keys that nolearn's flat spelling has for training.
  package static let nolearn = [
    "update", "regression", "max_epochs", "objective", "objective_loss_function", "eval_size", "verbose",
  ]
  /// And how more of them begin.
  package static let nolearnPrefixes = ["update_", "objective_"]
}
