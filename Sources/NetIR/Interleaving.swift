/// An image whose pixels come from other images in turn, as a pixel shuffle: pixel (y, x) is pixel (y/s, x/s) of the
/// one for its phase, which is (y mod s, x mod s). The gradient of a convolution with stride s is made of s × s
/// convolutions like that.
package struct Interleaving: Hashable, Sendable, Codable {
  package var stride: Size2D
  /// Height and width of the result.
  package var size: Size2D
  /// For each operand the phase that it holds, as the number of its place in C order, ascending. Pixels of other
  /// phases are 0.
  package var phases: [Int]

  package init(stride: Size2D, size: Size2D, phases: [Int]) {
    self.stride = stride
    self.size = size
    self.phases = phases
  }

  /// Rows and columns of a phase.
  package func size(ofPhase phase: Int) -> Size2D {
    let (row, column) = (phase / stride.width, phase % stride.width)
    return Size2D(
      (size.height - row + stride.height - 1) / stride.height, (size.width - column + stride.width - 1) / stride.width)
  }

  /// What operand number `place` was, taken out of a result of that shape.
  package func part(_ place: Int, of shape: [Int]) -> Rearrangement {
    let (phase, size) = (phases[place], size(ofPhase: phases[place]))
    return Rearrangement(
      starts: [0, 0, phase / stride.width, phase % stride.width],
      axes: [
        .init(0, count: shape[0]), .init(1, count: shape[1]), .init(2, count: size.height, step: stride.height),
        .init(3, count: size.width, step: stride.width),
      ])
  }

  /// - Parameter shape: the result's.
  package func apply(_ operands: [[Double]], to shape: [Int]) -> [Double] {
    var result = [Double](repeating: 0, count: shape.elements)
    for (place, values) in operands.enumerated() {
      let places = part(place, of: shape).apply(Array(result.indices), of: shape)
      for (value, place) in zip(values, places) { result[place] = value }
    }
    return result
  }

  func resultShape(_ operands: [[Int]]) throws(GraphProblem) -> [Int] {
    let limit = 1...(1 << 24)
    guard limit.contains(stride.height), limit.contains(stride.width), limit.contains(size.height),
      limit.contains(size.width),
      phases == Set(phases).sorted(), phases.count == operands.count,
      phases.allSatisfy({ $0 >= 0 && $0 < stride.height * stride.width })
    else { throw GraphProblem("\(phases.count) phases for \(operands.count) operands") }
    for (phase, operand) in zip(phases, operands) {
      let part = size(ofPhase: phase)
      guard operand.count == 4, operand.prefix(2) == operands[0].prefix(2),
        operand.suffix(2) == [part.height, part.width]
      else { throw GraphProblem("\(operand) as phase \(phase) of \(size.crossed)") }
    }
    return Array(operands[0].prefix(2)) + [size.height, size.width]
  }

  var described: String {
    let all = phases.count == stride.height * stride.width
    return "\(size.crossed) by \(stride.crossed)" + (all ? "" : ", phases \(phases)")
  }
}
