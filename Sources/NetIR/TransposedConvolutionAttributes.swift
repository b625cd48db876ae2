/// y[s·i + k − crop] += w[k]·x[i]: the gradient of a convolution with regard to its input, as a layer.
package struct TransposedConvolutionAttributes: Hashable, Sendable, Codable {
  package var kernel: Size2D
  package var stride: Size2D
  /// Rows and columns of the full result that are cut at the top and the left.
  package var crop: Size2D
  /// Height and width that are left.
  package var output: Size2D

  package init(kernel: Size2D, stride: Size2D, crop: Size2D, output: Size2D) {
    self.kernel = kernel
    self.stride = stride
    self.crop = crop
    self.output = output
  }
}

extension TransposedConvolutionAttributes {
  /// The result's sizes for x (N, C, H, W) and W (filters, C, kh, kw).
  func resultShape(_ x: [Int], _ w: [Int]) throws(GraphProblem) -> [Int] {
    guard x.count == 4, w.count == 4, w[1] == x[1], w[2] == kernel.height, w[3] == kernel.width else {
      throw GraphProblem("\(w) filters do not fit \(x) and \(kernel.crossed)")
    }
    let limit = 1 << 24
    let sizes = [kernel, stride, output].flatMap { [$0.height, $0.width] } + x.dropFirst(2)
    guard sizes.allSatisfy((1...limit).contains), (0...limit).contains(crop.height), (0...limit).contains(crop.width)
    else { throw GraphProblem("sizes, strides and crops must be positive") }
    // At most stride − 1 rows may lie beyond the last that a pixel of the input reaches.
    let height = ShapeArithmetic.transposed(
      input: x[2], size: kernel.height, stride: stride.height, crop: crop.height)
    let width = ShapeArithmetic.transposed(input: x[3], size: kernel.width, stride: stride.width, crop: crop.width)
    guard output.height < height + stride.height, output.width < width + stride.width else {
      throw GraphProblem("\(output.crossed) behind a crop of \(crop.crossed) is more than there is")
    }
    return [x[0], w[0], output.height, output.width]
  }
}
