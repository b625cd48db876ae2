import FileTestSupport
import Foundation
import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import Compiler

/// Networks of nolearn's tutorial, with the tables that nolearn printed for them
/// (dnouri/nolearn, docs/notebooks/CNN_tutorial.ipynb).
@Suite struct CapacityTests {
  private static let net0 = """
    - Input: {name: input0, shape: [null, 1, 28, 28]}
    - Conv2D: {name: conv2d1, num_filters: 96, filter_size: 5}
    - Conv2D: {name: conv2d2, num_filters: 96, filter_size: 3}
    - Conv2D: {name: conv2d3, num_filters: 96, filter_size: 3}
    - Conv2D: {name: conv2d4, num_filters: 96, filter_size: 3}
    - Conv2D: {name: conv2d5, num_filters: 96, filter_size: 3}
    - MaxPool2D: {name: maxpool2d6, pool_size: 2}
    - Conv2D: {name: conv2d7, num_filters: 128, filter_size: 3}
    - Conv2D: {name: conv2d8, num_filters: 128, filter_size: 3}
    - Conv2D: {name: conv2d9, num_filters: 128, filter_size: 3}
    - MaxPool2D: {name: maxpool2d10, pool_size: 2}
    - Dense: {name: dense11, num_units: 64}
    - Dropout: {name: dropout12}
    - Dense: {name: dense13, num_units: 64}
    - Dense: {name: dense14, num_units: 10, nonlinearity: softmax}
    """

  private static let net1 = """
    - Input: {name: input0, shape: [null, 1, 28, 28]}
    - Conv2D: {name: conv2d1, num_filters: 32, filter_size: 3}
    - MaxPool2D: {name: maxpool2d2, pool_size: 2}
    - Conv2D: {name: conv2d3, num_filters: 64, filter_size: 3}
    - Conv2D: {name: conv2d4, num_filters: 64, filter_size: 3}
    - MaxPool2D: {name: maxpool2d5, pool_size: 2}
    - Conv2D: {name: conv2d6, num_filters: 96, filter_size: 3}
    - MaxPool2D: {name: maxpool2d7, pool_size: 2}
    - Dense: {name: dense8, num_units: 64}
    - Dropout: {name: dropout9}
    - Dense: {name: dense10, num_units: 64}
    - Dense: {name: dense11, num_units: 10, nonlinearity: softmax}
    """

  /// Capacity and coverage.
  private static let table1 = [
    (100, 100), (100, 10.71), (100, 10.71), (85.71, 25), (54.55, 39.29), (54.55, 39.29), (63.16, 67.86),
    (63.16, 67.86), (100, 100), (100, 100), (100, 100), (100, 100),
  ]

  @Test func asNolearnPrintsIt() throws {
    let found = Capacity.all(of: try Networks.of(Self.net1))
    #expect(found.count == Self.table1.count)
    for (row, wanted) in zip(found, Self.table1) {
      let row = try #require(row)
      for side in [row.capacity.y, row.capacity.x] { #expect(abs(side - wanted.0) < 0.005) }
      for side in [row.coverage.y, row.coverage.x] { #expect(abs(side - wanted.1) < 0.005) }
    }
  }

  @Test func axesAreApart() throws {
    let network = try Networks.of(
      """
      - Input: {shape: [null, 1, 10, 20]}
      - Conv2D: {num_filters: 2, filter_size: [3, 5]}
      - Conv2D: {num_filters: 2, filter_size: [3, 1]}
      """)
    let last = try #require(Capacity.all(of: network)[2])
    // Rows: 3 of 5 in 10; columns: 1 of 5 in 20.
    #expect(last.capacity == (60, 20) && last.coverage == (50, 25))
  }

  @Test(
    .enabled(if: SharedData.file("tables/nolearn_net1.txt") != nil),
    arguments: [("nolearn_net0", net0, 753_610), ("nolearn_net1", net1, 122_154)])
  func theWholeTable(file: String, spec: String, parameters: Int) throws {
    let path = try #require(SharedData.file("tables/\(file).txt"))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("with \(parameters) learnable parameters"))
    let network = try Networks.of(spec)
    let report = try NetworkReport(network, .on("generic", batch: 1))
    #expect(report.parameters == parameters)
    var seen = 0
    for line in text.split(separator: "\n") {
      // `conv2d3  64x11x11  7744  85.71  85.71  25.00  25.00`, in net0 `3  conv2d3  96x20x20`.
      var words = line.split(separator: " ").map(String.init)
      if Int(words.first ?? "") != nil { words.removeFirst() }
      guard words.count >= 2, let row = report.rows.first(where: { $0.name == words[0] }) else { continue }
      seen += 1
      #expect(row.outputShape.crossed == words[1].replacing("x", with: "×"))
      guard words.count == 7, let capacity = row.capacity else { continue }
      let figures = [capacity.capacity.y, capacity.capacity.x, capacity.coverage.y, capacity.coverage.x]
      #expect(figures.map { fixed($0, digits: 2) } == Array(words[3...]))
    }
    #expect(seen > 10)
  }
}
