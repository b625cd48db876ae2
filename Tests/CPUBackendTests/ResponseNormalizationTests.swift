import CPUBackend
import Glibc
import Layers
import NetIR
import NetworkTestSupport
import Testing

@Suite struct ResponseNormalizationTests {
  /// x·(1 + α/n²·Σx²)^−β over the n×n pixels around each, as Caffe's WITHIN_CHANNEL has it.
  @Test(arguments: [1, 3, 5])
  func withinAChannel(_ n: Int) throws {
    let (alpha, beta, height, width) = (2.0, 0.6, 6, 4)
    let network = try Networks.of(
      """
      layers:
        - Input: {shape: [null, 2, \(height), \(width)]}
        - LRN: {n: \(n), alpha: \(alpha), beta: \(beta), k: 1, alpha_over_n: true, region: within_channel}

      """)
    let x = Noise.doubles(2 * 2 * height * width, seed: 5)
    let found = try ReferenceInterpreter(try network.lowered(batch: 2).graph) { _, _ in [] }.run([x])[0]
    for image in 0..<4 {
      for row in 0..<height {
        for column in 0..<width {
          var sum = 0.0
          for dy in -(n / 2)...(n / 2) {
            for dx in -(n / 2)...(n / 2) where (0..<height).contains(row + dy) && (0..<width).contains(column + dx) {
              let value = x[(image * height + row + dy) * width + column + dx]
              sum += value * value
            }
          }
          let place = (image * height + row) * width + column
          #expect(abs(found[place] - x[place] * pow(1 + alpha / Double(n * n) * sum, -beta)) < 1e-6)
        }
      }
    }
  }
}
