import Exchange
import FileTestSupport
import Testing

/// The commands with a spec whose base has weights.
@Suite struct BaseTests {
  private let folder = TemporaryFolder()
  private let specs = Repository.root + "/specs"
  private var base: String { "spec: \(specs)/digits.yaml, weights: \(specs)/digits/weights.safetensors" }

  private func spec(_ text: String) -> String { folder.store(text, as: "net.yaml") }

  @Test func runTakesTheWeightsOfTheBase() {
    let spec = spec("base: {\(base)}\n")
    let run = NetcProcess.run(["run", spec, "--input", Files.images, "--labels", Files.labels])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("accuracy 98.33 %: 354 of 360 right"))
    #expect(run.errors == "note: 10 tensors of `\(specs)/digits/weights.safetensors`\n")
  }

  @Test func artefactsHaveThemInside() throws {
    let path = folder.path + "/net.netc"
    let compiled = NetcProcess.run(["compile", spec("base: {\(base)}\n"), "-o", path, "--quiet"])
    #expect(compiled.status == 0 && compiled.errors.isEmpty)
    let run = NetcProcess.run(["run", path, "--input", Files.images, "--labels", Files.labels])
    #expect(run.output.hasPrefix("accuracy 98.33 %"))
  }

  @Test func benchSaysWhatIsNew() throws {
    let text = "base: {\(base), until: pool2}\nlayers: [Dense: {name: new, num_units: 4}]\n"
    let run = NetcProcess.run(["bench", spec(text), "--seconds", "0.01", "--json"])
    #expect(run.status == 0)
    #expect(try run.json()["name"] == "net")
    #expect(run.errors.contains("; `new.W`, `new.b` have their first values"))
  }

  @Test func problemsAreShownInTheSpec() {
    let run = NetcProcess.run(["bench", spec("base: {spec: \(specs)/digits.yaml,\n       weights: w.st}\n")])
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(
      run.errors == """
        error[N0501]: cannot read `\(folder.path)/w.st`: No such file or directory
          --> \(folder.path)/net.yaml:2:17
           |
         2 |        weights: w.st}
           |                 ^^^^
        help: the path counts from the folder of the spec that names it; `--weights FILE` gives all weights
              instead

        """)
  }

  @Test func theOptionComesFirst() {
    let spec = spec("base: {spec: \(specs)/digits.yaml, weights: none.safetensors}\n")
    let run = NetcProcess.run(
      ["run", spec, "--weights", Files.weights, "--input", Files.images, "--labels", Files.labels])
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output.hasPrefix("accuracy 98.33 %"))
  }
}
