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

    init(_ bag: DiagnosticBag) {
      description = bag.sorted.map { "\($0.code.rawValue) \($0.message)" }.joined(separator: "; ")
    }
  }

  /// The network of a spec; the lines of `layers` alone will do.
  package static func of(_ yaml: String, name: String = "small") throws -> Network {
    let text = yaml.contains("layers:") ? yaml : "layers:\n" + yaml
    var map = SourceMap()
    var bag = DiagnosticBag()
    let id = map.add(SourceFile(path: name + ".yaml", bytes: Array(text.utf8)))
    guard let root = parseYAML(id, in: map, bag: &bag) else { throw Refused(bag) }
    let (spec, schema) = SpecReader.read(root, fileName: name)
    bag.append(schema)
    let (network, more) = Elaborator.elaborate(spec)
    bag.append(more)
    guard let network, !bag.hasErrors else { throw Refused(bag) }
    return network
  }

  /// `specs/<name>.yaml`.
  package static func spec(_ name: String) throws -> Network {
    let loaded = SpecLoader.load("\(Repository.root)/specs/\(name).yaml")
    guard let network = loaded.network else { throw Refused(loaded.bag) }
    return network
  }

  /// The names of all specs, sorted.
  package static let specNames = Repository.names(in: "specs", suffix: ".yaml").map { String($0.dropLast(5)) }
}
