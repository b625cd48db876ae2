import Testing

/// A network of nolearn's MNIST tutorial (docs/notebooks/CNN_tutorial.ipynb at 8f4473190a06), and what the
/// tutorial prints of it.
struct NolearnTutorial: Sendable, CustomTestStringConvertible {
  let name: String
  let parameters: Int
  /// Each layer's output without the batch.
  let sizes: [String]
  /// The layers between the input and the two dense layers that all of them share.
  let body: String

  var testDescription: String { name }

  var yaml: String {
    """
    layers:
      - [InputLayer, {shape: [null, 1, 28, 28]}]
    \(body)
      - [DenseLayer, {num_units: 64}]
      - [DropoutLayer]
      - [DenseLayer, {num_units: 64}]
      - [DenseLayer, {num_units: 10, nonlinearity: softmax}]
    """
  }

  static let networks = [
    NolearnTutorial(
      name: "net0", parameters: 753_610,
      sizes: [
        "1×28×28", "96×24×24", "96×22×22", "96×20×20", "96×18×18", "96×16×16", "96×8×8", "128×6×6",
        "128×4×4", "128×2×2", "128×1×1", "64", "64", "64", "10",
      ],
      body: """
          - [Conv2DLayer, {num_filters: 96, filter_size: 5}]
          - [Conv2DLayer, {num_filters: 96, filter_size: 3}]
          - [Conv2DLayer, {num_filters: 96, filter_size: 3}]
          - [Conv2DLayer, {num_filters: 96, filter_size: 3}]
          - [Conv2DLayer, {num_filters: 96, filter_size: 3}]
          - [MaxPool2DLayer, {pool_size: 2}]
          - [Conv2DLayer, {num_filters: 128, filter_size: 3}]
          - [Conv2DLayer, {num_filters: 128, filter_size: 3}]
          - [Conv2DLayer, {num_filters: 128, filter_size: 3}]
          - [MaxPool2DLayer, {pool_size: 2}]
        """),
    NolearnTutorial(
      name: "net1", parameters: 122_154,
      sizes: [
        "1×28×28", "32×26×26", "32×13×13", "64×11×11", "64×9×9", "64×4×4", "96×2×2", "96×1×1", "64", "64",
        "64", "10",
      ],
      body: """
          - [Conv2DLayer, {num_filters: 32, filter_size: [3, 3]}]
          - [MaxPool2DLayer, {pool_size: [2, 2]}]
          - [Conv2DLayer, {num_filters: 64, filter_size: [3, 3]}]
          - [Conv2DLayer, {num_filters: 64, filter_size: [3, 3]}]
          - [MaxPool2DLayer, {pool_size: [2, 2]}]
          - [Conv2DLayer, {num_filters: 96, filter_size: [3, 3]}]
          - [MaxPool2DLayer, {pool_size: [2, 2]}]
        """),
    NolearnTutorial(
      name: "net2", parameters: 273_930,
      sizes: [
        "1×28×28", "32×26×26", "32×24×24", "32×22×22", "32×20×20", "32×18×18", "64×16×16", "64×14×14",
        "64×12×12", "64×10×10", "64×8×8", "64×4×4", "64", "64", "64", "10",
      ],
      body: convolutions(5, 32) + "\n" + convolutions(5, 64) + "\n" + pooling),
    NolearnTutorial(
      name: "net3", parameters: 166_314,
      sizes: [
        "1×28×28", "32×28×28", "32×28×28", "32×14×14", "32×14×14", "32×14×14", "32×7×7", "64×7×7", "64×7×7",
        "64×3×3", "64×3×3", "64×3×3", "64×1×1", "64", "64", "64", "10",
      ],
      body: [32, 32, 64, 64].map { convolutions(2, $0, pad: 1) + "\n" + pooling }.joined(separator: "\n")),
    NolearnTutorial(
      name: "net4", parameters: 353_738,
      sizes: [
        "1×28×28", "32×28×28", "32×28×28", "32×28×28", "32×28×28", "32×28×28", "32×28×28", "32×28×28",
        "32×14×14", "64×14×14", "64×14×14", "64×14×14", "64×7×7", "64", "64", "64", "10",
      ],
      body: convolutions(7, 32, pad: 1) + "\n" + pooling + "\n" + convolutions(3, 64, pad: 1) + "\n" + pooling),
  ]

  private static let pooling = "  - [MaxPool2DLayer, {pool_size: [2, 2]}]"

  private static func convolutions(_ count: Int, _ filters: Int, pad: Int? = nil) -> String {
    let end = pad.map { ", pad: \($0)" } ?? ""
    let line = "  - [Conv2DLayer, {num_filters: \(filters), filter_size: [3, 3]\(end)}]"
    return Array(repeating: line, count: count).joined(separator: "\n")
  }
}
