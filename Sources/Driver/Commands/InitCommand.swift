import Diagnostics
import Exchange
import Glibc

/// `netc init`: a small spec that works and explains itself.
package struct InitCommand: Sendable {
  package var name: String

  package init(name: String = "network") { self.name = name }

  package func run(_ console: Console) throws -> ExitCode {
    let path = self.path
    var info = stat()
    guard lstat(path, &info) != 0 else {
      throw DiagnosticError(
        Diagnostic(
          .cannotWrite, "`\(path)` is there already, and `netc init` overwrites nothing", at: .none,
          help: ["give another name, such as `netc init \(stem)2`"]))
    }
    try AtomicFile.write(path: path) { (writer) throws(DiagnosticError) in try writer.write(Self.spec(named: stem)) }
    let shown = SafeText.escaped(path)
    let quoted = shown.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    let word = Self.isPlainWord(path) ? path : "'\(quoted)'"
    let steps = [
      ("netc check \(word)", "finds every mistake"), ("netc report \(word)", "counts parameters and work"),
      ("netc bench \(word)", "measures how fast it runs here"),
      ("netc explain layers", "lists what else a network can be made of"),
    ]
    let width = steps.map { DisplayWidth.of($0.0) }.max() ?? 0
    let lines = steps.map { command, what in
      "  \(command)\(String(repeating: " ", count: width - DisplayWidth.of(command)))   \(what)\n"
    }
    console.note("\(shown): a small network for 28×28 images. What to do next:\n" + lines.joined())
    return .good
  }

  /// Where the spec goes: the name with the ending, unless it has one.
  package var path: String {
    name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? name : name + ".yaml"
  }

  /// The name of the network: the file without folders and ending.
  private var stem: String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.hasSuffix(".yml") ? String(file.dropLast(4)) : String(file.dropLast(5))
  }

  /// The text of the spec, in canonical spelling.
  package static func spec(named name: String) -> String {
    let title = plainName(name) ? name : "network"
    return """
      # A small network that tells ten classes of 28×28 images apart, such as the digits of MNIST.
      # Change it, and let `netc check` tell what is wrong; `netc explain Conv2D` explains a layer.
      name: \(title)
      classes: [zero, one, two, three, four, five, six, seven, eight, nine]   # what the outputs mean, in order
      layers:
        # Each layer is fed by the one above, unless it names another one with `incoming`.
        - Input:     {shape: [null, 1, 28, 28]}                                  # batches of any size, 1×28×28 each
        - Conv2D:    {name: conv1, num_filters: 16, filter_size: 5, pad: same}   # 16 filters of 5×5, then max(0, x)
        - MaxPool2D: {name: pool1, pool_size: 2}                                 # halves height and width: 16×14×14
        - Conv2D:    {name: conv2, num_filters: 32, filter_size: 5, pad: same}   # `same` keeps height and width
        - MaxPool2D: {name: pool2, pool_size: 2}                                 # 32×7×7
        - Dropout:   {p: 0.5}                                                    # in training drops half, at random
        - Dense:     {name: hidden, num_units: 128}                              # sees all of what is above it
        - Dense:     {name: output, num_units: 10, nonlinearity: softmax}        # ten probabilities
      data:
        train: {idx: {images: train-images-idx3-ubyte.gz, labels: train-labels-idx1-ubyte.gz}}
        test:  {idx: {images: t10k-images-idx3-ubyte.gz, labels: t10k-labels-idx1-ubyte.gz}}
        preprocess: [{scale: [0, 1]}]   # bytes from 0 to 255 become numbers from 0 to 1
      train:
        objective: categorical_crossentropy                                 # the usual one behind softmax
        update: {nesterov_momentum: {learning_rate: 0.01, momentum: 0.9}}   # or adam: it needs less tuning
        batch_size: 64                                                      # examples per step
        max_epochs: 20                                                      # how often all examples are seen
        early_stopping: {patience: 5}                                       # stops when validation gets no better

      """
  }

  /// Whether a shell takes it as one word.
  private static func isPlainWord(_ path: String) -> Bool {
    path.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789_-./".unicodeScalars.contains($0) }
  }

  /// Whether a name can stand in the spec as it is.
  private static func plainName(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, first.properties.isAlphabetic else { return false }
    return name.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789_-".unicodeScalars.contains($0) }
      && !["null", "true", "false"].contains(name.lowercased())
  }
}
