import Diagnostics
import Exchange
import FileTestSupport
import Testing

/// Every code of the catalogue comes out of the real command at least once.
@Suite struct CodeTests {
  /// Codes that come from a spec alone: the catalogue has one with this fault and no other.
  static let fromSpecs = DiagnosticCode.allCases.filter { $0.example != nil }

  /// Codes that no command can produce, and why.
  static let unreachable: [DiagnosticCode: String] = [
    .notYetSupported: "this version can act on every word of the language that a check lets through"
  ]

  @Test(arguments: fromSpecs)
  func theExampleOfTheCatalogueHasTheFault(code: DiagnosticCode) throws {
    let spec = Array(try #require(code.example).utf8)
    let run = NetcProcess.run(["check", "--strict", "--diagnostics", "json", "-"], input: spec)
    #expect(run.status == 1)
    let codes = try run.lines.map { try JSONValue(parsing: String($0))["code"]?.stringValue }
    #expect(Set(codes) == [code.rawValue])
  }

  @Test(arguments: fromSpecs)
  func theMendedExampleIsFine(code: DiagnosticCode) throws {
    let spec = Array(try #require(code.fixed).utf8)
    let run = NetcProcess.run(["check", "--strict", "-"], input: spec)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
  }

  @Test(arguments: CodeCase.all)
  func theCommandProducesTheCode(fault: CodeCase) throws {
    let folder = TemporaryFolder()
    let run = NetcProcess.run(
      try fault.arguments(folder), input: fault.input, environment: ["CUDA_VISIBLE_DEVICES": "-1"])
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    let heads = run.errors.split(separator: "\n").filter { $0.hasPrefix("error[") || $0.hasPrefix("warning[") }
    #expect(heads.count == 1)
    #expect(heads.first?.hasPrefix("error[\(fault.code.rawValue)]: ") == true, "\(run.errors)")
  }

  @Test func everyCodeIsProducedBySomething() {
    let produced = Set(Self.fromSpecs + CodeCase.all.map(\.code))
    let missing = DiagnosticCode.allCases.filter { !produced.contains($0) && Self.unreachable[$0] == nil }
    #expect(missing.isEmpty, "no test produces \(missing.map(\.rawValue).joined(separator: ", "))")
    #expect(produced.isDisjoint(with: Self.unreachable.keys))
  }
}
