import Diagnostics
import Exchange
import Images
import Runtime
import Synchronization

/// Pictures that threads decode, each taking the next one.
final class DecodingWork: Sendable {
  private let paths: [String]
  private let fitting: PictureFitting
  private let progress: @Sendable (Int) -> Void
  private let next = Atomic<Int>(0)
  private let state = Mutex(State())

  private struct State {
    var done = 0
    /// Of the first file in order, so that the message does not depend on the threads.
    var failure: (index: Int, error: DiagnosticError)?
  }

  init(paths: [String], fitting: PictureFitting, progress: @escaping @Sendable (Int) -> Void) {
    (self.paths, self.fitting, self.progress) = (paths, fitting, progress)
  }

  var failure: DiagnosticError? { state.withLock { $0.failure?.error } }

  /// Returns when all are decoded, or one could not be.
  func run(into buffer: UnsafeMutableBufferPointer<UInt8>, _ pool: ThreadPool) {
    let target = Target(start: buffer.baseAddress, size: fitting.shape.reduce(1, *))
    pool.run { _ in
      while let index = self.claim() {
        do throws(DiagnosticError) {
          target.write(try self.picture(index).bytes, to: index)
          self.state.withLock { state in
            state.done += 1
            self.progress(state.done)
          }
        } catch {
          self.state.withLock { state in
            if index < state.failure?.index ?? .max { state.failure = (index, error) }
          }
        }
      }
    }
  }

  /// Files before a damaged one are still looked at.
  private func claim() -> Int? {
    let index = next.add(1, ordering: .relaxed).oldValue
    let end = state.withLock { $0.failure?.index } ?? paths.count
    return index < end ? index : nil
  }

  private func picture(_ index: Int) throws(DiagnosticError) -> Picture {
    let picture = try PictureFile.read(paths[index])
    do throws(PictureFitting.Misfit) {
      return try fitting.fitted(picture)
    } catch {
      throw FileFault.make(
        .inputShapeDiffers, in: paths[index], "`\(paths[index])` \(error.message)",
        notes: ["the file has \(picture.height)×\(picture.width) pixels"], help: [error.help])
    }
  }

  /// Where pictures go, one after the other.
  ///
  /// `@unchecked Sendable`: threads write parts that do not overlap, while the memory is lent to `run`.
  private struct Target: @unchecked Sendable {
    let start: UnsafeMutablePointer<UInt8>?
    let size: Int

    func write(_ bytes: [UInt8], to index: Int) {
      bytes.withUnsafeBufferPointer { source in
        guard let start, let from = source.baseAddress, bytes.count == size else { return }
        (start + index * size).update(from: from, count: size)
      }
    }
  }
}
