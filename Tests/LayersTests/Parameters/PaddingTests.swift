import Layers
import NetIR
import Testing

struct PaddingTests {
  @Test(
    arguments: [
      ("0", .explicit(.none)), ("2", .explicit(Padding2D(top: 2, bottom: 2, left: 2, right: 2))),
      ("[1, 2]", .explicit(Padding2D(top: 1, bottom: 1, left: 2, right: 2))),
      ("[[1, 2], [3, 4]]", .explicit(Padding2D(top: 1, bottom: 2, left: 3, right: 4))),
      ("[[1, 2], 3]", .explicit(Padding2D(top: 1, bottom: 2, left: 3, right: 3))),
      ("valid", .valid), ("same", .same), ("same_upper", .sameUpper), ("full", .full), ("Same", nil),
      ("same_lower", nil), ("-1", nil), ("[1]", nil), ("[1, 2, 3]", nil), ("[[1], 2]", nil), ("1.5", nil),
      ("\"2\"", nil), ("null", nil), ("[[1, -2], 2]", nil), ("[same, same]", nil),
    ] as [(String, ConvolutionPadding?)])
  func ofConvolutions(_ text: String, _ value: ConvolutionPadding?) throws {
    #expect(try decode(ValueType<ConvolutionPadding>.convolutionPadding, text).value == value)
  }

  @Test(
    arguments: [
      ("1", Padding2D(top: 1, bottom: 1, left: 1, right: 1)), ("same", nil),
      ("[[0, 1], [1, 0]]", Padding2D(top: 0, bottom: 1, left: 1, right: 0)),
    ] as [(String, Padding2D?)])
  func ofPools(_ text: String, _ value: Padding2D?) throws {
    #expect(try decode(ValueType<Padding2D>.padding, text).value == value)
  }

  @Test func aMisspeltWordIsMended() throws {
    let diagnostic = try Checked(
      "Conv2D: {num_filters: 1, filter_size: 3, pad: smae}", on: "[null, 1, 8, 8]"
    ).only()
    #expect(diagnostic.code == .outOfRange)
    #expect(diagnostic.replacement?.text == "same")
  }

  /// The paddings of d·(k − 1) rows, of TensorFlow's rule, and of every overlap.
  @Test(
    arguments: [
      (.valid, 0, 0), (.same, 1, 2), (.full, 3, 3), (.explicit(Padding2D(top: 5, bottom: 6)), 5, 6),
      // (ceil(9/2) − 1)·2 + 4 − 9 = 3
      (.sameUpper, 1, 2),
    ] as [(ConvolutionPadding, Int, Int)])
  func resolves(_ padding: ConvolutionPadding, _ top: Int, _ bottom: Int) {
    let resolved = padding.resolved(
      height: 9, width: 9, kernel: Size2D(4, 1), stride: Size2D(2), dilation: Size2D(1))
    #expect((resolved.top, resolved.bottom) == (top, bottom))
    #expect((resolved.left, resolved.right) == (0, 0))
  }
}
