import Diagnostics
import Exchange
import Layers
import YAMLSyntax

extension WeightMap {
  /// The map that `--map` names: one that netc has, or a file with patterns and their parameters.
  ///
  /// - Throws: N0501, and `SpecProblems` for what is no map.
  static func named(_ name: String) throws -> WeightMap {
    if ReadyMaps.names.contains(name) { return WeightMap(ready: name) }
    let file: MappedFile
    do throws(DiagnosticError) {
      file = try MappedFile(path: name)
    } catch {
      throw FileFault.make(
        error.diagnostic.code, in: name, error.diagnostic.message,
        help: ["maps that netc has are \(ReadyMaps.names.map { "`\($0)`" }.joined(separator: ", "))"])
    }
    var (sources, bag) = (SourceMap(), DiagnosticBag())
    let id = sources.add(SourceFile(path: name, bytes: file.withBytes { Array($0) }))
    let read = parseYAML(id, in: sources, bag: &bag).flatMap { WeightMap.read($0, &bag) }
    guard let read, !bag.hasErrors else { throw SpecProblems(map: sources, bag: bag) }
    return read
  }
}
