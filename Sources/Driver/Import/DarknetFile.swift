import Diagnostics
import Exchange
import Importing

/// A network as Darknet defines it.
struct DarknetFile {
  private let path: String
  private let options: ImportOptions

  init(_ path: String, _ options: ImportOptions) { (self.path, self.options) = (path, options) }

  func network() throws -> ImportedNetwork {
    let bytes = try MappedFile(path: path).withBytes { Array($0) }
    var map = SourceMap()
    let id = map.add(SourceFile(path: path, bytes: bytes))
    var bag = DiagnosticBag()
    do {
      return try DarknetImport.read(
        try DarknetSection.parse(bytes), name: ForeignModel.stem(path), options: options)
    } catch let error as TextFault {
      bag.report(
        Diagnostic(
          .damagedModel, error.message, at: map.span(error.place, in: id), help: ["Darknet reads it no better"]))
    } catch let error as DefinitionProblems {
      bag.report(error.definition, map, id)
    }
    throw SpecProblems(map: map, bag: bag)
  }
}
