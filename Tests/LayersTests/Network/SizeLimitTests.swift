import Layers
import Testing

struct SizeLimitTests {
  @Test(
    arguments: [
      (
        "[null, 1, 1048576, 1]", "Pad: {width: [0, 1048576]}",
        "the result of `pad1` has more than 2^40 elements"
      ),
      (
        "[null, 65536, 1, 1]", "Conv2D: {num_filters: 16777217, filter_size: 1}",
        "`num_filters` of Conv2D must be at most 16777216, not 16777217"
      ),
      (
        "[null, 131072, 1, 1]", "Conv2D: {num_filters: 16777216, filter_size: 1}",
        "`conv2d1.W` has more than 2^40 elements"
      ),
      (
        "[null, 1, 1, 1]", "Conv2D: {num_filters: 1, filter_size: 1048576, pad: full}",
        "`conv2d1` would take more than 2^50 operations for an example"
      ),
      (
        "[null, 1, 524288, 524288]", "MaxPool2D: {pool_size: 262144, stride: 1}",
        "`maxpool2d1` would take more than 2^50 operations for an example"
      ),
    ])
  func refuses(_ input: String, _ layer: String, _ message: String) throws {
    #expect(try Checked(layer, on: input).only().message == message)
  }

  /// Large, but a program could be meant to do it.
  @Test(arguments: [
    ("[null, 3, 4096, 4096]", "Conv2D: {num_filters: 64, filter_size: 7, untie_biases: true}"),
    ("[null, 65536]", "Dense: {num_units: 16777216}"),
  ])
  func allows(_ input: String, _ layer: String) throws {
    #expect(try Checked(layer, on: input).good().layers.count == 2)
  }
}
