import Glibc

/// Makes batches in threads of its own, ahead of who takes them. Which thread makes which does not matter: a batch
/// is a function of its place.
///
/// `@unchecked Sendable`: what changes is guarded by the mutex, which lives at a fixed address from `init` to `deinit`.
package final class BatchFeeder: @unchecked Sendable {
  private let make: @Sendable (Int) -> Batch
  private let places: Range<Int>
  private let ahead: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var ready: [Int: Batch] = [:]
  private var nextToMake: Int
  private var nextToTake: Int
  private var isClosed = false
  private var threads: [pthread_t] = []

  /// - Parameters:
  ///   - ahead: how many batches may wait to be taken.
  ///   - workers: threads; 0 makes each batch when it is taken.
  package init(_ places: Range<Int>, ahead: Int = 4, workers: Int = 1, make: @escaping @Sendable (Int) -> Batch) {
    (self.places, self.ahead, self.make) = (places, max(1, ahead), make)
    (nextToMake, nextToTake) = (places.lowerBound, places.lowerBound)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
    for _ in 0..<workers {
      var thread = pthread_t()
      let box = Unmanaged.passRetained(Worker(feeder: self))
      if pthread_create(&thread, nil, workerMain, box.toOpaque()) == 0 {
        threads.append(thread)
      } else {
        box.release()
      }
    }
  }

  /// The batches in their order; nil behind the last.
  package func next() -> Batch? {
    guard nextToTake < places.upperBound else { return nil }
    guard !threads.isEmpty else {
      nextToTake += 1
      return make(nextToTake - 1)
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let batch = ready.removeValue(forKey: nextToTake) {
        nextToTake += 1
        pthread_cond_broadcast(changed)
        return batch
      }
      pthread_cond_wait(changed, mutex)
    }
  }

  /// Ends the threads. To be called once, by whoever made the feeder: threads hold it until then.
  package func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  fileprivate func work() {
    while let place = claim() {
      let batch = make(place)
      pthread_mutex_lock(mutex)
      ready[place] = batch
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
  }

  /// The next batch to make, once there is room for it.
  private func claim() -> Int? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isClosed, nextToMake < places.upperBound, nextToMake >= nextToTake + ahead {
      pthread_cond_wait(changed, mutex)
    }
    guard !isClosed, nextToMake < places.upperBound else { return nil }
    nextToMake += 1
    return nextToMake - 1
  }
}

private final class Worker {
  let feeder: BatchFeeder
  init(feeder: BatchFeeder) { self.feeder = feeder }
}

private func workerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue().feeder.work()
  return nil
}
