import NetIR

/// A plan that a backend has made ready: weights in place, memory taken, arguments written.
package protocol Executable: Sendable {
  var plan: Plan { get }

  /// Runs one batch.
  ///
  /// - Parameters:
  ///   - inputs: plain fp32 in C order, one per input of the plan, each of exactly its size.
  ///   - outputs: the same for the outputs.
  func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>])
}

extension Executable {
  /// Runs any number of examples: cut into the plan's batches, the last one padded with zeros.
  ///
  /// - Parameters:
  ///   - examples: how many.
  ///   - inputs: `examples` × the size of one example, per input.
  ///   - progress: is told how many examples are done.
  /// - Returns: `examples` × the size of one result, per output.
  package func run(
    examples: Int, inputs: [[Float]], progress: (Int) -> Void = { _ in }
  ) -> [[Float]] {
    let batch = plan.batch
    let inputSizes = plan.inputs.map { $0.shape.elements / batch }
    let outputSizes = plan.outputs.map { $0.shape.elements / batch }
    var results = outputSizes.map { [Float](repeating: 0, count: $0 * examples) }
    var batches = inputSizes.map { [Float](repeating: 0, count: $0 * batch) }
    var produced = outputSizes.map { [Float](repeating: 0, count: $0 * batch) }
    var done = 0
    while done < examples {
      let count = min(batch, examples - done)
      for (index, size) in inputSizes.enumerated() {
        batches[index].replaceSubrange(
          0..<count * size, with: inputs[index][done * size..<(done + count) * size])
        if count < batch {
          batches[index].replaceSubrange(
            count * size..<batch * size, with: repeatElement(0, count: (batch - count) * size))
        }
      }
      withBuffers(&batches, &produced) { run(inputs: $0, outputs: $1) }
      for (index, size) in outputSizes.enumerated() {
        results[index].replaceSubrange(
          done * size..<(done + count) * size, with: produced[index][0..<count * size])
      }
      done += count
      progress(done)
    }
    return results
  }

  /// Lends the memory of every array, however many there are.
  package func withBuffers(
    _ inputs: inout [[Float]], _ outputs: inout [[Float]],
    _ body: ([UnsafeBufferPointer<Float>], [UnsafeMutableBufferPointer<Float>]) -> Void
  ) {
    func nextOutput(
      _ index: Int, _ read: [UnsafeBufferPointer<Float>], _ written: [UnsafeMutableBufferPointer<Float>]
    ) {
      guard index < outputs.count else { return body(read, written) }
      // Taken out, so that the nested calls may take the others.
      var array = outputs[index]
      outputs[index] = []
      array.withUnsafeMutableBufferPointer { nextOutput(index + 1, read, written + [$0]) }
      outputs[index] = array
    }
    func nextInput(_ index: Int, _ read: [UnsafeBufferPointer<Float>]) {
      guard index < inputs.count else { return nextOutput(0, read, []) }
      inputs[index].withUnsafeBufferPointer { nextInput(index + 1, read + [$0]) }
    }
    nextInput(0, [])
  }
}
