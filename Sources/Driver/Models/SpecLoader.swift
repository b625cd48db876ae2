import Diagnostics
import Exchange
import Layers
import NetIR
import YAMLSyntax

/// A spec file that was read and checked.
package struct LoadedSpec: Sendable {
  /// As messages show it.
  package var path: String
  package var map: SourceMap
  package var bag: DiagnosticBag
  /// nil when there are errors.
  package var network: Network?
  /// The document as written; nil when the file is no YAML or could not be read.
  package var root: Node?
  /// What could be understood of the document.
  package var spec: Spec?

  /// Gives an error that is at a place of the spec what it needs to be shown there.
  func located<Result>(_ body: () throws(DiagnosticError) -> Result) throws -> Result {
    do throws(DiagnosticError) {
      return try body()
    } catch {
      guard case .source = error.diagnostic.place else { throw error }
      var bag = DiagnosticBag()
      bag.report(error.diagnostic)
      throw SpecProblems(map: map, bag: bag)
    }
  }
}

package enum SpecLoader {
  /// A spec larger than this is a mistake: somebody named a weight file.
  private static let largestSpec = 16 << 20

  /// Reads and checks a spec; `-` is standard input. Never throws: what is wrong is in the bag.
  ///
  /// - Parameters:
  ///   - shown: what messages call the file, where that is not its path.
  ///   - overrides: values in place of what the file says.
  package static func load(
    _ path: String, as shown: String? = nil, overrides: [SpecOverride] = []
  ) -> LoadedSpec {
    let shown = shown ?? (path == "-" ? "<stdin>" : path)
    var loaded = LoadedSpec(path: shown, map: SourceMap(), bag: DiagnosticBag())
    let file: MappedFile
    do throws(DiagnosticError) {
      file = try MappedFile(path: path)
    } catch {
      loaded.bag.report(
        Diagnostic(.unreadableSpec, error.diagnostic.message, at: .file(shown), help: error.diagnostic.help))
      return loaded
    }
    guard file.count <= largestSpec else {
      loaded.bag.report(
        Diagnostic(
          .unreadableSpec, "`\(shown)` has \(Format.binary(file.count)), too much for a spec", at: .file(shown),
          help: ["a spec is a YAML file; weights go to `--weights`"]))
      return loaded
    }
    if let kind = file.withBytes({ FileSignature.describe($0) }) {
      loaded.bag.report(
        Diagnostic(
          .unreadableSpec, "`\(shown)` is no spec: it looks like \(kind)", at: .file(shown),
          help: ["a spec is a YAML file"]))
      return loaded
    }
    return understand(file.withBytes { Array($0) }, path, as: shown, overrides)
  }

  /// Reads and checks the text of a spec, which need not be in a file yet.
  ///
  /// - Parameter path: gives the network its name when the spec does not.
  package static func understand(
    _ bytes: [UInt8], _ path: String, as shown: String, _ overrides: [SpecOverride] = []
  ) -> LoadedSpec {
    var loaded = LoadedSpec(path: shown, map: SourceMap(), bag: DiagnosticBag())
    let id = loaded.map.add(SourceFile(path: shown, bytes: bytes))
    guard var root = parseYAML(id, in: loaded.map, bag: &loaded.bag) else { return loaded }
    for override in overrides { root = override.applied(to: root, &loaded.map, &loaded.bag) }
    loaded.root = root
    let files = FolderFiles(map: loaded.map)
    let (spec, bag) = SpecReader.read(root, fileName: stem(path), files: files)
    loaded.map = files.map
    loaded.spec = spec
    loaded.bag.append(bag)
    let (network, more) = Elaborator.elaborate(spec)
    loaded.bag.append(more)
    loaded.network = loaded.bag.hasErrors ? nil : network
    return loaded
  }

  /// The files that a spec names, relative to the folder of the one that names them.
  private final class FolderFiles: SpecFiles {
    private var documents: ReadDocuments
    var map: SourceMap { documents.map }

    init(map: SourceMap) { documents = ReadDocuments(map: map) }

    func document(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> Node? {
      let full = map.path(path, namedAt: span)
      if let document = documents.document(at: full) { return document }
      guard let bytes = content(path, namedAt: span, &bag) else { return nil }
      return documents.add(bytes, at: full, &bag)
    }

    func content(_ path: String, namedAt span: SourceSpan, _ bag: inout DiagnosticBag) -> [UInt8]? {
      do throws(DiagnosticError) {
        return try MappedFile(path: map.path(path, namedAt: span)).withBytes { Array($0) }
      } catch {
        bag.report(
          Diagnostic(.badInclude, error.diagnostic.message, at: span, help: error.diagnostic.help))
        return nil
      }
    }
  }

  /// `specs/lenet.yaml` → `lenet`.
  private static func stem(_ path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else {
      return file == "-" ? "network" : file
    }
    return String(file[..<dot])
  }
}

extension SourceMap {
  /// The path of a file that a spec names, which counts from the folder of the spec.
  func path(_ path: String, namedAt span: SourceSpan) -> String {
    let folder = self[span.file].path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return path.hasPrefix("/") || folder.isEmpty ? path : (folder + [Substring(path)]).joined(separator: "/")
  }
}
