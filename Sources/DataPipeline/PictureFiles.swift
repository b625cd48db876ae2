import Diagnostics
import Exchange
import Glibc
import Images
import Runtime

/// Pictures in files, in the order of their names.
package struct PictureFiles: Sendable, Equatable {
  package let paths: [String]

  package init(paths: [String]) { self.paths = paths }

  /// The pictures of a folder, those of its sub-folders not among them.
  ///
  /// - Throws: N0501 where it cannot be read, N0515 where it has none.
  package init(folder: String) throws(DiagnosticError) {
    let listing = try FolderListing(folder)
    guard !listing.pictures.isEmpty else {
      let others = listing.folders.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
      throw FileFault.make(
        .emptyInput, in: folder, "`\(folder)` has no pictures",
        notes: listing.folders.isEmpty
          ? [] : ["its sub-folders are \(others)\(listing.folders.count > 3 ? ", …" : "")"],
        help: ["files of these endings count: \(PictureFile.endings.joined(separator: ", "))"])
    }
    paths = listing.pictures.map { "\(folder)/\($0)" }
  }

  package var count: Int { paths.count }

  /// Without the folders.
  package var names: [String] { paths.map { $0.split(separator: "/").last.map(String.init) ?? $0 } }
}

/// What is in a folder, in the order of the names' bytes. Names that begin with a dot are left out.
struct FolderListing {
  private(set) var folders: [String] = []
  private(set) var pictures: [String] = []

  /// - Throws: N0501.
  init(_ path: String) throws(DiagnosticError) {
    guard let stream = opendir(path) else {
      throw FileFault.make(
        .unreadableFile, in: path, "cannot read `\(path)`: \(String(cString: strerror(errno)))",
        help: ["give a folder that you may read"])
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      if Self.isFolder("\(path)/\(name)") {
        folders.append(name)
      } else if PictureFile.endings.contains(where: { name.lowercased().hasSuffix($0) }) {
        pictures.append(name)
      }
    }
    func isBefore(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
    folders.sort(by: isBefore)
    pictures.sort(by: isBefore)
  }

  static func isFolder(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }
}

extension PictureFiles {
  /// Decodes pictures and brings them to the size of a network's images, on all threads of a pool.
  ///
  /// - Parameters:
  ///   - range: which of them.
  ///   - progress: is told now and then how many are done; by one thread at a time.
  /// - Returns: bytes.
  /// - Throws: of the first file that is damaged: N0501, N0514, N0519, or N0507 where it does not fit.
  package func decoded(
    _ range: Range<Int>, _ fitting: PictureFitting, _ pool: ThreadPool,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(DiagnosticError) -> Examples {
    let size = fitting.shape.reduce(1, *)
    let work = DecodingWork(paths: Array(paths[range]), fitting: fitting, progress: progress)
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count * size) { buffer, count in
      work.run(into: buffer, pool)
      count = range.count * size
    }
    if let failure = work.failure { throw failure }
    return Examples(shape: fitting.shape, count: range.count, .bytes(bytes))
  }
}
