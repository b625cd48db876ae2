import FileTestSupport
import Glibc
import Testing

private let script = "/usr/bin/script"

/// What people see on a terminal. `script` (util-linux) gives the command one.
@Suite(.enabled(if: access(script, X_OK) == 0, "there is no \(script)"))
struct TerminalTests {
  private let folder = TemporaryFolder()

  private func run(_ command: String, columns: Int = 80, _ environment: [String: String] = [:]) -> NetcProcess {
    NetcProcess.run(
      command: [script, "-qec", "stty cols \(columns); \(NetcProcess.binary) \(command)", "/dev/null"],
      environment: ["TERM": "xterm-256color"].merging(environment) { $1 })
  }

  private func wrongSpec() -> String { folder.store(Specs.wrong, as: "wrong.yaml") }

  @Test func diagnosticsAreColoured() {
    let run = run("check \(wrongSpec())")
    #expect(run.status == 1)
    #expect(run.output.contains("\u{1B}[1;31merror[N0103]\u{1B}[0m"))
    #expect(run.output.contains("num_filter"))
  }

  @Test func reportsAreColoured() {
    let run = run("report specs/lenet.yaml")
    #expect(run.status == 0)
    #expect(run.output.contains("\u{1B}[1mlenet\u{1B}[0m"))
    #expect(run.output.contains("\u{1B}[1m61,706\u{1B}[0m trainable"))
  }

  @Test(arguments: [["NO_COLOR": "1"], ["TERM": "dumb"]])
  func colourCanBeTurnedOff(environment: [String: String]) {
    for command in ["check \(wrongSpec())", "report specs/lenet.yaml", "explain N0203", "doctor"] {
      #expect(!run(command, environment).output.contains("\u{1B}"))
    }
  }

  @Test func anEmptyNoColorMeansNothing() {
    #expect(run("report specs/lenet.yaml", ["NO_COLOR": ""]).output.contains("\u{1B}"))
  }

  @Test(arguments: [80, 100, 132])
  func tablesFitTheTerminal(columns: Int) {
    for spec in ["lenet", "alexnet", "vgg16", "keypoints"] {
      let run = run("report specs/\(spec).yaml", columns: columns, ["NO_COLOR": "1"])
      let lines = run.output.split(whereSeparator: \.isNewline)
      #expect(lines.count > 10)
      #expect(lines.allSatisfy { $0.count <= columns })
    }
  }

  @Test(arguments: [80, 100, 132])
  func profilesFitTheTerminal(columns: Int) {
    let spec = folder.store(
      """
      layers:
        - Input: {shape: [null, 3, 16, 16]}
        - Conv2D: {name: a_convolution_with_a_name_longer_than_most, num_filters: 8, filter_size: 3, pad: same}
        - MaxPool2D: {pool_size: 2}
        - Dense: {name: output, num_units: 10, nonlinearity: softmax}
      """, as: "long.yaml")
    let run = run(
      "bench \(spec) --seconds 0.01 --profile --quiet", columns: columns,
      ["NO_COLOR": "1", "XDG_CACHE_HOME": folder.path])
    let lines = run.output.split(whereSeparator: \.isNewline)
    #expect(lines.count > 15)
    #expect(lines.allSatisfy { $0.count <= columns })
    // Long names are cut before numbers go.
    #expect(lines.contains { $0.contains("peak%") && $0.contains("mem%") })
    #expect((columns < 132) == run.output.contains("…"))
  }

  @Test func diagnosticsWrapOnNarrowTerminals() {
    let spec = folder.store(Specs.warned, as: "w.yaml")
    let run = run("check \(spec)", columns: 60, ["NO_COLOR": "1"])
    #expect(run.status == 0)
    let lines = run.output.split(whereSeparator: \.isNewline)
    #expect(lines.filter { !$0.hasPrefix("warning") && !$0.contains("w.yaml") }.allSatisfy { $0.count <= 60 })
  }
}
