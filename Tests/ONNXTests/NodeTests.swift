import CPUBackend
import Compiler
import Diagnostics
import Driver
import Exchange
import FileTestSupport
import Glibc
import Importing
import Layers
import NetIR
import NetworkTestSupport
import ONNX
import Runtime
import Testing

private enum Python {
  static let environment = getenv("NETC_ONNX").map { String(cString: $0) }
}

/// The cases that the onnx package has for its operators, imported and run in fp32: where `NETC_ONNX` names a virtual
/// environment with it, as `./netc.sh onnx-tests` makes it. What netc refuses is counted with the reason; what it takes
/// has to be right.
@Suite(.enabled(if: Python.environment != nil, "NETC_ONNX is not set: see ./netc.sh onnx-tests"))
struct NodeTests {
  private struct Tally {
    var right = 0
    var refused: [String: [String]] = [:]
  }

  @Test func operators() throws {
    let folder = TemporaryFolder()
    let python = try #require(Python.environment)
    let run = NetcProcess.run(
      command: ["\(python)/bin/python3", "\(Repository.root)/Tests/ONNXTests/node_tests.py", folder.path + "/cases"])
    try #require(run.status == 0, "\(run.errors)")
    let names = NetcProcess.run(command: ["ls", folder.path + "/cases"]).output.split(separator: "\n").map(String.init)
      .sorted()
    #expect(names.count > 300)
    var tallies: [String: Tally] = [:]
    for name in names {
      let path = "\(folder.path)/cases/\(name)"
      let type = (TestFile.text(path + "/operator") ?? "").split(separator: "\n").first.map(String.init) ?? ""
      do {
        let imported = try ForeignModel([path + "/model.onnx"]).network()
        #expect(try error(imported, path) <= 1, "\(name)")
        tallies[type, default: Tally()].right += 1
      } catch let error as DiagnosticError {
        let reason = error.diagnostic.notes.first.map { String($0.drop { $0 != ":" }.dropFirst(2)) } ?? "?"
        tallies[type, default: Tally()].refused[reason, default: []].append(name)
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
    report(tallies)
    #expect(tallies.values.reduce(0) { $0 + $1.right } >= 100)
  }

  /// The largest error as a share of what onnx's own runner allows: 1e-7 + 1e-3 of the number.
  private func error(_ imported: ImportedNetwork, _ path: String) throws -> Double {
    let network = try Networks.of(imported.spec(comment: "node"), name: "node")
    let weights = Dictionary(imported.weights.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
    let options = CompileOptions(
      batch: network.fixedBatch ?? 1, target: HostCPU.current.target, catalogue: KernelTable.catalogue)
    let compiled = try CompilerFront.compile(network, options)
    let memory = try CompilerFront.pack(compiled) { name, _ in weights[name] ?? [] }
    let executable = try CPUExecutable(compiled.plan, constants: memory, pool: ThreadPool(threads: 1))
    let inputs = try compiled.plan.inputs.indices.map { try Npy.read(path: "\(path)/in\($0).npy").elements }
    let outputs = executable.run(examples: options.batch, inputs: inputs)
    var worst = 0.0
    for (index, output) in outputs.enumerated() {
      let expected = try Npy.read(path: "\(path)/out\(index).npy").elements
      guard expected.count == output.count else { return .infinity }
      for (found, wanted) in zip(output, expected) {
        let allowed = 1e-7 + 1e-3 * abs(Double(wanted))
        // Sums around zero have the error of what was added up.
        worst = max(worst, abs(Double(found) - Double(wanted)) / max(allowed, 1e-6))
      }
    }
    return worst
  }

  private func report(_ tallies: [String: Tally]) {
    var lines: [String] = []
    for (type, tally) in tallies.sorted(by: { $0.key < $1.key }) where tally.right > 0 {
      let refused = tally.refused.sorted { $0.key < $1.key }
      let count = refused.reduce(0) { $0 + $1.value.count }
      lines.append("\(type): \(tally.right) right, \(count) refused")
      for (reason, names) in refused { lines.append("    \(names.joined(separator: ", ")): \(reason)") }
    }
    let other = tallies.filter { $0.value.right == 0 }.keys.sorted()
    lines.append("refused altogether: \(other.joined(separator: ", "))")
    print(lines.joined(separator: "\n"))
  }
}
