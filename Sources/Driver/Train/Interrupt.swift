import Glibc
import Synchronization

/// The wish to stop, by Ctrl-C or a request to end: heard between two steps, so that what was done can be saved. A
/// second one ends the process at once.
enum Interrupt {
  private static let count = Atomic<Int>(0)

  /// Listens from now on.
  static func listen() {
    // Whoever started the process may have blocked them.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        // Only what a signal handler may do.
        if Interrupt.raise() > 1 { _exit(128 + number) }
      }
    }
  }

  static func raise() -> Int { count.add(1, ordering: .relaxed).newValue }

  static var isWanted: Bool { count.load(ordering: .relaxed) > 0 }
}
