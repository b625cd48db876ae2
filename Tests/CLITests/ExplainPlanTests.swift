import Exchange
import FileTestSupport
import Testing

@Suite struct ExplainPlanTests {
  private let folder = TemporaryFolder()

  @Test func stepsOfASpecAndOfAnArtefactAreListed() throws {
    let spec = NetcProcess.run(["explain", "--plan", Files.digits])
    #expect(spec.status == 0)
    #expect(spec.output.hasPrefix("plan digits   batch 1   fp32 fast   "))
    #expect(spec.lines.allSatisfy { $0.count <= 80 })
    let artefact = NetcProcess.run(["explain", "--plan", try folder.digitsArtefact()])
    #expect(artefact.output == spec.output && artefact.errors.isEmpty)
  }

  @Test(arguments: ["2", "conv2", "conv2 + rectify"])
  func aStepIsFoundByNumberLayerAndName(step: String) {
    let run = NetcProcess.run(["explain", "--plan", Files.lenet, step == "2" ? "3" : step])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("step 3 of 9   conv2 + rectify\n"))
    #expect(run.output.contains("taken") && run.output.contains("not possible:"))
    #expect(run.lines.allSatisfy { $0.count <= 80 })
  }

  @Test(arguments: [
    ("convv1", "did you mean `conv1`?"), ("0", "numbered from 1 to 9"), ("10", "numbered from 1 to 9"),
    ("zebra", "numbered from 1 to 9"),
  ])
  func anUnknownStepGetsAHint(step: String, hint: String) {
    let run = NetcProcess.run(["explain", "--plan", Files.lenet, step])
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.contains("`\(Files.lenet)` has no step `\(step)`"))
    #expect(run.errors.contains(hint))
  }

  @Test func jsonIsPrinted() throws {
    let run = NetcProcess.run(["explain", "--plan", Files.lenet, "--json"])
    let json = try run.json()
    #expect(json["name"]?.stringValue == "lenet" && json["tuning"] == .null)
    #expect(json["steps"]?.arrayValue?.count == 9)
    let one = try NetcProcess.run(["explain", "--plan", Files.lenet, "conv1", "--json"]).json()
    #expect(one["steps"]?.arrayValue?.count == 1)
  }

  @Test func filesThatAreNoModelsAreRefused() {
    #expect(NetcProcess.run(["explain", "--plan", "/nowhere.netc"]).status == 1)
    #expect(NetcProcess.run(["explain", "--plan", Files.weights]).errors.contains("no network that netc compiled"))
    #expect(NetcProcess.run(["explain", "--plan", folder.store(Specs.wrong, as: "wrong.yaml")]).status == 1)
    #expect(NetcProcess.run(["explain"]).status == 64)
    #expect(NetcProcess.run(["explain", "Conv2D", "--json"]).status == 64)
  }
}
