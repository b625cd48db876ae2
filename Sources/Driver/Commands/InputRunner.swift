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

  /// Examples, inputs, who is told of progress.
  typealias Run = (Int, [[Float]], (Int) -> Void) throws -> [[Float]]
  /// The same of the only input as bytes, which are prepared on the way.
  typealias BytesRun = (Int, [UInt8], (Int) -> Void) throws -> [[Float]]

  func run(_ given: Input, _ console: Console, _ bytes: BytesRun? = nil, _ run: Run) throws -> Result {
    let reader = ExampleReader(plan: plan, path: path)
    // The first output.
    func results(_ data: TensorData, _ progress: Progress, behind start: Int = 0) throws -> [Float] {
      if data.isUInt8, let bytes {
        let count = try reader.raw(data).count
        return try bytes(count, data.elements.map { UInt8($0) }) { progress.update(start + $0) }[0]
      }
      let examples = try reader.examples(of: data)
      return try run(examples.count, [examples.values]) { progress.update(start + $0) }[0]
    }
    switch given {
    case .array(let data):
      let count = try reader.raw(data).count
      let progress = Progress(console, total: count, word: "examples")
      let values = try results(data, progress)
      progress.finish()
      return Result(values: values, count: count, first: data)
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
        result.values += try results(data, progress, behind: start)
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
