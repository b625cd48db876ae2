import Layers
import NetworkTestSupport
import Testing

@testable import Importing

@Suite struct CaffeImportTests {
  static let input = "input: 'data' input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8\n"

  private func read(
    _ text: String, solver: String? = nil, options: ImportOptions = .init()
  ) throws -> (network: ImportedNetwork, parameters: [CaffeParameter]) {
    let solver = try solver.map { try TextFormatParser.parse(Array($0.utf8)) }
    return try CaffeImport.read(
      try TextFormatParser.parse(Array(text.utf8)), name: "net", solver: solver, options: options)
  }

  /// The layers behind the input, as a spec has them; the spec is one that netc takes.
  private func layers(_ text: String) throws -> [String] {
    let spec = try read(Self.input + text).network.spec(comment: "test")
    _ = try Networks.of(spec)
    return spec.replacing(/,\n +/, with: ", ").split(separator: "\n").filter { $0.hasPrefix("  - ") }.dropFirst().map {
      String($0.dropFirst(4)).replacing(/: +/, with: ": ")
    }
  }

  /// One layer that reads the input.
  static func layer(_ type: String, _ rest: String = "", from bottom: String = "data", top: String? = nil)
    -> String
  {
    "layer { name: '\(type)' type: '\(type)' bottom: '\(bottom)' top: '\(top ?? type)' \(rest) }\n"
  }

  @Test(arguments: [
    (
      "Convolution", "convolution_param { num_output: 4 kernel_size: 3 }",
      "Conv2D: {name: Convolution, num_filters: 4, filter_size: 3, nonlinearity: linear}"
    ),
    (
      "Convolution",
      "convolution_param { num_output: 6 kernel_h: 3 kernel_w: 1 stride: 2 pad_h: 1 group: 3 bias_term: false dilation: 2 }",
      "Conv2D: {name: Convolution, num_filters: 6, filter_size: [3, 1], stride: 2, pad: [1, 0], dilation: 2, "
        + "num_groups: 3, b: null, nonlinearity: linear}"
    ),
    (
      "Convolution",
      "convolution_param { num_output: 4 kernel_size: 1 weight_filler { type: 'xavier' } bias_filler { value: 0.1 } }",
      "Conv2D: {name: Convolution, num_filters: 4, filter_size: 1, W: lecun_uniform, b: 0.1, nonlinearity: linear}"
    ),
    (
      "Deconvolution", "convolution_param { num_output: 2 kernel_size: 4 stride: 2 pad: 1 }",
      "TransposedConv2D: {name: Deconvolution, num_filters: 2, filter_size: 4, stride: 2, crop: 1, "
        + "nonlinearity: linear}"
    ),
    (
      "InnerProduct", "inner_product_param { num_output: 5 }",
      "Dense: {name: InnerProduct, num_units: 5, nonlinearity: linear}"
    ),
    // (8 − 3)/2 + 1 is 3 with the last row left out, 4 with it.
    (
      "Pooling", "pooling_param { kernel_size: 3 stride: 2 }",
      "MaxPool2D: {name: Pooling, pool_size: 3, stride: 2, round: ceil}"
    ),
    (
      "Pooling", "pooling_param { kernel_size: 3 stride: 2 round_mode: FLOOR }",
      "MaxPool2D: {name: Pooling, pool_size: 3, stride: 2}"
    ),
    (
      "Pooling", "pooling_param { pool: AVE kernel_size: 2 stride: 2 }",
      "Pool2D: {name: Pooling, pool_size: 2, mode: average_exc_pad}"
    ),
    (
      "Pooling", "pooling_param { pool: AVE kernel_size: 3 pad: 1 stride: 2 }",
      "Pool2D: {name: Pooling, pool_size: 3, stride: 2, pad: 1, mode: average_inc_pad, round: ceil}"
    ),
    ("Pooling", "pooling_param { pool: AVE global_pooling: true }", "GlobalPool: {name: Pooling}"),
    (
      "LRN", "lrn_param { local_size: 3 alpha: 5e-5 beta: 0.75 }",
      "LRN: {name: LRN, n: 3, alpha: 5e-05, beta: 0.75, k: 1, alpha_over_n: true}"
    ),
    (
      "LRN", "lrn_param { local_size: 3 alpha: 5e-5 norm_region: WITHIN_CHANNEL }",
      "LRN: {name: LRN, n: 3, alpha: 5e-05, beta: 0.75, k: 1, alpha_over_n: true, region: within_channel}"
    ),
    ("BatchNorm", "", "BatchNorm: {name: BatchNorm, epsilon: 1e-05, alpha: 0.001, gamma: null, beta: null}"),
    ("Dropout", "dropout_param { dropout_ratio: 0.4 }", "Dropout: {name: Dropout, p: 0.4}"),
    (
      "ReLU", "relu_param { negative_slope: 0.1 }",
      "Nonlinearity: {name: ReLU, nonlinearity: {leaky_rectify: {leakiness: 0.1}}}"
    ),
    ("PReLU", "", "ParametricRectifier: {name: PReLU}"),
    ("BNLL", "", "Nonlinearity: {name: BNLL, nonlinearity: softplus}"),
    ("Power", "power_param { scale: 2 }", "ElemwiseSum: {name: Power, coeffs: [2]}"),
    (
      "Power", "power_param { power: 2 }",
      "ElemwiseMerge: {name: Power, incomings: [data, data], operation: mul}"
    ),
    ("Power", "power_param { shift: -3 }", "Bias: {name: Power, b: -3}"),
    ("Flatten", "", "Flatten: {name: Flatten}"),
    ("Reshape", "reshape_param { shape { dim: 0 dim: -1 dim: 4 } }", "Reshape: {name: Reshape, shape: [[0], 48, 4]}"),
    ("Softmax", "", "Nonlinearity: {name: Softmax, nonlinearity: softmax}"),
  ])
  func oneLayer(_ type: String, _ rest: String, _ expected: String) throws {
    #expect(try layers(Self.layer(type, rest)) == [expected])
  }

