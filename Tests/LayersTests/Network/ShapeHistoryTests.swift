import Diagnostics
import Layers
import Testing

struct ShapeHistoryTests {
  /// The example of the design.
  @Test func theFilterThatDoesNotFit() throws {
    let checked = Checked(
      """
      name: lenet
      layers:
        - Input:
            shape: [null, 1, 32, 32]
        - Conv2D: {name: conv1, num_filters: 6, filter_size: 5}
        - MaxPool2D: {name: pool1, pool_size: 2}
        - Conv2D: {name: conv2, num_filters: 16, filter_size: 5}
        - MaxPool2D: {name: pool2, pool_size: 2}
        - Conv2D:
            name: conv3
            num_filters: 120
            filter_size: [7, 7]
        - Dense: {name: output, num_units: 10}
      """)
    #expect(
      checked.rendered == """
        error[N0203]: filter 7×7 does not fit the 5×5 input of `conv3`
          --> net.yaml:12:20
           |
        12 |       filter_size: [7, 7]
           |                    ^^^^^^ larger than the input
           = note: height: (input + padding − filter)/stride + 1 = (5 + 0 − 7)/1 + 1 = −1
        note: the 5×5 input comes from `pool2`: 32×32 → conv1 28×28 → pool1 14×14 → conv2 10×10 → pool2 5×5
          --> net.yaml:8:5
        help: use `pad: same`, or a filter no larger than 5

        """)
  }

  @Test(
    arguments: [
      // floor((6 + 2 − 9)/2) + 1 = floor(−1/2) + 1 = 0
      (
        "Conv2D: {num_filters: 1, filter_size: [1, 9], pad: [0, 1], stride: 2}",
        "width: floor((input + padding − filter)/stride) + 1 = floor((6 + 2 − 9)/2) + 1 = 0"
      ),
      (
        "MaxPool2D: {pool_size: 8}",
        "height: floor((input + padding − window)/stride) + 1 = floor((6 + 0 − 8)/8) + 1 = 0"
      ),
      (
        "MaxPool2D: {pool_size: 8, stride: 1}",
        "height: (input + padding − window)/stride + 1 = (6 + 0 − 8)/1 + 1 = −1"
      ),
    ])
  func theArithmetic(_ layer: String, _ note: String) throws {
    #expect(try Checked(layer, on: "[null, 1, 6, 6]").only().notes == [note])
  }

  /// Layers that keep the size are no links of the chain; the last one that changed it made it.
  @Test func onlyChangesAreTold() throws {
    let checked = Checked(layers: [
      "Input: {name: in, shape: [null, 1, 12, 12]}", "Conv2D: {name: a, num_filters: 2, filter_size: 3, pad: same}",
      "MaxPool2D: {name: b, pool_size: 2}", "LRN: {name: c}", "Dropout: {name: d}",
      "Conv2D: {name: e, num_filters: 2, filter_size: 9}",
    ])
    let related = try checked.only().related
    #expect(related.map(\.message) == ["the 6×6 input comes from `b`: 12×12 → b 6×6"])
    #expect(related.map(\.span.start.line) == [4])
  }

  @Test func anInputNeedsNoChain() throws {
    let diagnostic = try Checked("Conv2D: {num_filters: 2, filter_size: 9}", on: "[null, 1, 6, 6]").only()
    #expect(diagnostic.related.map(\.message) == ["the 6×6 input comes from `in`"])
  }

  @Test func longChainsAreCut() throws {
    let checked = Checked(
      layers: ["Input: {shape: [null, 1, 12, 12]}"]
        + (1...8).map { "Conv2D: {name: c\($0), num_filters: 2, filter_size: 2}" } + [
          "MaxPool2D: {pool_size: 9}"
        ])
    #expect(
      try checked.only().related.map(\.message) == [
        "the 4×4 input comes from `c8`: … → c3 9×9 → c4 8×8 → c5 7×7 → c6 6×6 → c7 5×5 → c8 4×4"
      ])
  }

  @Test func joinedBranchesAreBothTold() throws {
    let checked = Checked(layers: [
      "Input: {name: in, shape: [null, 3, 12, 12]}", "Conv2D: {name: a, num_filters: 3, filter_size: 3}",
      "ElemwiseSum: {name: sum, incomings: [in, a]}",
    ])
    let diagnostic = try checked.only()
    #expect(diagnostic.message == "`sum` adds 3×12×12 and 3×10×10")
    #expect(diagnostic.related.map(\.message) == ["`in` is 3×12×12", "`a` is 3×10×10: 3×12×12 → a 3×10×10"])
  }
}
