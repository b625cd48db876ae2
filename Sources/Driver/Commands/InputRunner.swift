import DataPipeline
import Diagnostics
import Exchange
import Images
import NetIR
import Runtime

/// Runs a network on whatever `--input` names.
struct InputRunner {
  let plan: Plan
  let path: String
  let threads: Int

  /// What came of it.
  struct Result {
    /// The first output, example by example.
    var values: [Float]
    var count: Int
    /// Names of the files that the examples come from; empty for an array.
    var files: [String] = []
    /// Numbers of the first examples, as they are read.
    var first: TensorData
  }

  /// Pictures whose numbers lie in memory at the same time.
  private static let picturesAtOnce = 256

  /// - Parameter run: examples, inputs, who is told of progress.
  func run(
    _ given: Input, _ console: Console, _ run: (Int, [[Float]], (Int) -> Void) throws -> [[Float]]
  ) throws -> Result {
    let reader = ExampleReader(plan: plan, path: path)
    switch given {
    case .array(let data):
      let examples = try reader.examples(of: data)
      let progress = Progress(console, total: examples.count, word: "examples")
      let results = try run(examples.count, [examples.values], progress.update)
      progress.finish()
      return Result(values: results[0], count: examples.count, first: data)
    case .pictures(let files):
      let fitting = try reader.fitting()
      let pool = ThreadPool.shared(threads: threads)
      let progress = Progress(console, total: files.count, word: "pictures")
      var result = Result(
        values: [], count: files.count, files: files.names,
        first: TensorData(shape: [0], elements: [], kind: .picture, type: .u8))
      for start in stride(from: 0, to: files.count, by: Self.picturesAtOnce) {
        let range = start..<min(files.count, start + Self.picturesAtOnce)
        let data = TensorData(pictures: try files.decoded(range, fitting, pool))
        let examples = try reader.examples(of: data)
        result.values += try run(examples.count, [examples.values]) { progress.update(start + $0) }[0]
        if start == 0 { result.first = data }
      }
      progress.finish()
      return result
    }
  }
}

extension Input {
  /// Of an array, what its first axis counts.
  var count: Int {
    switch self {
    case .array(let data): data.shape.first ?? 1
    case .pictures(let files): files.count
    }
  }
}

extension TensorData {
  fileprivate init(pictures: Examples) {
    var elements = [Float](repeating: 0, count: pictures.count * pictures.size)
    elements.withUnsafeMutableBufferPointer { buffer in
      for index in 0..<pictures.count {
        let range = index * pictures.size..<(index + 1) * pictures.size
        pictures.write(index, to: UnsafeMutableBufferPointer(rebasing: buffer[range]))
      }
    }
    self.init(shape: [pictures.count] + pictures.shape, elements: elements, kind: .picture, type: .u8)
  }
}
