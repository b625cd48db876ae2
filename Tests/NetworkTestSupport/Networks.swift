import Diagnostics
import Driver
import FileTestSupport
import Layers
import YAMLSyntax

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

  /// `specs/<name>.yaml`, with the files that it includes.
  package static func spec(_ name: String) throws -> Network {
    let loaded = SpecLoader.load("\(specs)/\(name).yaml")
    guard let network = loaded.network else { throw refused(loaded.bag) }
    return network
  }

  /// The folder `specs` of the repository.
  package static let specs = Repository.root + "/specs"

  /// The names of all specs, sorted.
  package static let specNames = Repository.names(in: "specs", suffix: ".yaml").map { String($0.dropLast(5)) }.sorted()

  private static func refused(_ bag: DiagnosticBag) -> Refused {
    Refused(description: bag.sorted.map { "\($0.code.rawValue) \($0.message)" }.joined(separator: "; "))
  }
}
