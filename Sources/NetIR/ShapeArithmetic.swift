/// The arithmetic of windows that slide over an axis. Every shape in netc comes from these functions:
/// layers, the graph's own check, the report and the tests call them.
package enum ShapeArithmetic {
  /// The extent of a filter of `size` taps that lie `dilation` apart: (k − 1)·d + 1.
  package static func extent(size: Int, dilation: Int) -> Int { (size - 1) * dilation + 1 }

  /// Output length of a convolution: floor((n + pad − ((k − 1)·d + 1)) / s) + 1.
  ///
  /// - Parameter pad: both sides together.
  /// - Returns: a value below 1 when the filter does not fit.
  package static func convolution(input n: Int, size k: Int, stride s: Int, dilation d: Int, pad: Int) -> Int {
    floorDivide(n + pad - extent(size: k, dilation: d), s) + 1
  }

  /// A transposed convolution: (n − 1)·s + k − crop, the crop of both sides together; below 1 when nothing is left.
  /// The other sizes that a convolution maps to n are up to s − 1 larger.
  package static func transposed(input n: Int, size k: Int, stride s: Int, crop: Int) -> Int {
    (n - 1) * s + k - crop
  }

  /// Output length of a pooling window of `k` with `pad` on each side.
  ///
  /// With `ceil` the last window may hang over the end, but never starts beyond the padded input: what
  /// Caffe and PyTorch do. Lasagne's `ignore_border=False` differs only where the window exceeds the input
  /// by a stride or more: one output there, none here.
  package static func pooling(
    input n: Int, size k: Int, stride s: Int, padBefore: Int, padAfter: Int, ceil: Bool
  ) -> Int {
    let span = n + padBefore + padAfter - k
    guard ceil else { return floorDivide(span, s) + 1 }
    let count = floorDivide(span + s - 1, s) + 1
    return (count - 1) * s >= n + padBefore ? count - 1 : count
  }

  /// Padding for `same`: d·(k − 1) whatever the stride, the odd one at the end (Lasagne's k // 2).
  package static func same(size k: Int, dilation d: Int) -> (before: Int, after: Int) {
    let total = d * (k - 1)
    return (total / 2, total - total / 2)
  }

  /// Padding for `same_upper`, as TensorFlow, Keras and ONNX have it:
  /// max(0, (ceil(n/s) − 1)·s + d·(k − 1) + 1 − n), the odd one at the end.
  package static func sameUpper(input n: Int, size k: Int, stride s: Int, dilation d: Int) -> (
    before: Int, after: Int
  ) {
    let total = max(0, ((n + s - 1) / s - 1) * s + extent(size: k, dilation: d) - n)
    return (total / 2, total - total / 2)
  }

  /// Rows at the end of an axis that no window sees.
  package static func unseen(input n: Int, size k: Int, stride s: Int, pad: Int, output: Int) -> Int {
    max(0, n + pad - ((output - 1) * s + k))
  }

  private static func floorDivide(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((-a + b - 1) / b) }
}

/// The product of a shape's sizes; nil when it does not fit in an `Int`.
package func elementCount(_ shape: [Int]) -> Int? {
  var count = 1
  for size in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    if overflow { return nil }
    count = product
  }
  return count
}

extension [Int] {
  /// The product of the sizes; a shape that was verified always fits.
  package var elements: Int { reduce(1, *) }

  /// As people write it: `64×28×28`.
  package var crossed: String { map(String.init).joined(separator: "×") }
}
