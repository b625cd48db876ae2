import Diagnostics
import Exchange
import Importing

/// A network of Caffe: its definition, and in any order its weights and its solver.
struct CaffeFiles {
  private let files: [String]
  private let options: ImportOptions

  /// A definition larger than this is a file of something else.
  private static let largestText = 16 << 20

  /// A text and what it says.
  private struct Text {
    var id: FileID
    var message: TextMessage
    /// Whether it says how to train a network.
    var isSolver: Bool { message.fields.contains { ["base_lr", "lr_policy", "max_iter", "net"].contains($0.name) } }
  }

  init(_ files: [String], _ options: ImportOptions) { (self.files, self.options) = (files, options) }

  func network() throws -> ImportedNetwork {
    var map = SourceMap()
    let texts = try files.filter { $0.hasSuffix("txt") }.map { try read($0, &map) }
    let weights = files.filter { !$0.hasSuffix("txt") }
    let (definitions, solvers) = (texts.filter { !$0.isSolver }, texts.filter(\.isSolver))
    guard let definition = definitions.first, definitions.count == 1, solvers.count <= 1, weights.count <= 1 else {
      throw DiagnosticError(
        Diagnostic(
          .badOption, "Caffe's networks are one definition, and beside it weights and a solver", at: .none,
          notes: [
            "given are \(Format.count(definitions.count, "definition")), \(Format.count(solvers.count, "solver")) and "
              + Format.count(weights.count, "file of weights")
          ],
          help: ["such as `netc import deploy.prototxt net.caffemodel solver.prototxt -o net`"]))
    }
    var (network, parameters) = try imported(definition, solvers.first, map)
    if let path = weights.first {
      let (values, unused) = try numbers(of: path, parameters)
      network.weights = values
      if !unused.isEmpty {
        let shown = unused.prefix(12).map { "`\($0)`" }.joined(separator: ", ")
        network.remarks.append(
          "The weights have \(Format.count(unused.count, "layer")) that the definition does not have: "
            + shown + (unused.count > 12 ? " and more." : "."))
      }
    }
    return network
  }

  private func read(_ path: String, _ map: inout SourceMap) throws -> Text {
    let file = try MappedFile(path: path)
    guard file.count <= Self.largestText else {
      throw FileFault.make(
        .damagedModel, in: path, "`\(path)` has \(Format.binary(file.count)), too much for a definition",
        help: ["a definition is a text; weights have another ending"])
    }
    let bytes = file.withBytes { Array($0) }
    let id = map.add(SourceFile(path: path, bytes: bytes))
    do throws(TextFault) {
      return Text(id: id, message: try TextFormatParser.parse(bytes))
    } catch {
      var bag = DiagnosticBag()
      bag.report(
        Diagnostic(.damagedModel, error.message, at: map.span(error.place, in: id), help: ["Caffe reads it no better"]))
      throw SpecProblems(map: map, bag: bag)
    }
  }

  private func imported(
    _ definition: Text, _ solver: Text?, _ map: SourceMap
  ) throws -> (ImportedNetwork, [CaffeParameter]) {
    do throws(DefinitionProblems) {
      return try CaffeImport.read(
        definition.message, name: ForeignModel.stem(files[0]), solver: solver?.message, options: options)
    } catch {
      var bag = DiagnosticBag()
      bag.report(error.definition, map, definition.id)
      if let solver { bag.report(error.solver, map, solver.id) }
      throw SpecProblems(map: map, bag: bag)
    }
  }

  private func numbers(
    of path: String, _ parameters: [CaffeParameter]
  ) throws(DiagnosticError) -> (weights: [ImportedNetwork.Weight], unused: [String]) {
    let file = try MappedFile(path: path)
    let weights: CaffeWeights
    do throws(ModelProblem) {
      weights = try file.withBytes { (bytes) throws(ModelProblem) in try CaffeWeights(bytes) }
    } catch {
      guard case .damaged(let reason) = error else { return ([], []) }
      throw FileFault.make(
        .damagedModel, in: path, "`\(path)` is no caffemodel, or a damaged one: \(reason)", help: ["fetch it again"])
    }
    do throws(CaffeMismatch) {
      return try weights.values(of: parameters)
    } catch {
      let isMissing = !error.missing.isEmpty
      let notes = error.missing.map { "missing: \($0)" } + error.differing
      throw FileFault.make(
        isMissing ? .missingTensor : .tensorShapeDiffers, in: path,
        isMissing
          ? "the file lacks \(Format.count(error.missing.count, "parameter")) of the definition"
          : "\(Format.count(error.differing.count, "parameter")) of the file \(error.differing.count == 1 ? "has" : "have") "
            + "another shape",
        notes: Array(notes.prefix(ForeignModel.mostShown)),
        help: ["these are the weights of another definition, or the input has another size: `--input-shape` says it"])
    }
  }
}

extension SourceMap {
  /// The place of bytes of a file.
  func span(_ bytes: Range<Int>, in id: FileID) -> SourceSpan {
    SourceSpan(
      file: id, start: self[id].position(ofByte: bytes.lowerBound),
      end: self[id].position(ofByte: max(bytes.upperBound, bytes.lowerBound)))
  }
}

extension DiagnosticBag {
  /// What netc cannot say of a definition, at its places.
  mutating func report(_ problems: [DefinitionProblem], _ map: SourceMap, _ id: FileID) {
    for problem in problems {
      report(
        Diagnostic(.unsupportedModel, problem.message, at: map.span(problem.place, in: id), help: problem.help))
    }
  }
}