  @Test func nonlinearitiesJoinTheirLayers() throws {
    let convolution = Self.layer("Convolution", "convolution_param { num_output: 4 kernel_size: 3 }", top: "c")
    // In place, and as a blob of its own that nothing else reads.
    #expect(try layers(convolution + Self.layer("ReLU", from: "c", top: "c")).count == 1)
    let apart = try layers(convolution + Self.layer("ReLU", from: "c", top: "r") + Self.layer("Softmax", from: "c"))
    #expect(apart.count == 3)
    #expect(apart[0].contains("nonlinearity: linear"))
  }

  @Test func aScaleCompletesABatchNorm() throws {
    let norm = Self.layer("BatchNorm", "batch_norm_param { eps: 1e-4 moving_average_fraction: 0.9 }", top: "n")
    let scale = Self.layer("Scale", "scale_param { bias_term: true }", from: "n", top: "n")
    #expect(try layers(norm + scale) == ["BatchNorm: {name: BatchNorm, epsilon: 0.0001, alpha: 0.1}"])
    let (_, parameters) = try read(Self.input + norm + scale)
    #expect(parameters.map(\.name) == ["BatchNorm.mean", "BatchNorm.var", "BatchNorm.gamma", "BatchNorm.beta"])
    #expect(parameters.map(\.layer) == ["BatchNorm", "BatchNorm", "Scale", "Scale"])
    // Somebody sees the normalised image without the factor.
    let seen = try layers(
      norm + Self.layer("Scale", "scale_param { bias_term: true }", from: "n") + Self.layer("ReLU", from: "n"))
    #expect(seen.count == 4)
    #expect(seen[1] == "Scale: {name: Scale}" && seen[2] == "Bias: {name: Scale_bias}")
  }

