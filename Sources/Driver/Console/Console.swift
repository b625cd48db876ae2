import Exchange
import Glibc

/// Where a command writes: data to standard output, everything else to standard error.
package struct Console: Sendable {
  /// Columns of the terminal; 80 where there is none.
  package var width: Int
  package var isTerminal: Bool
  package var errorsAreTerminal: Bool
  /// Escape sequences for colour are welcome.
  package var color: Bool
  package var errorColor: Bool
  package var quiet = false

  /// Looks at the process's own streams and environment, and makes a pipe that nobody reads an error of
  /// `write` instead of a signal.
  package static func standard() -> Console {
    signal(SIGPIPE, SIG_IGN)
    let out = isatty(STDOUT_FILENO) == 1
    let err = isatty(STDERR_FILENO) == 1
    // https://no-color.org: set and not empty.
    let plain = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let dumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? false
    return Console(
      width: terminalWidth(), isTerminal: out, errorsAreTerminal: err, color: out && !plain && !dumb,
      errorColor: err && !plain && !dumb)
  }

  private static func terminalWidth() -> Int {
    var size = winsize()
    for stream in [STDOUT_FILENO, STDERR_FILENO] {
      if ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    }
    return 80
  }

  /// Data, to standard output. A reader that went away ends the program quietly, as it does for others.
  package func out(_ text: String) { write(text, STDOUT_FILENO) }

  /// Everything else, to standard error.
  package func err(_ text: String) { write(text, STDERR_FILENO) }

  /// A remark that `--quiet` silences.
  package func note(_ text: String) { if !quiet { err(text) } }

  /// A result that is data unless standard output carries something else.
  package func report(_ text: String, asData: Bool) { asData ? out(text) : note(text) }

  private func write(_ text: String, _ stream: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(stream, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if count < 0 {
          if errno == EINTR { continue }
          if errno == EPIPE { exit(ExitCode.good.rawValue) }
          guard stream == STDOUT_FILENO else { return }
          err("error: cannot write standard output: \(String(cString: strerror(errno)))\n")
          exit(ExitCode.wrongInput.rawValue)
        }
        done += count
      }
    }
  }
}

/// What a command ends with.
package enum ExitCode: Int32, Sendable {
  case good = 0
  /// The spec, the weights or the data are wrong.
  case wrongInput = 1
  case usage = 64
  /// A bug in netc.
  case bug = 70
  case interrupted = 130
}
