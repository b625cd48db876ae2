import Testing

@testable import Drawing

struct LineChartTests {
  private static func chart(_ losses: [Double?], _ accuracies: [Double?] = []) -> LineChart {
    var panels = [LineChart.Panel("loss", [LineChart.Line("training", losses)])]
    if !accuracies.isEmpty {
      panels.append(
        LineChart.Panel(
          "accuracy", [LineChart.Line("training", accuracies), LineChart.Line("<validation>", accuracies)],
          format: LineChart.percent))
    }
    var chart = LineChart(title: "a & b", subtitle: "two epochs", axis: "epoch", panels: panels)
    chart.mark = (2, "best")
    return chart
  }

  /// Every number of a path lies in its panel, and the lowest loss lies lowest.
  @Test func linesLieInTheirPanels() throws {
    let svg = Self.chart([3, 1, nil, 2], [0.1, 0.5, 0.9, 0.95]).svg()
    #expect(try XMLCheck(svg).count("path") > 4)
    #expect(svg.contains("a &amp; b") && svg.contains("&lt;validation&gt;") && !svg.contains("nan"))
    let line = try #require(svg.split(separator: "\n").first { $0.contains("class=\"line c0\"") })
    // The gap in the middle begins the line anew.
    #expect(line.filter { $0 == "M" }.count == 2)
    #expect(svg == Self.chart([3, 1, nil, 2], [0.1, 0.5, 0.9, 0.95]).svg())
  }

  @Test(arguments: [[0], [1, 1, 1], [.infinity, 1], [.infinity], [1e-9, 2e-9], [1e9, 3e9], [-2, 5]] as [[Double]])
  func anyNumbersAreDrawn(_ values: [Double]) throws {
    let svg = Self.chart(values).svg()
    #expect(try XMLCheck(svg).count("svg") == 1)
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }

  @Test(arguments: [(0, 1), (0.312, 0.3125), (-3, 17), (1e-6, 5e-6), (5, 5), (0, 0)] as [(Double, Double)])
  func ticksAreRoundAndCoverTheRange(_ low: Double, _ high: Double) throws {
    let ticks = LineChart.ticks(low, high)
    #expect((2...8).contains(ticks.count))
    let (first, last) = (try #require(ticks.first), try #require(ticks.last))
    let step = ticks[1] - ticks[0]
    #expect(first <= low + 1e-9 * step)
    #expect(last >= high - 1e-9 * step)
    #expect(first > low - 3 * step)
    #expect(last < high + 3 * step)
  }

  @Test(
    arguments: [
      (0, "0"), (1, "1"), (0.25, "0.25"), (1234, "1234"), (0.00125, "0.00125"), (0.0001, "1e-4"), (-0.5, "−0.5"),
      (2.5e6, "2.5e6"), (12.34, "12.3"),
    ] as [(Double, String)])
  func numbers(_ value: Double, _ text: String) { #expect(LineChart.plain(value) == text) }
}
