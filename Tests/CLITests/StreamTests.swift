import FileTestSupport
import Testing

/// What goes where, and what happens when nobody listens.
@Suite struct StreamTests {
  static let writers: [[String]] = [
    ["check", Files.lenet], ["report", "specs/vgg16.yaml", "--format", "json"], ["explain", "diagnostics"],
    ["compile", "specs/vgg16.yaml", "--emit", "plan"], ["compile", "--list-passes"], ["doctor"],
    ["run", Files.digits, "--weights", Files.weights, "--input", Files.images],
    ["bench", Files.lenet, "--seconds", "0.01"],
  ]

  @Test(arguments: writers)
  func aReaderThatLeftEndsTheCommandQuietly(arguments: [String]) {
    let run = NetcProcess.run(arguments, output: .closedPipe)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
  }

  @Test func scoresGoThroughTheSamePipes() {
    let command = ["run", Files.digits, "--weights", Files.weights, "--input", Files.images, "--output", "-"]
    let closed = NetcProcess.run(command, output: .closedPipe)
    #expect(closed.status == 0)
    #expect(closed.errors.isEmpty)
    let full = NetcProcess.run(command, output: .path("/dev/full"))
    #expect(full.status == 1)
    #expect(full.errors.contains("error[N0513]: cannot write standard output: No space left on device"))
  }

  @Test(arguments: writers)
  func aFullDiskIsAnError(arguments: [String]) {
    let run = NetcProcess.run(arguments, output: .path("/dev/full"))
    #expect(run.status == 1)
    #expect(run.errors.contains("error: cannot write standard output: No space left on device\n"))
  }

  @Test(arguments: writers)
  func noEscapeCodesOutsideOfATerminal(arguments: [String]) {
    let run = NetcProcess.run(arguments, environment: ["TERM": "xterm-256color"])
    #expect(run.status == 0)
    #expect(!run.output.contains("\u{1B}") && !run.errors.contains("\u{1B}"))
    #expect(!run.output.isEmpty)
  }

  @Test func errorsLeaveStandardOutputEmpty() {
    for arguments in [["check", "none"], ["report", "none"], ["compile", "none"], ["bench", "none"]] {
      let run = NetcProcess.run(arguments)
      #expect(run.status == 1)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains("cannot read `none`: No such file or directory"))
    }
  }
}
