import Diagnostics
import Glibc

/// Streams bytes into a file, a pipe or memory through a buffer.
///
/// `AtomicFile.write` and `FileWriter.collect` make one and lend it to a closure. When the reader of a pipe
/// closes it (`netc report … | head`), the rest is dropped without an error and `readerHasGone` becomes true;
/// SIGPIPE never reaches the process.
package struct FileWriter: ~Copyable {
  /// The path that diagnostics name.
  package let path: String
  /// Bytes written so far.
  package private(set) var position = 0
  /// Whether the other end of the pipe was closed.
  package private(set) var readerHasGone = false

  /// Nil collects the bytes in `buffer`.
  private let descriptor: Int32?
  private var buffer: [UInt8] = []
  private static let bufferSize = 256 << 10

  init(descriptor: Int32?, path: String) {
    self.descriptor = descriptor
    self.path = path
    if descriptor != nil { buffer.reserveCapacity(Self.bufferSize) }
  }

  /// The bytes that `body` writes, in memory; `name` stands for the path in diagnostics.
  package static func collect(
    name: String = "memory", _ body: (inout FileWriter) throws(DiagnosticError) -> Void
  ) throws(DiagnosticError) -> [UInt8] {
    var writer = FileWriter(descriptor: nil, path: name)
    try body(&writer)
    return writer.buffer
  }

  /// Appends `bytes`; N0513 when the system refuses them.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(DiagnosticError) {
    position += bytes.count
    if descriptor == nil {
      append(bytes)
      return
    }
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count > Self.bufferSize {
      try drain(bytes)
    } else {
      append(bytes)
    }
  }

  package mutating func write(_ bytes: [UInt8]) throws(DiagnosticError) {
    try write(elements: bytes)
  }

  /// Appends the UTF-8 of `text`.
  package mutating func write(_ text: String) throws(DiagnosticError) {
    try write(elements: Array(text.utf8))
  }

  /// Appends the little-endian bytes of `values`, 4 each.
  package mutating func write(_ values: [Float]) throws(DiagnosticError) {
    try write(elements: values)
  }

  /// Appends the little-endian bytes of `value`.
  package mutating func write(littleEndian value: some FixedWidthInteger & BitwiseCopyable)
    throws(DiagnosticError)
  {
    try write(elements: [value.littleEndian])
  }

  /// Appends zeros until `position` is a multiple of `alignment`, which is greater than 0.
  package mutating func pad(to alignment: Int) throws(DiagnosticError) {
    precondition(alignment > 0, "an alignment is positive")
    let rest = position % alignment
    if rest != 0 { try write([UInt8](repeating: 0, count: alignment - rest)) }
  }

  /// Hands everything buffered to the system.
  package mutating func flush() throws(DiagnosticError) {
    guard descriptor != nil, !buffer.isEmpty else { return }
    let pending = buffer
    buffer.removeAll(keepingCapacity: true)
    try pending.withUnsafeBufferPointer { (part) throws(DiagnosticError) in
      try drain(UnsafeRawBufferPointer(part))
    }
  }

  private mutating func write(elements: [some BitwiseCopyable]) throws(DiagnosticError) {
    try elements.withUnsafeBufferPointer { (part) throws(DiagnosticError) in
      try write(UnsafeRawBufferPointer(part))
    }
  }

  /// Copies as one block, which appending a raw buffer element by element does not.
  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    bytes.withMemoryRebound(to: UInt8.self) { buffer.append(contentsOf: $0) }
  }

  private mutating func drain(_ bytes: UnsafeRawBufferPointer) throws(DiagnosticError) {
    guard let descriptor else { return }
    var rest = bytes
    while !rest.isEmpty, !readerHasGone {
      let (written, code) = Self.writeWithoutSignal(descriptor, rest)
      if written >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
      } else if code == EPIPE {
        readerHasGone = true
      } else if code != EINTR {
        throw FileFault.cannotWrite(path, errno: code)
      }
    }
  }

  /// `write(2)` with SIGPIPE held back in this thread and taken from its queue, so that the signal's
  /// disposition, which belongs to the whole process, stays as it is. Returns the count and `errno`.
  private static func writeWithoutSignal(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer
  ) -> (written: Int, code: Int32) {
    var pipe = sigset_t()
    var pending = sigset_t()
    var previous = sigset_t()
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    sigpending(&pending)
    let wasPending = sigismember(&pending, SIGPIPE) == 1
    pthread_sigmask(SIG_BLOCK, &pipe, &previous)
    let written = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    let code = errno
    // A write that was under way when the reader left returns a part and still raises the signal.
    if written < bytes.count, !wasPending {
      var now = timespec()
      while sigtimedwait(&pipe, nil, &now) < 0, errno == EINTR {}
    }
    pthread_sigmask(SIG_SETMASK, &previous, nil)
    return (written, code)
  }
}
