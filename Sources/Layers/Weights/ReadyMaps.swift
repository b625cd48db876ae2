/// Maps for weights as other libraries name them, against the specs that netc comes with.
///
/// A name may stand for the maps of several networks; whoever loads takes the one that gives most parameters.
package enum ReadyMaps {
  /// Names with what they are for.
  package static let table: [(name: String, doc: String)] = [
    ("pytorch", "layers are called alike: `conv1.weight` is conv1.W, `bias` is b; a BatchNorm's four tensors"),
    ("torchvision", "AlexNet, VGG, ResNet, SqueezeNet, MobileNetV2, GoogLeNet with normalisation"),
    ("keras", "VGG-16 and VGG-19 of Keras Applications; kernels as (height, width, inputs, filters)"),
    ("nolearn", "`conv1.0`, `conv1.1`, …: what `save_params_to` wrote, as npz"),
    ("resnet_cifar", "ResNet-20, 32 and 56 for CIFAR-10 as pytorch_resnet_cifar10 names them"),
  ]

  package static var names: [String] { table.map(\.name) }

  /// The maps of that name, each with the network that it is for.
  package static func maps(named name: String) -> [WeightMap] {
    switch name {
    case "pytorch": [pytorch]
    case "torchvision":
      [alexnet, vgg11, vgg13, vgg16, vgg19, squeezenet10, squeezenet11, mobilenetV2, googlenet]
        + [[2, 2, 2, 2], [3, 4, 6, 3], [3, 4, 23, 3]].map { resnet($0) }
    case "keras": [kerasVGG]
    case "nolearn": [nolearn]
    case "resnet_cifar": [3, 5, 9].map { cifarResnet($0) }
    default: []
    }
  }

  // MARK: Pieces

  /// The ε of PyTorch's batch normalisation.
  private static let epsilon: Float = 1e-5

  private static func rule(_ pattern: String, _ targets: WeightMap.Target...) -> [WeightMap.Rule] {
    guard let pattern = try? TensorPattern(pattern) else { preconditionFailure("a pattern of netc's own") }
    return [WeightMap.Rule(pattern: pattern, targets: targets)]
  }

  private static func target(_ name: String, _ layouts: WeightLayout...) -> WeightMap.Target {
    .init(name: name, layouts: layouts)
  }

  /// A layer's `weight` and `bias`.
  private static func layer(_ pattern: String, _ name: String) -> [WeightMap.Rule] {
    rule(pattern + "\\.weight", target(name + ".W")) + rule(pattern + "\\.bias", target(name + ".b"))
  }

  /// A batch normalisation of PyTorch.
  private static func norm(_ pattern: String, _ name: String) -> [WeightMap.Rule] {
    rule(pattern + "\\.weight", target(name + ".gamma")) + rule(pattern + "\\.bias", target(name + ".beta"))
      + rule(pattern + "\\.running_mean", target(name + ".mean"))
      + rule(pattern + "\\.running_var", .init(name: name + ".var", epsilon: epsilon))
  }

  /// PyTorch counts batches, and keeps the count among the weights.
  private static var counters: [WeightMap.Rule] { rule(".*\\.num_batches_tracked") }

  private static func layers(_ names: [(place: Int, name: String)], in module: String) -> [WeightMap.Rule] {
    names.flatMap { layer("\(module)\\.\($0.place)", $0.name) }
  }

  // MARK: Maps

  private static var pytorch: WeightMap {
    WeightMap(
      rules: rule("(.*)\\.weight", target("$1.W"), target("$1.gamma"), target("$1.alpha"))
        + rule("(.*)\\.bias", target("$1.b"), target("$1.beta")) + rule("(.*)\\.running_mean", target("$1.mean"))
        + rule("(.*)\\.running_var", .init(name: "$1.var", epsilon: epsilon)) + counters)
  }

  private static var alexnet: WeightMap {
    let convolutions = zip([0, 3, 6, 8, 10], 1...).map { ($0, "conv\($1)") }
    return WeightMap(
      rules: layers(convolutions, in: "features")
        + layers([(1, "fc6"), (4, "fc7"), (6, "fc8")], in: "classifier"))
  }

  private static var vgg11: WeightMap { vgg([1, 1, 2, 2, 2]) }
  private static var vgg13: WeightMap { vgg([2, 2, 2, 2, 2]) }
  private static var vgg16: WeightMap { vgg([2, 2, 3, 3, 3]) }
  private static var vgg19: WeightMap { vgg([2, 2, 4, 4, 4]) }

  /// Each convolution has a rectifier behind it, each stage a pooling.
  private static func vgg(_ depths: [Int]) -> WeightMap {
    var (names, place): ([(Int, String)], Int) = ([], 0)
    for (stage, depth) in depths.enumerated() {
      for index in 0..<depth {
        names.append((place, "conv\(stage + 1)_\(index + 1)"))
        place += 2
      }
      place += 1
    }
    return WeightMap(
      rules: layers(names, in: "features") + layers([(0, "fc6"), (3, "fc7"), (6, "fc8")], in: "classifier"))
  }

  private static var squeezenet10: WeightMap { squeezenet([3, 4, 5, 7, 8, 9, 10, 12]) }
  private static var squeezenet11: WeightMap { squeezenet([3, 4, 6, 7, 9, 10, 11, 12]) }

  private static func squeezenet(_ places: [Int]) -> WeightMap {
    let fires = zip(places, 2...).flatMap { place, number in
      [("squeeze", "squeeze1x1"), ("expand1x1", "expand1x1"), ("expand3x3", "expand3x3")].flatMap {
        layer("features\\.\(place)\\.\($0.0)", "fire\(number)/\($0.1)")
      }
    }
    return WeightMap(
      rules: layer("features\\.0", "conv1") + fires + layer("classifier\\.1", "conv10"))
  }

  /// - Parameter depths: blocks of each stage; 50 and more layers have bottlenecks, whose third convolution is `c`.
  private static func resnet(_ depths: [Int]) -> WeightMap {
    WeightMap(
      rules: layer("conv1", "conv1") + norm("bn1", "conv1_bn") + blocks(depths)
        + depths.indices.flatMap { stage in
          layer("layer\(stage + 1)\\.0\\.downsample\\.0", "conv\(stage + 2)/first/shortcut")
            + norm("layer\(stage + 1)\\.0\\.downsample\\.1", "conv\(stage + 2)/first/shortcut_bn")
        } + layer("fc", "fc") + counters)
  }

  private static func blocks(_ depths: [Int]) -> [WeightMap.Rule] {
    depths.enumerated().flatMap { stage, depth in
      (0..<depth).flatMap { block in
        zip(1...3, ["a", "b", "c"]).flatMap { number, name in
          let place = "conv\(stage + 2)/\(block == 0 ? "first" : "rest\(block - 1)")/\(name)"
          return layer("layer\(stage + 1)\\.\(block)\\.conv\(number)", place)
            + norm("layer\(stage + 1)\\.\(block)\\.bn\(number)", place + "_bn")
        }
      }
    }
  }

  /// Option A of the paper: shortcuts have no parameters, though some files keep the constants that say so.
  private static func cifarResnet(_ depth: Int) -> WeightMap {
    WeightMap(
      rules: layer("conv1", "conv1") + norm("bn1", "conv1_bn") + blocks([depth, depth, depth]) + layer("linear", "fc")
        + rule("layer\\d\\.0\\.shortcut\\.weight") + counters)
  }

  private static var mobilenetV2: WeightMap {
    func normed(_ pattern: String, _ norm: String, _ name: String) -> [WeightMap.Rule] {
      layer(pattern, name) + self.norm(norm, name + "_bn")
    }
    var rules = normed("features\\.0\\.0", "features\\.0\\.1", "conv1")
    rules += normed("features\\.1\\.conv\\.0\\.0", "features\\.1\\.conv\\.0\\.1", "conv2/depthwise")
    rules += normed("features\\.1\\.conv\\.1", "features\\.1\\.conv\\.2", "conv2/project")
    var place = 2
    for (stage, depth) in zip(3..., [2, 3, 4, 3, 3, 1]) {
      for block in 0..<depth {
        let name = stage == 8 ? "conv8" : "conv\(stage)/\(block == 0 ? "first" : "rest\(block - 1)")"
        let module = "features\\.\(place)\\.conv"
        rules += normed("\(module)\\.0\\.0", "\(module)\\.0\\.1", "\(name)/expand")
        rules += normed("\(module)\\.1\\.0", "\(module)\\.1\\.1", "\(name)/depthwise")
        rules += normed("\(module)\\.2", "\(module)\\.3", "\(name)/project")
        place += 1
      }
    }
    rules += normed("features\\.18\\.0", "features\\.18\\.1", "conv9")
    return WeightMap(rules: rules + layer("classifier\\.1", "fc") + counters)
  }

  /// torchvision's GoogLeNet normalises; its auxiliary heads are left out.
  private static var googlenet: WeightMap {
    func normed(_ pattern: String, _ name: String) -> [WeightMap.Rule] {
      layer(pattern + "\\.conv", name) + norm(pattern + "\\.bn", name + "_bn")
    }
    let branches = [
      ("branch1", "1x1"), ("branch2\\.0", "3x3_reduce"), ("branch2\\.1", "3x3"), ("branch3\\.0", "5x5_reduce"),
      ("branch3\\.1", "5x5"), ("branch4\\.1", "pool_proj"),
    ]
    return WeightMap(
      rules: normed("conv1", "conv1") + normed("conv2", "conv2_reduce") + normed("conv3", "conv2")
        + branches.flatMap { normed("inception(\\d[a-e])\\.\($0.0)", "$1/\($0.1)") } + layer("fc", "classifier")
        + rule("aux[12]\\..*") + counters)
  }

  /// Names with a slash are those of HDF5 files, with a dot those of converters.
  private static var kerasVGG: WeightMap {
    func dense(_ name: String, _ to: String, _ layouts: [WeightLayout]) -> [WeightMap.Rule] {
      rule("(\(name)[/.])+kernel(:0)?", .init(name: to + ".W", layouts: layouts))
        + rule("(\(name)[/.])+bias(:0)?", target(to + ".b"))
    }
    return WeightMap(
      rules: rule("(block\\d_conv\\d[/.])*block(\\d)_conv(\\d)[/.]kernel(:0)?", target("conv$2_$3.W", .hwio))
        + rule("(block\\d_conv\\d[/.])*block(\\d)_conv(\\d)[/.]bias(:0)?", target("conv$2_$3.b"))
        + dense("fc1", "fc6", [.transposed, .hwcInputs]) + dense("fc2", "fc7", [.transposed])
        + dense("predictions", "fc8", [.transposed]))
  }

  /// Layers have their parameters in the order of their creation.
  private static var nolearn: WeightMap {
    WeightMap(
      rules: rule("(.*)\\.0", target("$1.W", .lasagne), target("$1.beta"), target("$1.b"), target("$1.scales"))
        + rule("(.*)\\.1", target("$1.b"), target("$1.gamma")) + rule("(.*)\\.2", target("$1.mean"))
        + rule("(.*)\\.3", target("$1.var", .inverseStd)))
  }
}
