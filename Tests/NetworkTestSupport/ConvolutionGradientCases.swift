import NetIR

/// Convolutions, forwards and backwards, whose filters are an input.
package enum ConvolutionGradientCases {
  package struct Case: Sendable, CustomStringConvertible {
    package var name: String
    package var x = [2, 5, 9, 8]
    var filters = 7
    var kernel = Size2D(3), stride = Size2D(1), dilation = Size2D(1)
    var padding = Padding2D(top: 1, bottom: 1, left: 1, right: 1)
    var groups = 1
    package var description: String { name }

    var attributes: ConvolutionAttributes {
      ConvolutionAttributes(kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups)
    }

    /// The result, its gradients, and those of the filters in slices of an image each.
    package func graph() throws -> Graph {
      var graph = Graph(name: name)
      let shape = [filters, self.x[1] / groups, kernel.height, kernel.width]
      let x = try graph.add(.input(index: 0, shape: self.x), name: "x")
      let w = try graph.add(.input(index: 1, shape: shape), name: "w")
      let b = try graph.add(.input(index: 2, shape: [filters]), name: "b")
      let y = try graph.add(.conv2D(attributes, Epilogue(bias: true)), [x, w, b], name: "y")
      let z = try graph.add(.activation(.rectify), [y], name: "z")
      let g = try graph.add(.input(index: 3, shape: graph[y].shape), name: "g")
      let image = Size2D(self.x[2], self.x[3])
      let data = try graph.add(.gradient(.convolutionData(attributes, image: image)), [g, w], name: "data")
      let weights = try graph.add(.gradient(.convolutionWeights(attributes)), [x, g], name: "weights")
      let sliced = GradientOp.convolutionWeights(attributes, slices: self.x[0])
      graph.outputs = [z, data, weights, try graph.add(.gradient(sliced), [x, g], name: "slices")]
      return graph
    }
  }

  private static let none = Padding2D()
  package static let all = [
    Case(name: "3×3"),
    Case(name: "one channel", x: [3, 1, 12, 12], filters: 20, kernel: Size2D(5), padding: none),
    Case(name: "whole blocks", x: [2, 32, 8, 8], filters: 48),
    Case(name: "whole tiles", x: [2, 9, 6, 7], filters: 70),
    Case(name: "many channels", x: [1, 70, 6, 6], filters: 33),
    Case(
      name: "5×5", x: [2, 18, 9, 9], filters: 20, kernel: Size2D(5),
      padding: Padding2D(top: 2, bottom: 2, left: 2, right: 2)),
    Case(name: "1×1", x: [2, 20, 5, 7], filters: 36, kernel: Size2D(1), padding: none),
    Case(name: "no padding", kernel: Size2D(3, 2), padding: none),
    Case(
      name: "more padding than taps", kernel: Size2D(2, 1), padding: Padding2D(top: 3, bottom: 2, left: 1, right: 2)),
    Case(name: "asymmetric padding", kernel: Size2D(2, 4), padding: Padding2D(top: 0, bottom: 1, left: 1, right: 2)),
    Case(name: "stride 2", x: [2, 17, 9, 9], filters: 33, stride: Size2D(2)),
    Case(name: "stride 2, even", x: [2, 3, 8, 10], filters: 16, stride: Size2D(2)),
    Case(
      name: "stride 2, 7×7", x: [2, 3, 16, 15], filters: 18, kernel: Size2D(7), stride: Size2D(2),
      padding: Padding2D(top: 3, bottom: 3, left: 3, right: 3)),
    Case(name: "1×1, stride 2", x: [2, 16, 7, 8], filters: 32, kernel: Size2D(1), stride: Size2D(2), padding: none),
    Case(name: "1×1, stride 3, padding", x: [2, 4, 7, 8], filters: 3, kernel: Size2D(1), stride: Size2D(3)),
    Case(name: "stride 3 beyond 2×2", x: [2, 4, 11, 10], kernel: Size2D(2), stride: Size2D(3), padding: none),
    Case(name: "strides 2 and 1", x: [2, 4, 11, 10], stride: Size2D(2, 1)),
    Case(
      name: "dilated", x: [2, 6, 11, 12], dilation: Size2D(2, 3),
      padding: Padding2D(top: 2, bottom: 2, left: 3, right: 3)),
    Case(name: "dilated, stride 2", x: [2, 6, 11, 12], stride: Size2D(2), dilation: Size2D(2)),
    Case(name: "an image smaller than the stride", x: [2, 4, 2, 3], kernel: Size2D(2), stride: Size2D(3)),
    Case(name: "groups", x: [2, 12, 7, 7], filters: 8, groups: 4),
    Case(name: "groups of blocks", x: [1, 64, 5, 5], filters: 96, groups: 2),
    Case(name: "groups, stride 2", x: [2, 12, 7, 8], filters: 8, stride: Size2D(2), groups: 4),
    Case(name: "depthwise", x: [2, 20, 7, 8], filters: 20, groups: 20),
    Case(name: "depthwise, stride 2", x: [2, 20, 8, 7], filters: 20, stride: Size2D(2), groups: 20),
    Case(name: "depthwise, two filters each", x: [2, 6, 7, 8], filters: 12, groups: 6),
    Case(name: "the whole image", x: [3, 6, 4, 5], filters: 9, kernel: Size2D(4, 5), padding: none),
  ]
}
