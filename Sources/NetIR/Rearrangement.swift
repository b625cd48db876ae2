/// Where each element of a tensor comes from in another: slices, crops, transpositions, repetitions and overlapping
/// windows, which are all the same loop.
///
/// result[i₀, i₁, …] = x[s] with s[a] = starts[a] + Σ over the axes d of the result with source a of i_d·step_d
package struct Rearrangement: Hashable, Sendable, Codable {
  package struct Axis: Hashable, Sendable, Codable {
    /// The axis of the operand along which this one walks; nil where it repeats the same element.
    package var source: Int?
    package var count: Int
    package var step: Int

    package init(_ source: Int?, count: Int, step: Int = 1) {
      self.source = source
      self.count = count
      self.step = step
    }
  }

  /// One per axis of the operand.
  package var starts: [Int]
  package var axes: [Axis]

  package init(starts: [Int], axes: [Axis]) {
    self.starts = starts
    self.axes = axes
  }

  /// Kernels count in this many axes.
  package static let maximumRank = 8

  package var shape: [Int] { axes.map(\.count) }

  /// The whole operand; the start of what only changes some axes.
  package static func identity(_ shape: [Int]) -> Rearrangement {
    Rearrangement(
      starts: shape.map { _ in 0 }, axes: shape.enumerated().map { Axis($0.offset, count: $0.element) })
  }

  /// Axis d of the result is axis `order[d]` of the operand.
  package static func transpose(_ shape: [Int], _ order: [Int]) -> Rearrangement {
    Rearrangement(starts: shape.map { _ in 0 }, axes: order.map { Axis($0, count: shape[$0]) })
  }

  /// `count` elements of one axis from `start` on; all of the others.
  package static func slice(_ shape: [Int], axis: Int, start: Int, count: Int, step: Int = 1) -> Rearrangement {
    var result = identity(shape)
    result.starts[axis] = start
    result.axes[axis] = Axis(axis, count: count, step: step)
    return result
  }

  /// Elements of an operand of that shape between neighbours along each axis of the result, and before its first.
  package func strides(over operand: [Int]) -> (offset: Int, strides: [Int]) {
    var dense = [Int](repeating: 1, count: operand.count)
    for axis in operand.indices.dropLast().reversed() { dense[axis] = dense[axis + 1] * operand[axis + 1] }
    let offset = zip(starts, dense).reduce(0) { $0 + $1.0 * $1.1 }
    return (offset, axes.map { axis in axis.source.map { dense[$0] * axis.step } ?? 0 })
  }

  /// The rearranged elements of an operand of that shape.
  package func apply<Element>(_ values: [Element], of operand: [Int]) -> [Element] {
    let (offset, strides) = strides(over: operand)
    var result: [Element] = []
    result.reserveCapacity(shape.elements)
    func walk(_ depth: Int, _ place: Int) {
      guard depth < axes.count else { return result.append(values[place]) }
      for index in 0..<axes[depth].count { walk(depth + 1, place + index * strides[depth]) }
    }
    walk(0, offset)
    return result
  }
}

extension Rearrangement {
  /// The result's sizes; throws when an element would come from outside of the operand.
  func resultShape(_ x: [Int]) throws(GraphProblem) -> [Int] {
    let ranks = 1...Self.maximumRank
    guard starts.count == x.count, ranks.contains(axes.count), ranks.contains(x.count) else {
      throw GraphProblem("\(axes.count) axes with \(starts.count) starts of \(x)")
    }
    for axis in axes {
      guard axis.source.map(x.indices.contains) ?? true, (1...Self.farthest).contains(axis.count),
        (-Self.farthest...Self.farthest).contains(axis.step)
      else { throw GraphProblem("impossible axis \(axis) of \(x)") }
    }
    for place in x.indices {
      // Doubles cannot overflow, and are exact where it matters: no axis is longer than 2^40.
      var (low, high) = (Double(starts[place]), Double(starts[place]))
      for axis in axes where axis.source == place {
        let reach = Double(axis.count - 1) * Double(axis.step)
        if reach < 0 { low += reach } else { high += reach }
      }
      guard low >= 0, high < Double(x[place]) else {
        throw GraphProblem("elements \(low) to \(high) of axis \(place) of \(x)")
      }
    }
    return shape
  }

  private static let farthest = 1 << 40
}
