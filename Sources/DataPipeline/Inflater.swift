import CZlib
import Diagnostics
import Exchange

/// One zlib stream that reads gzip members.
///
/// zlib keeps the address of its `z_stream`, so it lives on the heap.
struct Inflater: ~Copyable {
  private static let chunkSize = 256 << 10

  private let path: String
  private let stream: UnsafeMutablePointer<z_stream>
  private let chunk: UnsafeMutableBufferPointer<UInt8>

  /// Throws N0510 when zlib cannot start, which is for want of memory.
  init(path: String) throws(DiagnosticError) {
    self.path = path
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    chunk = .allocate(capacity: Self.chunkSize)
    chunk.initialize(repeating: 0)
    // 15 bits of window, and 16 for gzip alone.
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw Gzip.fault(path, "zlib cannot start: \(Self.reason(stream, status))", help: [])
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    chunk.deallocate()
  }

  /// Appends the content of the member at the start of `bytes` to `output` and returns the member's size in
  /// bytes. `start` is where `bytes` begin in the file, `limit` bounds the size of `output`.
  func inflateMember(
    _ bytes: UnsafeRawBufferPointer, number: Int, startingAt start: Int, limit: Int,
    into output: inout [UInt8]
  ) throws(DiagnosticError) -> Int {
    inflateReset(stream)
    var consumed = 0
    while true {
      // zlib counts in 32 bits.
      let input = UnsafeRawBufferPointer(rebasing: bytes[consumed...].prefix(1 << 30))
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = UInt32(input.count)
      stream.pointee.next_out = chunk.baseAddress
      stream.pointee.avail_out = UInt32(chunk.count)
      let status = CZlib.inflate(stream, Z_NO_FLUSH)
      consumed += input.count - Int(stream.pointee.avail_in)
      let produced = UnsafeMutableBufferPointer(
        rebasing: chunk[..<(chunk.count - Int(stream.pointee.avail_out))])
      guard produced.count <= limit - output.count else {
        throw Gzip.fault(
          path, "the file decompresses to more than \(limit.counted("byte"))",
          help: ["decompress it with `gzip -d` if it is meant to be that large"])
      }
      output.append(contentsOf: produced)
      switch status {
      case Z_STREAM_END:
        return consumed
      case Z_OK where consumed < bytes.count || !produced.isEmpty:
        continue
      case Z_OK, Z_BUF_ERROR:
        throw Gzip.fault(
          path,
          "the compressed data end before member \(number) is complete, after \(consumed.counted("byte"))",
          notes: ["\(output.count.counted("byte")) were decompressed until there"],
          help: ["the download or copy was cut short; fetch the file again"])
      default:
        throw Gzip.fault(
          path, "the compressed data are damaged: \(Self.reason(stream, status))",
          notes: ["near byte \((start + consumed).grouped) of the file"])
      }
    }
  }

  private static func reason(_ stream: UnsafeMutablePointer<z_stream>, _ status: Int32) -> String {
    if let message = stream.pointee.msg { return String(cString: message) }
    return status == Z_MEM_ERROR ? "out of memory" : "zlib's error \(status)"
  }
}
