import Driver
import FileTestSupport
import Testing

/// The networks of the repository are spelled as netc spells them.
@Suite struct SpecsTests {
  static let all =
    Repository.names(in: "specs", suffix: ".yaml").map { "specs/" + $0 }
    + Repository.names(in: "specs/blocks", suffix: ".yaml").map { "specs/blocks/" + $0 }
  /// Shows nolearn's flat spelling.
  static let flat = "specs/keypoints.yaml"

  @Test(arguments: all)
  func isCanonical(path: String) throws {
    let outcome = FormattedSpec(Repository.root + "/" + path).outcome
    if path == Self.flat {
      #expect(outcome != .unchanged, "its spelling is what it shows")
    } else {
      #expect(outcome == .unchanged, "run: netc fmt \(path)")
    }
  }

  @Test func flatSpellingIsConverted() throws {
    let path = Repository.root + "/" + Self.flat
    let formatted = Formatted(try #require(TestFile.text(path)), path: path)
    #expect(
      formatted.text == """
        # Facial keypoints (D. Nouri's kfkd tutorial, net2) in nolearn's flat spelling: 16,561,502 parameters
        layers:
          - Input:     {name: input, shape: [null, 1, 96, 96]}
          - Conv2D:    {name: conv1, num_filters: 32, filter_size: [3, 3]}
          - MaxPool2D: {name: pool1, pool_size: [2, 2]}
          - Conv2D:    {name: conv2, num_filters: 64, filter_size: [2, 2]}
          - MaxPool2D: {name: pool2, pool_size: [2, 2]}
          - Conv2D:    {name: conv3, num_filters: 128, filter_size: [2, 2]}
          - MaxPool2D: {name: pool3, pool_size: [2, 2]}
          - Dense:     {name: hidden4, num_units: 1000}
          - Dense:     {name: hidden5, num_units: 1000}
          - Dense:     {name: output, num_units: 30, nonlinearity: null}
        train:
          objective: squared_error
          update: {nesterov_momentum: {learning_rate: 0.01, momentum: 0.9}}
          max_epochs: 1000

        """)
    #expect(try formatted.faults(path: path) == [])
  }

  /// Handsome means that no line has to be scrolled.
  @Test(arguments: all)
  func fitsTheColumns(path: String) throws {
    for line in try #require(TestFile.text(Repository.root + "/" + path)).split(separator: "\n") {
      let code = line.split(separator: "   #", omittingEmptySubsequences: false).first ?? line
      #expect(code.count <= 102 || code.hasPrefix("#"), "\(line)")
    }
  }
}
