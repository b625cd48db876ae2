import Diagnostics
import Glibc

/// The bytes of a file, read-only, for as long as this object lives.
///
/// A regular file is memory-mapped, so nothing is read before it is touched. A pipe, a terminal, standard
/// input (`-`) and the files of `/proc` are read into memory. The first byte is aligned to 64 bytes or better.
///
/// Another process that shortens a mapped file makes the system send SIGBUS on access; netc replaces files
/// by renaming (`AtomicFile`), which leaves existing mappings whole.
///
/// `@unchecked Sendable`: the pointer is set once, nobody writes through it, and `deinit` alone frees it.
package final class MappedFile: @unchecked Sendable {
  /// The most bytes that are read from something that cannot be mapped: 4 GiB.
  package static let defaultStreamLimit = 4 << 30

  /// The path as given, `-` for standard input.
  package let path: String
  /// Size in bytes.
  package var count: Int { storage.count }

  private let storage: Storage

  /// Opens the file at `path`; `-` and `/dev/stdin` are standard input.
  ///
  /// Throws N0501 with the system's reason, for a folder, and for a stream longer than `streamLimit` bytes.
  package init(path: String, streamLimit: Int = MappedFile.defaultStreamLimit) throws(DiagnosticError) {
    self.path = path
    if path == "-" || path == "/dev/stdin" {
      storage = try Self.readAll(STDIN_FILENO, path: path, limit: streamLimit)
      return
    }
    guard !path.utf8.contains(0) else { throw FileFault.unreadable(path, errno: EINVAL) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault.unreadable(path, errno: errno) }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw FileFault.unreadable(path, errno: errno) }
    let fileType = info.st_mode & S_IFMT
    guard fileType != S_IFDIR else { throw FileFault.unreadable(path, errno: EISDIR) }
    if fileType == S_IFREG, info.st_size > 0 {
      storage = try Self.map(descriptor, path: path, count: info.st_size)
    } else {
      // The files of /proc call themselves regular and empty, yet have content.
      storage = try Self.readAll(descriptor, path: path, limit: streamLimit)
    }
  }

  /// Takes a copy of `bytes`; `name` stands for the path in diagnostics.
  package init(copying bytes: [UInt8], name: String) {
    path = name
    storage = Storage(capacity: bytes.count)
    bytes.withUnsafeBytes { storage.append($0) }
  }

  /// Lends the bytes; the pointer must not leave `body`.
  package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try withExtendedLifetime(self) { () throws(E) -> R in try body(storage.bytes) }
  }

  private static func map(_ descriptor: Int32, path: String, count: Int) throws(DiagnosticError) -> Storage {
    let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let base, base != MAP_FAILED else { throw FileFault.unreadable(path, errno: errno) }
    return Storage(mapped: base, count: count)
  }

  private static func readAll(_ descriptor: Int32, path: String, limit: Int) throws(DiagnosticError)
    -> Storage
  {
    let storage = Storage(capacity: 64 << 10)
    while true {
      let got = storage.fill { read(descriptor, $0.baseAddress, $0.count) }
      if got == 0 { return storage }
      if got < 0, errno != EINTR { throw FileFault.unreadable(path, errno: errno) }
      guard storage.count <= limit else {
        throw FileFault.make(
          .unreadableFile, in: path, "`\(path)` gives more than \(limit.counted("byte"))",
          help: ["store it in a regular file, which can be mapped at any size"])
      }
    }
  }
}

extension MappedFile {
  /// A mapping, or memory aligned to 64 bytes that grows while it is filled.
  fileprivate final class Storage {
    private(set) var count: Int
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private let isMapped: Bool

    init(mapped base: UnsafeMutableRawPointer, count: Int) {
      self.base = base
      self.count = count
      capacity = count
      isMapped = true
    }

    init(capacity: Int) {
      self.capacity = max(capacity, 64)
      base = .allocate(byteCount: self.capacity, alignment: 64)
      count = 0
      isMapped = false
    }

    deinit {
      if isMapped { munmap(base, capacity) } else { base.deallocate() }
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    func append(_ bytes: UnsafeRawBufferPointer) {
      reserve(count + bytes.count)
      if let source = bytes.baseAddress {
        (base + count).copyMemory(from: source, byteCount: bytes.count)
      }
      count += bytes.count
    }

    /// Hands `read` the free space; it returns how many bytes it put there, or less than 0.
    func fill(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
      if count == capacity { reserve(2 * capacity) }
      let got = read(UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count))
      if got > 0 { count += got }
      return got
    }

    private func reserve(_ wanted: Int) {
      guard wanted > capacity else { return }
      let grown = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 64)
      grown.copyMemory(from: base, byteCount: count)
      base.deallocate()
      base = grown
      capacity = wanted
    }
  }
}
