import Glibc
import Synchronization

/// How far a long job is: a line that is rewritten on a terminal, a plain line now and then elsewhere.
/// Short jobs say nothing.
final class Progress: Sendable {
  private let console: Console
  private let total: Int
  private let word: String
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  private struct State {
    var lastShown: Double = 0
    var isShown = false
  }

  /// Seconds before the first word, and between two.
  private static let patience = (terminal: 0.1, file: 5.0)

  init(_ console: Console, total: Int, word: String) {
    (self.console, self.total, self.word) = (console, total, word)
  }

  func update(_ done: Int) {
    guard !console.quiet, done < total else { return }
    let seconds = (ContinuousClock.now - start).seconds
    let pause = console.errorsAreTerminal ? Self.patience.terminal : Self.patience.file
    state.withLock { state in
      guard seconds > 0.5, seconds - state.lastShown >= pause else { return }
      state.lastShown = seconds
      state.isShown = true
      let rate = Double(done) / seconds
      let left = Int((Double(total - done) / rate).rounded(.up))
      let text = "\(Format.grouped(done)) of \(Format.grouped(total)) \(word)   \(left) s left"
      console.err(console.errorsAreTerminal ? "\r\u{1B}[K \(text)" : "\(text)\n")
    }
  }

  func finish() {
    state.withLock { if $0.isShown, console.errorsAreTerminal { console.err("\r\u{1B}[K") } }
  }
}
