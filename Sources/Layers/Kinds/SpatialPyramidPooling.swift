import Diagnostics
import NetIR
import YAMLSyntax

/// Pooling to grids of fixed sizes, whatever the image (He et al. 2014).
package struct SpatialPyramidPooling: LayerKind {
  package static let typeName = "SpatialPyramidPooling"
  package static let aliases = ["SpatialPyramidPoolingDNN"]
  package static let summary =
    "Pools to grids of p × p bins for each p of `pool_dims`, all in one row: channels × Σp². Bin i of p covers rows "
    + "⌊i·n/p⌋ to ⌈(i + 1)·n/p⌉ − 1 at every size, where Lasagne's `fast` windows fit some sizes only."
  package static let parameters: [Parameter<Self>] = [
    Parameter("pool_dims", \.dimensions, .dimensions, default: "[4, 2, 1]", "bins per axis of each grid"),
    Parameter("mode", \.mode, .word, default: "max", "`l2` is √Σx²"),
  ]

  package var dimensions = [4, 2, 1]
  package var mode = GlobalPoolMode.max

  package init() {}

  package func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape {
    let image = try ImageShape(inputs[0], of: Self.typeName, in: context)
    return [inputs[0][0], image.channels, dimensions.reduce(0) { $0 + $1 * $1 }]
  }

  package func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let shape = lowering.shape(inputs[0])
    var grids: [ValueID] = []
    for dimension in dimensions {
      let (rows, columns) = (Bins(shape[2], dimension), Bins(shape[3], dimension))
      if let y = rows.window, let x = columns.window {
        let window = PoolAttributes(
          window: Size2D(y.size, x.size), stride: Size2D(y.stride, x.stride), padding: .none, ceil: false,
          mode: poolMode)
        let grid = try lowering.add(.pool2D(window), inputs)
        grids.append(try lowering.reshaped(grid, [shape[0], shape[1], dimension * dimension]))
      } else {
        for row in rows.ranges {
          for column in columns.ranges { grids.append(try bin(row, column, inputs[0], &lowering)) }
        }
      }
    }
    return grids.count == 1 ? grids[0] : try lowering.add(.concat(axis: 2), grids)
  }

  private var poolMode: PoolMode {
    switch mode {
    case .max: .max
    case .mean: .averageExcludingPad
    case .l2: .l2
    }
  }

  private func bin(_ rows: Range<Int>, _ columns: Range<Int>, _ image: ValueID, _ lowering: inout Lowering)
    throws(GraphProblem) -> ValueID
  {
    let shape = lowering.shape(image)
    var cut = Rearrangement.identity([shape[0], shape[1], rows.count, columns.count])
    (cut.starts[2], cut.starts[3]) = (rows.lowerBound, columns.lowerBound)
    let pooled = try lowering.add(.globalPool(mode), [try lowering.add(.rearrange(cut), [image])])
    return try lowering.reshaped(pooled, [shape[0], shape[1], 1])
  }

  /// The bins along one axis.
  private struct Bins {
    let ranges: [Range<Int>]

    init(_ size: Int, _ count: Int) {
      ranges = (0..<count).map { $0 * size / count..<(($0 + 1) * size + count - 1) / count }
    }

    /// The window and stride that give these bins; nil when they are not evenly spread.
    var window: (size: Int, stride: Int)? {
      let size = ranges[0].count
      let stride = ranges.count > 1 ? ranges[1].lowerBound : size
      let isEven = ranges.indices.allSatisfy { ranges[$0] == $0 * stride..<$0 * stride + size }
      return isEven && stride > 0 ? (size, stride) : nil
    }
  }

  package func window(over input: LayerShape) -> Window? { Window(.everything, size: Size2D(1)) }
}

extension ValueType where Value == [Int] {
  fileprivate static let dimensions = ValueType(
    "a list of bins per axis such as [4, 2, 1]", schema: .list(of: .integer(1...32), count: 1...8)
  ) { node, context in
    let expected = "a list of 1 to 8 numbers from 1 to 32 such as [4, 2, 1]"
    guard let elements = node.elements, (1...8).contains(elements.count) else {
      context.wrongType(node, expected: expected)
      return nil
    }
    let bin = ValueType<Int>.integer("a whole number from 1 to 32", in: 1...32)
    let values = elements.map { bin.decode($0, &context) }
    return values.contains(nil) ? nil : values.compactMap { $0 }
  }
}
