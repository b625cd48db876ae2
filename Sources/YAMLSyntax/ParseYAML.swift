import Diagnostics

/// Reads a file of the map as one YAML document.
///
/// Everything wrong goes into the bag; behind a syntax error nothing is read. The result is nil unless the
/// tree is what the file says: with a repeated key the first one counts, a second document is left out, and
/// every other error gives nil.
///
/// The scalars follow the core schema of YAML 1.2. Anchors, aliases and `<<` merges are resolved; the depth
/// and the number of values are bounded.
package func parseYAML(_ id: FileID, in map: SourceMap, bag: inout DiagnosticBag) -> Node? {
  let source = map[id]
  if let fault = EncodingCheck.fault(in: source, id) {
    bag.report(fault)
    return nil
  }
  guard let stream = EventStream(source.bytes) else {
    bag.report(Diagnostic(.yamlSyntax, "not enough memory to read the file", at: .file(source.path)))
    return nil
  }
  var loader = Loader(id, source, stream)
  let node = loader.load()
  bag.append(loader.bag)
  return node
}
