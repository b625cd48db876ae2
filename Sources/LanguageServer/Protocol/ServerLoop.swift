import Exchange
import Glibc

/// Feeds a server from one file descriptor and writes what it says to another.
package struct ServerLoop: ~Copyable {
  private let input: Int32
  private let output: Int32
  private var server: LanguageServer
  private var framing = MessageFraming()

  package init(input: Int32, output: Int32, version: String) {
    (self.input, self.output) = (input, output)
    server = LanguageServer(version: version)
  }

  /// Serves until the client says `exit` or goes away.
  ///
  /// - Returns: whether it ended as the protocol wants it, with `shutdown` first.
  package mutating func run() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(input, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        // A file is at its end without ever being quiet.
        _ = send(server.settle())
        return server.wasShutDown
      }
      framing.append(chunk[..<count])
      // What lies ready is seen together: a request may be cancelled before its turn, and a document that
      // changes again need not be checked in between.
      var batch: [MessageFraming.Piece] = []
      while let piece = framing.next() { batch.append(piece) }
      guard send(server.handle(batch)) else { return server.wasShutDown }
      if server.hasExited { return server.wasShutDown }
      if !hasMore { guard send(server.settle()) else { return server.wasShutDown } }
    }
  }

  /// Whether bytes lie ready.
  private var hasMore: Bool {
    var state = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    return poll(&state, 1, 0) > 0 && state.revents & Int16(POLLIN) != 0
  }

  /// False when the client is gone.
  private func send(_ messages: [JSONValue]) -> Bool {
    for message in messages {
      let bytes = MessageFraming.framed(message)
      var done = 0
      while done < bytes.count {
        let count = bytes.withUnsafeBytes { write(output, $0.baseAddress.map { $0 + done }, bytes.count - done) }
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        done += count
      }
    }
    return true
  }
}
