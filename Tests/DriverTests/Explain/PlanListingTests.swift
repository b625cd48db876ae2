import CPUBackend
import Compiler
import NetIR
import NetworkTestSupport
import Testing

@testable import Driver

@Suite struct PlanListingTests {
  private func plan(tuned: Bool = false) throws -> Plan {
    let network = try Networks.spec("resnet20")
    let target = try #require(TargetDescription.named("x86-64-avx512"))
    var options = CompileOptions(batch: 1, target: target, catalogue: KernelTable.catalogue)
    guard tuned else { return try CompilerFront.compile(network, options).plan }
    var table = MeasurementTable(cpu: "CPU\u{1B}[2J of tomorrow", threads: 4)
    let plain = try CompilerFront.compile(network, options).plan
    for (index, step) in plain.steps.enumerated() where index > 0 {
      for candidate in step.choice?.candidates ?? [] where candidate.exclusion == nil {
        let time = candidate.kernel.contains("winograd") ? 1234 : 5678
        table[plain.instance(of: step).signature, candidate.kernel] = time
      }
    }
    options.measurements = table
    return try CompilerFront.compile(network, options).plan
  }

  @Test(arguments: [60, 80, 100, 200], [false, true])
  func fits(width: Int, tuned: Bool) throws {
    let text = PlanListing(plan: try plan(tuned: tuned), width: width, style: Style(color: false)).rendered()
    let lines = text.split(separator: "\n")
    if width >= 80 { #expect(lines.allSatisfy { $0.count <= width }) }
    #expect(lines.count >= (try plan().steps.count) + 6)
  }

  @Test func measuredTimesAreTold() throws {
    let plan = try plan(tuned: true)
    let text = PlanListing(plan: plan, width: 100, style: Style(color: false)).rendered()
    #expect(text.contains("measured on CPU\\u{1B}[2J of tomorrow with 4 threads") && !text.contains("\u{1B}"))
    #expect(text.contains("1.23") && text.contains("5.68"))
    // The first step was not timed: its time is an estimate.
    #expect(text.split(separator: "\n").dropFirst(3).first?.contains("~") == true)
  }

  /// Times are of what goes through the steps at a time.
  @Test func theSumSaysOfHowManyExamples() throws {
    let target = try #require(TargetDescription.named("x86-64-avx512"))
    var options = CompileOptions(batch: 6, target: target, catalogue: KernelTable.catalogue)
    let network = try Networks.spec("digits")
    for (microbatch, words) in [(2, " µs for 2 of 6 examples, "), (6, " µs, ")] {
      options.microbatch = microbatch
      let plan = try CompilerFront.compile(network, options).plan
      let text = PlanListing(plan: plan, width: 100, style: Style(color: false)).rendered()
      #expect(text.contains("  sum      ") && text.contains(words))
      #expect(text.contains("batch 6 by 2 ") == (microbatch == 2))
    }
  }

  @Test func everyStepIsExplained() throws {
    for plan in [try plan(), try plan(tuned: true)] {
      for (index, step) in plan.steps.enumerated() {
        let text = StepExplanation(plan: plan, index: index, width: 80, style: Style(color: false)).rendered()
        #expect(text.hasPrefix("step \(index + 1) of \(plan.steps.count)   \(step.name)\n"))
        for candidate in step.choice?.candidates ?? [] {
          #expect(text.contains(candidate.exclusion == nil ? candidate.kernel : KernelText.short(candidate.kernel)))
        }
        #expect(text.contains("workspace") == (step.workspace != nil))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(step.name)")
      }
    }
  }

  @Test func anotherCPUIsNoticed() throws {
    let plan = try plan(tuned: true)
    #expect(ExplainPlanCommand.remark(on: plan, cpu: plan.tuning?.cpu ?? "") == nil)
    let remark = try #require(ExplainPlanCommand.remark(on: plan, cpu: "this one"))
    #expect(remark.hasPrefix("tuned on CPU\\u{1B}[2J of tomorrow, and this is this one: "))
    #expect(ExplainPlanCommand.remark(on: try self.plan(), cpu: "any") == nil)
  }

  @Test func jsonHasEveryCandidate() throws {
    let plan = try plan(tuned: true)
    let steps = try #require(plan.explanation()["steps"]?.arrayValue)
    #expect(steps.count == plan.steps.count)
    for (json, step) in zip(steps, plan.steps) {
      #expect(json["kernel"]?.stringValue == step.kernel)
      let candidates = try #require(json["candidates"]?.arrayValue)
      #expect(candidates.map { $0["kernel"]?.stringValue } == step.choice?.candidates.map { .some($0.kernel) })
      #expect(candidates.map { $0["measured_ns"]?.intValue } == step.choice?.candidates.map(\.measured))
    }
    #expect(plan.explanation(of: 3)["steps"]?.arrayValue?.count == 1)
    #expect(plan.explanation()["tuning"]?["threads"]?.intValue == 4)
  }
}
