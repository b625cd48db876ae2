import NetIR
import Testing

struct PrintPlanTests {
  @Test func aTableOfSteps() {
    let lines = SmallPlan.make().printed().split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "plan small   batch 1   fp32 strict   hand   arena 1.63 KiB")
    #expect(lines[1].isEmpty)
    let words = lines[2...9].map { $0.split(separator: " ") }
    #expect(words[0] == ["#", "what", "how", "kernel", "out", "MFLOP"])
    #expect(words[1] == ["1", "copy", "direct", "copy", "3×4×4"])
    #expect(words[2] == ["2", "conv", "direct", "conv", "8×4×4", "0.007"])
    #expect(words[7] == ["7", "output", "direct", "softmax", "10", "0.000"])
    #expect(lines[11] == "  fused: 9 graph ops in 7 steps; 0 batch norms folded; 2 layout conversions")
    #expect(lines.allSatisfy { $0.count <= 100 && $0.last != " " })
    // Columns stand below each other.
    let columns = lines[3...9].compactMap { line in
      line.firstRange(of: "direct").map { line.distance(from: line.startIndex, to: $0.lowerBound) }
    }
    #expect(columns.count == 7 && Set(columns).count == 1)
  }

  @Test func oneConversionIsSingular() {
    var plan = SmallPlan.make()
    plan.steps.remove(at: 0)
    plan.foldedNorms = 2
    #expect(plan.printed().contains("9 graph ops in 6 steps; 2 batch norms folded; 1 layout conversion\n"))
  }

  @Test(
    arguments: [
      (0, 3, "0.000"), (1, 0, "1"), (0.5, 0, "1"), (1.5, 0, "2"), (2.5, 0, "3"), (-0.5, 0, "-1"), (0.125, 2, "0.13"),
      (0.375, 2, "0.38"), (-0.125, 2, "-0.13"), (0.4999, 0, "0"), (-0.0001, 3, "0.000"), (9.9996, 3, "10.000"),
      (1234.5678, 2, "1234.57"), (0.05, 1, "0.1"), (99.95, 1, "100.0"), (0.0625, 4, "0.0625"), (1e20, 2, "1e+20"),
      (.infinity, 2, "inf"), (.nan, 2, "nan"), (123_456_789, 3, "123456789.000"),
    ] as [(Double, Int, String)])
  func fixedDecimals(_ value: Double, _ digits: Int, _ text: String) {
    #expect(fixed(value, digits: digits) == text)
  }
}
