import CPUBackend
import Compiler
import Diagnostics
import Layers
import NetIR
import YAMLSyntax

/// The way of a spec through netc, up to a plan that is not run.
struct FrontEnd {
  /// Files that a spec may include or start from.
  struct Library: SpecFiles {
    var map: SourceMap
    let texts: [String: [UInt8]]

    mutating func document(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> Node? {
      guard let text = texts[path] else {
        bag.report(Diagnostic(.badInclude, "no file `\(path)`", at: span))
        return nil
      }
      if let id = map.id(of: path) { return parseYAML(id, in: map, bag: &bag) }
      return parseYAML(map.add(SourceFile(path: path, bytes: text)), in: map, bag: &bag)
    }
  }

  /// Networks with more layers are left to the tests of the compiler.
  private static let mostLayers = 400

  /// - Returns: what no spec may cause; nil when all is well, errors in the spec included.
  static func fault(_ spec: [UInt8], library: [String: [UInt8]]) -> String? {
    var files = Library(map: SourceMap(), texts: library)
    let id = files.map.add(SourceFile(path: "fuzz.yaml", bytes: spec))
    var bag = DiagnosticBag()
    var network: Network?
    if let root = parseYAML(id, in: files.map, bag: &bag) {
      // The reader has a copy of the files; the same order of reading gives the same places.
      let box = SharedFiles(files)
      let (declared, found) = SpecReader.read(root, fileName: "fuzz", files: box)
      bag.append(found)
      let (elaborated, more) = Elaborator.elaborate(declared)
      bag.append(more)
      files = box.files
      network = bag.hasErrors ? nil : elaborated
      if elaborated == nil, !bag.hasErrors { return "no network, and no error that says why" }
    } else if !bag.hasErrors {
      return "no document, and no error that says why"
    }
    let text = TextRenderer(map: files.map, color: false, width: 100)
    let json = JSONRenderer(map: files.map)
    for diagnostic in bag.sorted.prefix(40) {
      if text.render(diagnostic).isEmpty || json.render(diagnostic).isEmpty { return "an empty diagnostic" }
    }
    guard let network, network.layers.count <= mostLayers, let target = TargetDescription.named("x86-64-avx512")
    else { return nil }
    let batch = network.fixedBatch ?? 1
    let options = CompileOptions(batch: batch, target: target, catalogue: KernelTable.catalogue)
    do {
      let compiled = try Pipeline.compile(network.lowered(batch: batch).graph, options)
      try compiled?.plan.verify(options.catalogue)
      _ = try NetworkReport(network, options, countsTraining: false)
    } catch let error as CompileError where error.reason == .unsupported {
      return nil
    } catch {
      return "checked, and does not compile: \(error)"
    }
    return nil
  }

  private final class SharedFiles: SpecFiles {
    var files: Library
    init(_ files: Library) { self.files = files }

    func document(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> Node? {
      files.document(path, namedAt: span, &bag)
    }
  }
}
