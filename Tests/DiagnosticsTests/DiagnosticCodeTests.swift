import Diagnostics
import Testing

struct DiagnosticCodeTests {
  @Test func names() {
    #expect(DiagnosticCode.filterTooLarge.name == "filter-too-large")
    #expect(DiagnosticCode.yamlSyntax.name == "yaml-syntax")
    #expect(DiagnosticCode(rawValue: "N0203") == .filterTooLarge)
    #expect(Set(DiagnosticCode.allCases.map(\.name)).count == DiagnosticCode.allCases.count)
    #expect(DiagnosticCode.allCases.map(\.rawValue) == DiagnosticCode.allCases.map(\.rawValue).sorted())
  }

  @Test(arguments: DiagnosticCode.allCases)
  func everyCodeIsExplained(_ code: DiagnosticCode) {
    #expect(!code.title.isEmpty && code.title.first?.isUppercase == false && !code.title.hasSuffix("."))
    #expect(code.essay.count > 100 && code.essay.hasSuffix("."))
    #expect(code.isWarning == code.rawValue.hasPrefix("W"))
    #expect((code.example == nil) == (code.fixed == nil))
    #expect(code.example == nil || code.example != code.fixed)
    let isOfSpecs = !["N04", "N05", "N06"].contains { code.rawValue.hasPrefix($0) }
    // These two need a second file; and all of the language is there that a check can see.
    let needsFiles = code == .unreadableSpec || code == .unknownBaseLayer || code == .notYetSupported
    #expect((code.example != nil) == (isOfSpecs && !needsFiles))
  }
}
