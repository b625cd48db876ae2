import CEmitter
import CPUBackend
import Compiler
import Driver
import FileTestSupport
import NetIR
import Testing

/// A generated document: where it lies below `generated/`, and how it is made.
struct GoldenFile: Sendable, CustomTestStringConvertible {
  let path: String
  let content: @Sendable () throws -> String

  init(_ path: String, _ content: @escaping @Sendable () throws -> String) {
    (self.path, self.content) = (path, content)
  }

  var testDescription: String { path }

  static let all = networks + standalone + explanations + diagnostics + reference + schema + help

  /// What the compiler makes of each network.
  private static var networks: [GoldenFile] {
    Repository.names(in: "specs", suffix: ".yaml").flatMap { file in
      let name = String(file.dropLast(5))
      let spec = "specs/" + file
      let reports = [("txt", ReportFormat.text), ("json", .json)].map { ending, format in
        GoldenFile("\(name)/report.\(ending)") {
          let network = try GoldenNetwork(spec)
          return format.rendered(
            try NetworkReport(network.network, network.options("x86-64-avx512")), path: spec, width: 80,
            style: Style(color: false))
        }
      }
      let graph = GoldenFile("\(name)/graph.txt") {
        try GoldenNetwork(spec).compiled("x86-64-avx512").portable.printed()
      }
      // What a target has beyond the others is bf16: in fp32 its plans are theirs.
      // Plans for arm64 have the layouts of those for AVX2 and other names of kernels.
      let plans = TargetDescription.named.filter { !$0.instructionSets.contains(.neon) }.map { target in
        let precision = target.instructionSets.contains(.avx512bf16) ? Precision.bf16 : .fp32
        return GoldenFile("\(name)/plan.\(target.name).txt") {
          try GoldenNetwork(spec).compiled(target.name, precision).plan.printed()
        }
      }
      return reports + [graph] + plans
    }
  }

  /// Small networks as C, their weights apart.
  private static var standalone: [GoldenFile] {
    ["digits", "resnet20"].flatMap { name in
      ["\(name).h", "\(name).c"].map { file in
        GoldenFile("\(name)/c/\(file)") {
          var emission = StandaloneEmission(folder: "")
          emission.form = .binary
          let network = try GoldenNetwork("specs/\(name).yaml").network
          let emitted = try emission.files(of: network, batch: 1) { _, shape in
            [Float](repeating: 1, count: shape.elements)
          }
          guard case .text(let text) = emitted.files.first(where: { $0.name == file })?.content else { return "" }
          return text
        }
      }
    }
  }

  /// What `netc explain --plan` says of a small network and of a step that has a choice.
  private static var explanations: [GoldenFile] {
    let style = Style(color: false)
    return [
      GoldenFile("resnet20/explain.txt") {
        let plan = try GoldenNetwork("specs/resnet20.yaml").compiled("x86-64-avx512").plan
        return PlanListing(plan: plan, width: 80, style: style).rendered()
      },
      GoldenFile("resnet20/explain.step.txt") {
        let plan = try GoldenNetwork("specs/resnet20.yaml").compiled("x86-64-avx512").plan
        let index = plan.steps.firstIndex { $0.workspace != nil } ?? 0
        return StepExplanation(plan: plan, index: index, width: 80, style: style).rendered()
      },
    ]
  }

  /// What `netc check` says of each invalid spec.
  private static var diagnostics: [GoldenFile] {
    Repository.names(in: "specs/invalid", suffix: ".yaml").flatMap { file in
      [("txt", DiagnosticFormat.text), ("json", .json)].map { ending, format in
        GoldenFile("diagnostics/\(file.dropLast(5)).\(ending)") {
          let path = "specs/invalid/" + file
          let loaded = SpecLoader.load("\(Repository.root)/\(path)", as: path)
          return DiagnosticPrinter.rendered(loaded, format, color: false, width: 100)
        }
      }
    }
  }

  private static var reference: [GoldenFile] {
    ReferenceChapter.allCases.map { chapter in
      GoldenFile("reference/\(chapter.rawValue).md") { chapter.markdown }
    }
  }

  private static var schema: [GoldenFile] { [GoldenFile("schema/netc.schema.json") { JSONSchema.text }] }

  /// The help of netc and of each command that it names.
  private static var help: [GoldenFile] {
    let main = NetcProcess.run(["--help"]).output
    let list = main.split(separator: "\n").drop { $0 != "SUBCOMMANDS:" }.dropFirst()
    let commands = list.compactMap { line -> String? in
      let words = line.split(separator: " ")
      return line.hasPrefix("  ") && !line.hasPrefix("   ") && words.count > 1 && words[0] != "See"
        ? String(words[0]) : nil
    }
    return [GoldenFile("help/netc.txt") { main }]
      + commands.map { command in
        GoldenFile("help/\(command).txt") { NetcProcess.run([command, "--help"]).output }
      }
  }
}
