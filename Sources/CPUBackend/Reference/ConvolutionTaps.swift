import NetIR

/// Every product of a convolution: which pixel meets which weight in which sum. The padding has no pixels.
struct ConvolutionTaps {
  struct Tap {
    /// Places in x, W and the result, in C order.
    var image: Int
    var filter: Int
    var result: Int
  }

  private let a: ConvolutionAttributes
  private let image: [Int]
  private let result: [Int]

  init(_ attributes: ConvolutionAttributes, image: [Int], result: [Int]) {
    (a, self.image, self.result) = (attributes, image, result)
  }

  func forEach(_ body: (Tap) -> Void) {
    let channels = image[1] / a.groups
    for n in 0..<result[0] {
      for f in 0..<result[1] {
        let first = f / (result[1] / a.groups) * channels
        for c in 0..<channels {
          for ky in 0..<a.kernel.height {
            for kx in 0..<a.kernel.width {
              let filter = ((f * channels + c) * a.kernel.height + ky) * a.kernel.width + kx
              let plane = n * image[1] + first + c
              for oy in 0..<result[2] {
                let y = oy * a.stride.height + ky * a.dilation.height - a.padding.top
                guard (0..<image[2]).contains(y) else { continue }
                for ox in 0..<result[3] {
                  let x = ox * a.stride.width + kx * a.dilation.width - a.padding.left
                  guard (0..<image[3]).contains(x) else { continue }
                  body(
                    Tap(
                      image: (plane * image[2] + y) * image[3] + x, filter: filter,
                      result: ((n * result[1] + f) * result[2] + oy) * result[3] + ox))
                }
              }
            }
          }
        }
      }
    }
  }
}