  @Test func joinsAndCuts() throws {
    let slice = "layer { name: 's' type: 'Slice' bottom: 'data' top: 'a' top: 'b' slice_param { slice_point: 1 } }\n"
    let concat = "layer { name: 'j' type: 'Concat' bottom: 'b' bottom: 'a' top: 'j' }\n"
    let sum =
      "layer { name: 'e' type: 'Eltwise' bottom: 'j' bottom: 'data' top: 'e' eltwise_param { coeff: 1 coeff: -1 } }\n"
    #expect(
      try layers(slice + concat + sum) == [
        "Slice: {name: a, indices: \"0:1\", axis: 1}",
        "Slice: {name: b, incoming: data, indices: \"1:3\", axis: 1}",
        "Concat: {name: j, incomings: [b, a]}", "ElemwiseSum: {name: e, incomings: [j, data], coeffs: [1, -1]}",
      ])
  }

  @Test func sharedParametersAreTied() throws {
    func convolution(_ name: String) -> String {
      "layer { name: '\(name)' type: 'Convolution' bottom: 'data' top: '\(name)' param { name: 'w' } "
        + "convolution_param { num_output: 4 kernel_size: 1 bias_term: false } }\n"
    }
    let (network, parameters) = try read(Self.input + convolution("a") + convolution("b"))
    #expect(parameters.map(\.name) == ["a.W"])
    #expect(network.layers[2]["W"] == "a")
    #expect(try Networks.of(network.spec(comment: "")).weights.filter { !$0.isTied }.count == 1)
  }

  /// A network is read as it is tested; the other phase's layers are not there.
  @Test func phases() throws {
    let text = """
      layer { name: 'd' type: 'Data' top: 'data' top: 'label' include { phase: TRAIN }
        transform_param { mirror: true crop_size: 8 mean_value: 104 mean_value: 117 mean_value: 123 scale: 0.5 }
        data_param { source: 'x' batch_size: 32 backend: LMDB } }
      layer { name: 'd' type: 'Data' top: 'data' top: 'label' include { phase: TEST }
        transform_param { crop_size: 8 mean_value: 104 mean_value: 117 mean_value: 123 scale: 0.5 } }
      layer { name: 'ip' type: 'InnerProduct' bottom: 'data' top: 'ip' inner_product_param { num_output: 5 }
        param { lr_mult: 1 } param { lr_mult: 2 decay_mult: 0 } }
      layer { name: 'only' type: 'Convolution' bottom: 'data' top: 'x' exclude { phase: TEST } }
      layer { name: 'acc' type: 'Accuracy' bottom: 'ip' bottom: 'label' top: 'acc' include { phase: TEST } }
      layer { name: 'loss' type: 'SoftmaxWithLoss' bottom: 'ip' bottom: 'label' top: 'loss' }
      """
    let solver = """
      base_lr: 0.01 momentum: 0.9 weight_decay: 5e-4 type: "Nesterov" lr_policy: "step" gamma: 0.1 stepsize: 1000
      max_iter: 4000 random_seed: 7 snapshot: 5 snapshot_prefix: "x" solver_mode: GPU display: 1 net: "n"
      """
    var options = ImportOptions()
    options.examples = 16_000
    let spec = try read(text, solver: solver, options: options).network.spec(comment: "c")
    #expect(
      spec == """
        # c
        # Caffe's images have their channels in the order blue, green, red.
        name: net
        layers:
          - Input: {name: data, shape: [null, 3, 8, 8]}
          - Dense: {name: ip, num_units: 5, nonlinearity: softmax}
        data:
          preprocess: [{subtract: [104, 117, 123]}, {multiply: 0.5}]
          augment: [{flip: horizontal}]
        train:
          objective: categorical_crossentropy
          update: {nesterov_momentum: {learning_rate: 0.01, momentum: 0.9}}
          schedule: {step: {every: 2, factor: 0.1}}
          max_epochs: 8  # 4000 iterations
          regularization: {weight_decay: 0.0005}
          learning_rates: {"*.b": 2}
          batch_size: 32
          seed: 7

        """)
    let training = try Networks.of(spec).training
    #expect(training.epochs == 8 && training.batchSize == 32 && training.learningRate == 0.01)
  }

  @Test func theOlderFormIsTheSame() throws {
    let older = """
      layers { name: "c" type: CONVOLUTION bottom: "data" top: "c" blobs_lr: 1 blobs_lr: 2 weight_decay: 1
        weight_decay: 0 convolution_param { num_output: 4 kernel_size: 3 } }
      layers { name: "r" type: RELU bottom: "c" top: "c" }
      layers { name: "p" type: SOFTMAX bottom: "c" top: "p" }
      """
    let newer = """
      layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 4 kernel_size: 3 } }
      layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
      layer { name: "p" type: "Softmax" bottom: "c" top: "p" }
      """
    #expect(try layers(older) == (try layers(newer)))
  }
}
