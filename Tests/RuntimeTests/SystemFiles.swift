import Foundation

/// Files of the system in a folder of their own, that goes with the value.
final class SystemFiles {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("system-\(UUID().uuidString)")

  init(_ files: [String: String]) throws {
    for (path, text) in files {
      let url = folder.appendingPathComponent(path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
}
