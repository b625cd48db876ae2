import Diagnostics
import FileTestSupport
import Testing

@Suite struct ExplainTests {
  @Test(arguments: ["N0203", "n0203", "filter-too-large"])
  func codesAreFoundByNumberAndName(topic: String) {
    let run = NetcProcess.run(["explain", topic])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("N0203 filter-too-large\n"))
    #expect(run.output.contains("Wrong:") && run.output.contains("Right:"))
    #expect(run.lines.allSatisfy { $0.count <= 80 })
    #expect(run.errors.isEmpty)
  }

  @Test(arguments: [
    ("Conv2D", "num_filters   required"), ("Conv2DLayer", "num_filters   required"),
    ("conv2d", "num_filters   required"), ("rectify", "max(0, x)"), ("relu", "max(0, x)"),
    ("he_normal", "default √2"), ("filter_size", "of Conv2D   required"), ("classes", "key of a spec"),
    ("fuse-activation", "pass 5 of"), ("layers", "ElemwiseSum"), ("diagnostics", "N0203"), ("passes", "plan-memory"),
    ("spec-keys", "outputs"), ("nonlinearities", "leaky_rectify"), ("initialisers", "glorot_uniform"),
  ])
  func whatHasANameIsExplained(topic: String, words: String) {
    let run = NetcProcess.run(["explain", topic])
    #expect(run.status == 0)
    #expect(run.output.contains(words))
    #expect(run.lines.allSatisfy { $0.count <= 80 })
  }

  @Test(arguments: DiagnosticCode.allCases)
  func everyCodeHasAnEssay(code: DiagnosticCode) {
    let run = NetcProcess.run(["explain", code.rawValue])
    #expect(run.status == 0)
    #expect(run.lines.count >= 3)
    #expect(run.lines.filter { !$0.hasPrefix("    ") }.allSatisfy { $0.count <= 80 })
  }

  @Test(arguments: [("Conv2E", "did you mean `Conv2D`?"), ("zebra", "`layers`"), ("", "`layers`")])
  func unknownWordsGetAHint(topic: String, hint: String) {
    let run = NetcProcess.run(["explain", topic])
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: nothing is called `\(topic)` here\n"))
    #expect(run.errors.contains(hint))
  }
}
