import Exchange
import FileTestSupport
import NetIR
import Testing

struct ShapeArithmeticTests {
  /// floor((n + pad − ((k − 1)·d + 1)) / s) + 1, by hand.
  @Test(
    arguments: [
      (32, 5, 1, 1, 0, 28), (227, 11, 4, 1, 0, 55), (224, 11, 4, 1, 4, 55), (224, 7, 2, 1, 6, 112),
      (7, 3, 2, 1, 2, 4), (8, 3, 2, 1, 2, 4), (8, 3, 2, 1, 0, 3), (10, 3, 1, 2, 0, 6), (10, 3, 1, 2, 4, 10),
      (5, 5, 1, 1, 0, 1), (5, 5, 3, 1, 0, 1), (1, 1, 7, 1, 0, 1), (9, 3, 3, 4, 0, 1), (10, 3, 3, 4, 2, 2),
    ])
  func convolution(_ n: Int, _ k: Int, _ s: Int, _ d: Int, _ pad: Int, _ output: Int) {
    #expect(ShapeArithmetic.convolution(input: n, size: k, stride: s, dilation: d, pad: pad) == output)
  }

  /// A filter that does not fit gives less than 1, rounded down and not towards zero.
  @Test(arguments: [(5, 7, 1, -1), (6, 7, 1, 0), (5, 7, 2, 0), (4, 7, 2, -1), (1, 9, 4, -1)])
  func noRoom(_ n: Int, _ k: Int, _ s: Int, _ output: Int) {
    #expect(ShapeArithmetic.convolution(input: n, size: k, stride: s, dilation: 1, pad: 0) == output)
    #expect(
      ShapeArithmetic.pooling(input: n, size: k, stride: s, padBefore: 0, padAfter: 0, ceil: false) == output)
  }

  /// An independent oracle: positions that a window can take, one by one.
  @Test func countedByHand() {
    for n in 1...12 {
      for k in 1...5 {
        for s in 1...4 {
          for d in 1...3 {
            for pad in 0...3 {
              var count = 0
              var start = 0
              while start + (k - 1) * d < n + pad {
                count += 1
                start += s
              }
              let length = ShapeArithmetic.convolution(input: n, size: k, stride: s, dilation: d, pad: pad)
              #expect(max(0, length) == count, "\(n) \(k) \(s) \(d) \(pad)")
            }
          }
        }
      }
    }
  }

  /// Caffe's and PyTorch's: ceil, then a window that would start beyond the padded input is dropped.
  @Test(
    arguments: [
      (6, 3, 2, 0, 3), (5, 3, 2, 0, 2), (6, 3, 2, 1, 4), (5, 3, 2, 1, 3), (112, 3, 2, 0, 56), (113, 3, 2, 0, 56),
      (3, 2, 2, 1, 2), (7, 3, 2, 0, 3), (8, 3, 2, 0, 4), (9, 2, 2, 0, 5), (14, 3, 1, 1, 14), (2, 3, 2, 0, 1),
      (5, 8, 8, 0, 1), (5, 8, 2, 0, 0), (5, 1, 2, 0, 3), (6, 1, 2, 0, 3),
    ])
  func poolingWithCeil(_ n: Int, _ k: Int, _ s: Int, _ pad: Int, _ output: Int) {
    #expect(
      ShapeArithmetic.pooling(input: n, size: k, stride: s, padBefore: pad, padAfter: pad, ceil: true) == output)
  }

  /// PyTorch's `pooling_output_shape` (aten/src/ATen/native/Pool.h), in its own form.
  @Test func poolingAsPyTorchWritesIt() {
    func torch(_ n: Int, _ k: Int, _ s: Int, _ p: Int) -> Int {
      var output = floorDivide(n + 2 * p - (k - 1) - 1 + (s - 1), s) + 1
      if (output - 1) * s >= n + p { output -= 1 }
      return output
    }
    for n in 1...14 {
      for k in 1...5 {
        for s in 1...6 {
          for p in 0...(k / 2) {
            let length = ShapeArithmetic.pooling(
              input: n, size: k, stride: s, padBefore: p, padAfter: p, ceil: true)
            #expect(length == torch(n, k, s, p), "\(n) \(k) \(s) \(p)")
          }
        }
      }
    }
  }

  /// Lasagne's `pool_output_length` with `ignore_border=False`, for windows that fit.
  @Test func poolingAsLasagneWritesIt() {
    for n in 1...14 {
      for k in 1...n {
        for s in 1...6 {
          let lasagne = s >= k ? (n + s - 1) / s : max(0, (n - k + s - 1) / s) + 1
          let length = ShapeArithmetic.pooling(
            input: n, size: k, stride: s, padBefore: 0, padAfter: 0, ceil: true)
          #expect(length == lasagne, "\(n) \(k) \(s)")
        }
      }
    }
  }

  /// d·(k − 1) whatever the stride, the odd one at the end: the output is ceil(n / s).
  @Test(arguments: [(1, 1, 0, 0), (2, 1, 0, 1), (3, 1, 1, 1), (4, 1, 1, 2), (5, 1, 2, 2), (3, 2, 2, 2), (4, 3, 4, 5)])
  func same(_ k: Int, _ d: Int, _ before: Int, _ after: Int) {
    let padding = ShapeArithmetic.same(size: k, dilation: d)
    #expect(padding == (before, after))
    for n in 1...10 {
      for s in 1...4 {
        let length = ShapeArithmetic.convolution(input: n, size: k, stride: s, dilation: d, pad: before + after)
        #expect(length == (n + s - 1) / s)
      }
    }
  }

  /// TensorFlow's SAME: known cases, then that it gives ceil(n / s) and pads no more than it must.
  @Test(
    arguments: [
      (224, 7, 2, 1, 2, 3), (224, 3, 2, 1, 0, 1), (299, 3, 2, 1, 1, 1), (10, 3, 1, 1, 1, 1), (10, 2, 1, 1, 0, 1),
      (10, 1, 2, 1, 0, 0), (8, 2, 2, 1, 0, 0), (9, 2, 2, 1, 0, 1), (10, 3, 1, 2, 2, 2), (9, 2, 3, 1, 0, 0),
    ])
  func sameUpper(_ n: Int, _ k: Int, _ s: Int, _ d: Int, _ before: Int, _ after: Int) {
    #expect(ShapeArithmetic.sameUpper(input: n, size: k, stride: s, dilation: d) == (before, after))
  }

  @Test func sameUpperIsTheLeastPadding() {
    for n in 1...12 {
      for k in 1...5 {
        for s in 1...4 {
          for d in 1...2 {
            let (before, after) = ShapeArithmetic.sameUpper(input: n, size: k, stride: s, dilation: d)
            func length(_ pad: Int) -> Int {
              ShapeArithmetic.convolution(input: n, size: k, stride: s, dilation: d, pad: pad)
            }
            #expect(length(before + after) == (n + s - 1) / s)
            #expect((0...1).contains(after - before))
            if before + after > 0 { #expect(length(before + after - 1) < (n + s - 1) / s) }
          }
        }
      }
    }
  }

  @Test(arguments: [
    (9, 2, 2, 0, 4, 1), (8, 2, 2, 0, 4, 0), (10, 3, 4, 0, 2, 3), (8, 3, 2, 1, 4, 0), (5, 3, 2, 0, 3, 0),
  ])
  func unseen(_ n: Int, _ k: Int, _ s: Int, _ pad: Int, _ output: Int, _ rows: Int) {
    #expect(ShapeArithmetic.unseen(input: n, size: k, stride: s, pad: pad, output: output) == rows)
  }

  @Test func counts() {
    #expect(elementCount([]) == 1)
    #expect(elementCount([2, 3, 4]) == 24)
    #expect(elementCount([1 << 40, 1 << 30]) == nil)
    #expect([2, 3, 4].elements == 24)
    #expect([2, 3, 4].crossed == "2×3×4")
  }

  // MARK: Numbers from the tests of Caffe and Lasagne

  private static let vectors = SharedData.file("vectors/caffe_lasagne_shapes.json")

  @Test(.enabled(if: vectors != nil, "no file shared/data/vectors/caffe_lasagne_shapes.json: set NETC_SHARED"))
  func caffesTests() throws {
    let shapes = try #require(try Self.document()["caffe"]?["shapes"]?.arrayValue)
    for entry in shapes {
      let input = try Self.integers(entry["input"])
      let output = try Self.integers(entry["output"])
      let op = try #require(entry["op"]?.stringValue)
      guard let k = entry["k"]?.intValue else {
        #expect(op == "global pool" && output == Array(input.prefix(2)) + [1, 1])
        continue
      }
      let (s, pad) = (try #require(entry["stride"]?.intValue), entry["pad"]?.intValue ?? 0)
      for axis in 2..<4 {
        let length =
          op.hasPrefix("pool")
          ? ShapeArithmetic.pooling(
            input: input[axis], size: k, stride: s, padBefore: pad, padAfter: pad, ceil: true)
          : ShapeArithmetic.convolution(input: input[axis], size: k, stride: s, dilation: 1, pad: 2 * pad)
        #expect(length == output[axis], "\(op) of \(input)")
      }
    }
    #expect(shapes.count == 5)
  }

  @Test(.enabled(if: vectors != nil, "no file shared/data/vectors/caffe_lasagne_shapes.json: set NETC_SHARED"))
  func lasagnesTests() throws {
    let members = try #require(try Self.document()["lasagne"]?.objectValue)
    let rows = try #require(members.first { $0.0.hasPrefix("conv_output_length") }?.1.arrayValue)
    for row in rows.compactMap(\.arrayValue) {
      let (n, k, s) = (try Self.integer(row[0]), try Self.integer(row[1]), try Self.integer(row[2]))
      let same = ShapeArithmetic.same(size: k, dilation: 1)
      let pad =
        switch row[3].stringValue {
        case "valid": 0
        case "full": 2 * (k - 1)
        case "same": same.before + same.after
        default: 2 * (try Self.integer(row[3]))
        }
      let length = ShapeArithmetic.convolution(input: n, size: k, stride: s, dilation: 1, pad: pad)
      #expect(length == (try Self.integer(row[4])), "\(row)")
    }
    #expect(rows.count == 5)
  }

  /// Lasagne's conv_input_length is the length of its transposed convolution.
  @Test(.enabled(if: vectors != nil, "no file shared/data/vectors/caffe_lasagne_shapes.json: set NETC_SHARED"))
  func lasagnesTransposedTests() throws {
    let members = try #require(try Self.document()["lasagne"]?.objectValue)
    let rows = try #require(members.first { $0.0.hasPrefix("conv_input_length") }?.1.arrayValue)
    for row in rows.compactMap(\.arrayValue) {
      let (n, k, s) = (try Self.integer(row[0]), try Self.integer(row[1]), try Self.integer(row[2]))
      let crop =
        switch row[3].stringValue {
        case "valid": 0
        case "full": 2 * (k - 1)
        case "same": 2 * (k / 2)
        default: 2 * (try Self.integer(row[3]))
        }
      #expect(
        ShapeArithmetic.transposed(input: n, size: k, stride: s, crop: crop) == (try Self.integer(row[4])), "\(row)")
    }
    #expect(rows.count == 6)
  }

  /// Every size that is known; netc has no free ones but the batch.
  @Test(.enabled(if: vectors != nil, "no file shared/data/vectors/caffe_lasagne_shapes.json: set NETC_SHARED"))
  func lasagnesPoolTests() throws {
    let members = try #require(try Self.document()["lasagne"]?.objectValue)
    let rows = try #require(members.first { $0.0.hasPrefix("pool 2x2") }?.1.arrayValue)
    var checked = 0
    for row in rows.compactMap(\.arrayValue) {
      let (input, output) = (try #require(row[0].arrayValue), try #require(row[1].arrayValue))
      for axis in 2..<4 {
        guard let n = input[axis].intValue, let wanted = output[axis].intValue else { continue }
        let length = ShapeArithmetic.pooling(input: n, size: 2, stride: 2, padBefore: 0, padAfter: 0, ceil: false)
        #expect(length == wanted, "\(row)")
        checked += 1
      }
    }
    #expect(rows.count == 6 && checked == 8)
  }

  private static func document() throws -> JSONValue {
    let path = try #require(vectors)
    return try MappedFile(path: path).withBytes { try JSONValue(parsing: Array($0)) }
  }

  private static func integer(_ value: JSONValue) throws -> Int { try #require(value.intValue) }

  private static func integers(_ value: JSONValue?) throws -> [Int] {
    try #require(value?.arrayValue).map(integer)
  }

  private func floorDivide(_ a: Int, _ b: Int) -> Int { a / b - (a % b < 0 ? 1 : 0) }
}
