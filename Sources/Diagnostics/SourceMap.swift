/// Names a file of a ``SourceMap``.
package struct FileID: Hashable, Sendable, Comparable {
  package let index: Int

  package static func < (left: FileID, right: FileID) -> Bool { left.index < right.index }
}

/// The files that one run has read; spans name them by ``FileID``.
package struct SourceMap: Sendable {
  package private(set) var files: [SourceFile] = []

  package init() {}

  package mutating func add(_ file: SourceFile) -> FileID {
    files.append(file)
    return FileID(index: files.count - 1)
  }

  /// The first file of that path, if it was read.
  package func id(of path: String) -> FileID? { files.firstIndex { $0.path == path }.map(FileID.init) }

  /// The file of an id that this map has given out.
  package subscript(id: FileID) -> SourceFile { files[id.index] }
}
