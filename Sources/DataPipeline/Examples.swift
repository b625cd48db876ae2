/// Examples of one shape, one after the other: bytes stay bytes, which take a quarter of the memory of floats.
package struct Examples: Sendable, Equatable {
  package enum Values: Sendable, Equatable {
    case bytes([UInt8])
    case floats([Float])

    package var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      }
    }
  }

  /// Of one example; empty for a number.
  package var shape: [Int]
  package private(set) var values: Values
  package let count: Int

  package var isBytes: Bool { if case .bytes = values { true } else { false } }

  /// Elements of an example.
  package var size: Int { shape.reduce(1, *) }

  /// - Parameter values: `count` times the elements of `shape`, in C order.
  package init(shape: [Int], count: Int, _ values: Values) {
    precondition(values.count == count * shape.reduce(1, *), "another number of elements than the shape has")
    (self.shape, self.count, self.values) = (shape, count, values)
  }

  /// The examples of an array whose first axis counts them.
  package init(_ data: TensorData) {
    let isBytes = data.isUInt8
    self.init(
      shape: Array(data.shape.dropFirst()), count: data.shape.first ?? 1,
      isBytes ? .bytes(data.elements.map { UInt8($0) }) : .floats(data.elements))
  }

  /// Writes an example's numbers.
  ///
  /// - Parameter out: as many as an example has elements.
  package func write(_ example: Int, to out: UnsafeMutableBufferPointer<Float>) {
    let start = example * out.count
    switch values {
    case .bytes(let values):
      values.withUnsafeBufferPointer { bytes in
        for index in 0..<out.count { out[index] = Float(bytes[start + index]) }
      }
    case .floats(let values):
      values.withUnsafeBufferPointer { floats in
        for index in 0..<out.count { out[index] = floats[start + index] }
      }
    }
  }

  /// The bytes of some examples, one after the other; nil where they are floats.
  package func bytes(of examples: [Int]) -> [UInt8]? {
    guard case .bytes(let values) = values else { return nil }
    return examples.flatMap { values[$0 * size..<($0 + 1) * size] }
  }

  /// An example's numbers.
  package func floats(of example: Int) -> [Float] {
    let size = size
    return [Float](unsafeUninitializedCapacity: size) { buffer, count in
      write(example, to: UnsafeMutableBufferPointer(rebasing: buffer[..<size]))
      count = size
    }
  }
}

/// Examples with what a network should say of them.
package struct DataSet: Sendable, Equatable {
  /// One for each input of the network.
  package var inputs: [Examples]
  /// One for all outputs of the network, or one for each.
  package var targets: [Examples]
  /// Names of the classes, where the data have them.
  package var classes: [String] = []
  /// Where each example comes from; empty where they have no files of their own.
  package var files: [String] = []

  package init(inputs: [Examples], targets: [Examples]) { (self.inputs, self.targets) = (inputs, targets) }

  package var count: Int { inputs.first?.count ?? 0 }
}
