import ArgumentParser

/// Where a spec's parameters are, for every command that takes a network to work with.
struct WeightsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The parameters of a spec: safetensors, npz, ONNX or a caffemodel.", valueName: "file"),
    completion: .file())
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "What the file's names mean: a YAML file of {pattern: parameter}, or pytorch, torchvision, keras, nolearn, "
        + "resnet_cifar.", valueName: "map"),
    completion: .file())
  var map: String?

  func validate() throws {
    if map != nil, weights == nil { throw ValidationError("`--map` says what `--weights` has.") }
  }
}
