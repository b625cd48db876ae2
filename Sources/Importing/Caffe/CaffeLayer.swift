/// One layer of a definition, in the form that Caffe has had since 2014.
struct CaffeLayer {
  var name: String
  var type: String
  /// Names of blobs.
  var bottoms: [String]
  var tops: [String]
  /// What is not asked for of it is unknown.
  var fields: FieldReader
  /// One for each of its blobs of parameters, as far as the definition says.
  var parameters: [Parameter] = []
  /// Whether it is there when a network is tested, and when it learns.
  var isTested = true
  var isTrained = true

  struct Parameter {
    /// Layers that call a parameter alike share it.
    var name = ""
    var rate = 1.0
    var decay = 1.0
  }

  /// Types that only matter to learning or to people.
  var isSkipped: Bool { ["Accuracy", "Silence"].contains(type) }
  var isInPlace: Bool { bottoms.count == 1 && tops == bottoms }

  /// - Parameter isOld: whether it stands in a field `layers`, whose types are words of an enumeration.
  init(_ message: TextMessage, _ place: Range<Int>, isOld: Bool) {
    fields = FieldReader(message, isOld ? "layers" : "layer", place)
    name = fields.text("name") ?? ""
    let word = fields.word("type") ?? ""
    type = isOld ? Self.types[word] ?? word : word
    bottoms = fields.texts("bottom")
    tops = fields.texts("top")
    fields.ignore("propagate_down", "loss_param", "phase", "debug_param")
    if isOld, fields.has("layer") {
      fields.report(
        "this is a definition of 2013", at: "layer", help: ["Caffe's `upgrade_net_proto_text` makes a newer one"])
    }
    readParameters(isOld: isOld)
    readPhases()
  }

  private mutating func readParameters(isOld: Bool) {
    if isOld {
      let (names, rates, decays) = (
        fields.texts("param"), fields.numbers("blobs_lr"), fields.numbers("weight_decay")
      )
      fields.ignore("blob_share_mode")
      for index in 0..<max(names.count, rates.count, decays.count) {
        parameters.append(
          Parameter(
            name: index < names.count ? names[index] : "", rate: index < rates.count ? rates[index] : 1,
            decay: index < decays.count ? decays[index] : 1))
      }
      return
    }
    for (message, place) in fields.messages("param") {
      var reader = FieldReader(message, "param", place)
      reader.ignore("share_mode")
      parameters.append(
        Parameter(
          name: reader.text("name") ?? "", rate: reader.number("lr_mult") ?? 1,
          decay: reader.number("decay_mult") ?? 1))
      fields.adopt(reader)
    }
  }

  /// Rules of `include` and `exclude`, for networks of no stage and level 0.
  private mutating func readPhases() {
    let (included, excluded) = (rules("include"), rules("exclude"))
    func isThere(_ phase: String) -> Bool {
      included.isEmpty ? !excluded.contains { $0(phase) } : included.contains { $0(phase) }
    }
    (isTested, isTrained) = (isThere("TEST"), isThere("TRAIN"))
  }

  private mutating func rules(_ key: String) -> [(String) -> Bool] {
    var rules: [(String) -> Bool] = []
    for (message, place) in fields.messages(key) {
      var reader = FieldReader(message, key, place)
      let phase = reader.word("phase")
      let hasStage = reader.has("stage")
      let (least, most) = (reader.integer("min_level") ?? 0, reader.integer("max_level") ?? 0)
      reader.ignore("not_stage")
      fields.adopt(reader)
      rules.append { (phase ?? $0) == $0 && !hasStage && least <= 0 && most >= 0 }
    }
    return rules
  }

  private static let types: [String: String] = [
    "ABSVAL": "AbsVal", "ACCURACY": "Accuracy", "ARGMAX": "ArgMax", "BNLL": "BNLL", "CONCAT": "Concat",
    "CONVOLUTION": "Convolution", "DATA": "Data", "DECONVOLUTION": "Deconvolution", "DROPOUT": "Dropout",
    "DUMMY_DATA": "DummyData", "ELTWISE": "Eltwise", "EUCLIDEAN_LOSS": "EuclideanLoss", "EXP": "Exp",
    "FLATTEN": "Flatten", "HDF5_DATA": "HDF5Data", "HINGE_LOSS": "HingeLoss", "IMAGE_DATA": "ImageData",
    "INNER_PRODUCT": "InnerProduct", "LRN": "LRN", "MEMORY_DATA": "MemoryData", "MVN": "MVN", "POOLING": "Pooling",
    "POWER": "Power", "RELU": "ReLU", "SIGMOID": "Sigmoid", "SIGMOID_CROSS_ENTROPY_LOSS": "SigmoidCrossEntropyLoss",
    "SILENCE": "Silence", "SLICE": "Slice", "SOFTMAX": "Softmax", "SOFTMAX_LOSS": "SoftmaxWithLoss",
    "SPLIT": "Split", "TANH": "TanH", "THRESHOLD": "Threshold", "WINDOW_DATA": "WindowData",
  ]
}
