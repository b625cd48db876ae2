#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A mutex that ThreadSanitizer understands: it sees pthread's, and takes what the standard library's guards for a
/// race.
///
/// `@unchecked Sendable`: the mutex lives at a fixed address from `init` to `deinit`, and pthread guards it.
final class Lock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func withLock<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}

/// A value that one thread at a time gets at.
///
/// `@unchecked Sendable`: nobody sees the value but under its lock.
package final class LockedValue<Value: ~Copyable>: @unchecked Sendable {
  private let lock = Lock()
  private var value: Value

  package init(_ value: consuming Value) { self.value = value }

  package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    lock.withLock { body(&value) }
  }
}
