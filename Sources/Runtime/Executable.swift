import NetIR

/// A plan that a backend has made ready: weights in place, memory taken, arguments written.
package protocol Executable: Sendable {
  var plan: Plan { get }

  /// Runs one batch, or the first microbatches of one.
  ///
  /// - Parameters:
  ///   - inputs: plain fp32 in C order, one per input of the plan, each of exactly its size.
  ///   - outputs: the same for the outputs.
  func run(inputs: [UnsafeBufferPointer<Float>], outputs: [UnsafeMutableBufferPointer<Float>])
}

extension Executable {
  /// Runs any number of examples: cut into the plan's batches, the last microbatch padded with zeros. Whole
  /// microbatches are read and written where they are.
  ///
  /// - Parameters:
  ///   - examples: how many.
  ///   - inputs: `examples` × the size of one example, per input.
  ///   - progress: is told how many examples are done.
  /// - Returns: `examples` × the size of one result, per output.
  package func run(
    examples: Int, inputs: [[Float]], progress: (Int) -> Void = { _ in }
  ) -> [[Float]] {
    let microbatch = plan.microbatch
    let inputSizes = plan.inputs.map { $0.shape.elements / microbatch }
    let outputSizes = plan.outputs.map { $0.shape.elements / microbatch }
    var results = outputSizes.map { size in
      [Float](unsafeUninitializedCapacity: size * examples) { $1 = size * examples }
    }
    let whole = examples / microbatch * microbatch
    var inputs = inputs
    withBuffers(&inputs, &results) { read, written in
      for done in stride(from: 0, to: whole, by: plan.batch) {
        let part = done..<min(done + plan.batch, whole)
        run(
          inputs: zip(read, inputSizes).map {
            UnsafeBufferPointer(rebasing: $0[part.lowerBound * $1..<part.upperBound * $1])
          },
          outputs: zip(written, outputSizes).map {
            UnsafeMutableBufferPointer(rebasing: $0[part.lowerBound * $1..<part.upperBound * $1])
          })
        progress(part.upperBound)
      }
    }
    guard whole < examples else { return results }
    var last = zip(inputs, inputSizes).map { values, size in
      values[whole * size..<examples * size] + repeatElement(0, count: (whole + microbatch - examples) * size)
    }.map(Array.init)
    var produced = outputSizes.map { [Float](repeating: 0, count: $0 * microbatch) }
    withBuffers(&last, &produced) { run(inputs: $0, outputs: $1) }
    for (index, size) in outputSizes.enumerated() {
      results[index].replaceSubrange(
        whole * size..<examples * size, with: produced[index][..<((examples - whole) * size)])
    }
    progress(examples)
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
