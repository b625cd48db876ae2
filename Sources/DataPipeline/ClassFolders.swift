import Diagnostics
import Exchange

/// A folder of pictures with a sub-folder for each class, which gives it its name.
package struct ClassFolders: Sendable, Equatable {
  package let files: PictureFiles
  /// The class of each picture.
  package let labels: [Int]
  package let classes: [String]

  /// - Parameter classes: in their order; nil for the sub-folders in the order of their names.
  /// - Throws: N0501 where a folder cannot be read, N0515 where pictures are missing, N0518 where pictures or folders
  ///   belong to no class.
  package init(_ path: String, classes given: [String]?) throws(DiagnosticError) {
    let listing = try FolderListing(path)
    guard !listing.folders.isEmpty else {
      throw FileFault.make(
        .emptyInput, in: path, "`\(path)` has no sub-folders, one for each class",
        notes: listing.pictures.isEmpty ? [] : ["it has \(listing.pictures.count.counted("picture")) itself"],
        help: ["put the pictures of each class into a folder of its name: `\(path)/ants/1.jpg`, `\(path)/bees/7.jpg`"])
    }
    if let stray = listing.pictures.first {
      let more = listing.pictures.count - 1
      throw FileFault.make(
        .badTargets, in: path,
        "`\(path)/\(stray)`\(more > 0 ? " and \(more.grouped) more" : "") \(more > 0 ? "belong" : "belongs") to no class",
        help: ["move what lies beside the folders of the classes into one of them, or away"])
    }
    classes = given ?? listing.folders
    if let stranger = listing.folders.first(where: { !(given ?? listing.folders).contains($0) }) {
      let hint = Suggestion.unknown(word: stranger, among: given ?? [])
      throw FileFault.make(
        .badTargets, in: path, "the folder `\(path)/\(stranger)` is called after none of the classes",
        notes: hint.label.isEmpty ? [] : [hint.label],
        help: hint.help + ["classes are those of `classes`, or the folders of `data.train`"])
    }
    var (paths, labels): ([String], [Int]) = ([], [])
    for (label, name) in classes.enumerated() {
      guard listing.folders.contains(name) else { throw Self.empty(name, path, "there is no such folder") }
      let pictures = try FolderListing("\(path)/\(name)").pictures
      guard !pictures.isEmpty else { throw Self.empty(name, path, "the folder has none") }
      paths += pictures.map { "\(path)/\(name)/\($0)" }
      labels += pictures.map { _ in label }
    }
    (files, self.labels) = (PictureFiles(paths: paths), labels)
  }

  private static func empty(_ name: String, _ path: String, _ why: String) -> DiagnosticError {
    FileFault.make(
      .emptyInput, in: "\(path)/\(name)", "the class `\(name)` has no pictures in `\(path)`", notes: [why],
      help: ["add some, or leave the class out of `classes` and out of the folders"])
  }

  /// The names of the classes alone, from the folders; N0501.
  package static func names(_ path: String) throws(DiagnosticError) -> [String] { try FolderListing(path).folders }
}
