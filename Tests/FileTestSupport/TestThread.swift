import Glibc

/// A thread for calls that block, which must not wait in the pool that Swift's tasks share.
package final class TestThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private var thread = pthread_t()

  /// Starts `body` at once.
  package init(_ body: @escaping @Sendable () -> Void) {
    let argument = Unmanaged.passRetained(Body(body)).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument)
    if status != 0 { fatalError("pthread_create failed") }
  }

  /// Waits until the body has returned.
  package func join() {
    pthread_join(thread, nil)
  }
}
