import Diagnostics
import Layers
import YAMLSyntax

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Networks for tests, from text or from `specs/`.
package enum Networks {
  /// What is wrong with a spec that a test believed to be right.
  package struct Refused: Error, CustomStringConvertible {
    package let description: String
  }

  /// The network of a spec; the lines of `layers` alone will do.
  package static func of(_ yaml: String, name: String = "small") throws -> Network {
    let text = yaml.contains("layers:") ? yaml : "layers:\n" + yaml
    var map = SourceMap()
    var bag = DiagnosticBag()
    let id = map.add(SourceFile(path: name + ".yaml", bytes: Array(text.utf8)))
    guard let root = parseYAML(id, in: map, bag: &bag) else { throw refused(bag) }
    let (spec, schema) = SpecReader.read(root, fileName: name)
    bag.append(schema)
    let (network, more) = Elaborator.elaborate(spec)
    bag.append(more)
    guard let network, !bag.hasErrors else { throw refused(bag) }
    return network
  }

  /// `specs/<name>.yaml`.
  package static func spec(_ name: String) throws -> Network {
    guard let text = read("\(specs)/\(name).yaml") else { throw Refused(description: "no spec \(name)") }
    return try of(text, name: name)
  }

  /// The folder `specs` of the repository.
  package static let specs: String = {
    var path = #filePath[...]
    while let slash = path.lastIndex(of: "/") {
      path = path[..<slash]
      if access(path + "/Package.swift", R_OK) == 0 { return path + "/specs" }
    }
    return "specs"
  }()

  /// The names of all specs, sorted.
  package static let specNames: [String] = {
    guard let folder = opendir(specs) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".yaml") { names.append(String(name.dropLast(5))) }
    }
    return names.sorted()
  }()

  private static func refused(_ bag: DiagnosticBag) -> Refused {
    Refused(description: bag.sorted.map { "\($0.code.rawValue) \($0.message)" }.joined(separator: "; "))
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }
}
