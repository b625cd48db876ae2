import Exchange
import Testing

@testable import Importing

@Suite struct CaffeWeightsTests {
  private struct Blob {
    var shape: [Int64]
    var values: [Float]
    var isOld = false
    var isDouble = false
  }

  private func file(_ layers: [(name: String, blobs: [Blob])], isOld: Bool = false) -> [UInt8] {
    var writer = ProtobufWriter()
    for layer in layers {
      writer.write(isOld ? 2 : 100) { message in
        message.write(isOld ? 4 : 1, layer.name)
        for blob in layer.blobs { message.write(isOld ? 6 : 7) { write(blob, to: &$0) } }
      }
    }
    return writer.bytes
  }

  private func write(_ blob: Blob, to writer: inout ProtobufWriter) {
    if blob.isOld {
      for (index, size) in blob.shape.enumerated() { writer.write(index + 1, size) }
    } else {
      writer.write(7) { shape in for size in blob.shape { shape.write(1, size) } }
    }
    if blob.isDouble {
      let doubles = blob.values.map(Double.init)
      doubles.withUnsafeBytes { writer.write(8, $0) }
    } else {
      blob.values.withUnsafeBytes { writer.write(5, $0) }
    }
  }

  private func weights(_ bytes: [UInt8]) throws -> CaffeWeights {
    try bytes.withUnsafeBytes { (bytes) throws(ModelProblem) in try CaffeWeights(bytes) }
  }

  private func parameter(
    _ shape: [Int], _ form: CaffeParameter.Form = .asIs, index: Int = 0, layer: String = "a"
  ) -> CaffeParameter {
    CaffeParameter(name: "n.W", shape: shape, layer: layer, index: index, form: form)
  }

  @Test func blobsOfBothForms() throws {
    let six: [Float] = [1, 2, 3, 4, 5, 6]
    for (isOld, shape) in [(false, [Int64(2), 3]), (true, [1, 1, 2, 3])] {
      let found = try weights(
        file([("a", [Blob(shape: shape, values: six, isOld: isOld)]), ("none", [])], isOld: isOld))
      #expect(found.layers.map(\.name) == ["a"])
      #expect(try found.values(of: [parameter([2, 3])]).weights[0].values == six)
      let turned = try found.values(of: [parameter([3, 2], .transposed)])
      #expect(turned.weights[0].values == [1, 4, 2, 5, 3, 6])
    }
    let doubles = try weights(file([("a", [Blob(shape: [6], values: six, isDouble: true)])]))
    #expect(try doubles.values(of: [parameter([6])]).weights[0].values == six)
  }

  /// Caffe keeps sums of statistics, and what to divide them by.
  @Test func statisticsAreDivided() throws {
    func file(_ total: Float) -> [UInt8] {
      self.file([
        (
          "a",
          [Blob(shape: [2], values: [4, 6]), Blob(shape: [2], values: [1, 3]), Blob(shape: [1], values: [total])]
        )
      ])
    }
    let found = try weights(file(2)).values(of: [parameter([2], .statistic), parameter([2], .statistic, index: 1)])
    #expect(found.weights.map(\.values) == [[2, 3], [0.5, 1.5]])
    // Nothing was ever counted.
    #expect(try weights(file(0)).values(of: [parameter([2], .statistic)]).weights[0].values == [0, 0])
    let one = try weights(self.file([("a", [Blob(shape: [1], values: [0.25])])]))
    #expect(try one.values(of: [parameter([3], .repeated)]).weights[0].values == [0.25, 0.25, 0.25])
  }

  @Test func whatDiffersIsNamed() throws {
    let found = try weights(file([("a", [Blob(shape: [2], values: [4, 6])]), ("b", [Blob(shape: [1], values: [1])])]))
    let problem = #expect(throws: CaffeMismatch.self) {
      try found.values(of: [parameter([3]), parameter([2], index: 1), parameter([2], layer: "c"), parameter([2])])
    }
    #expect(
      problem
        == CaffeMismatch(
          missing: ["`n.W`: blob 1 of layer `a`", "`n.W`: blob 0 of layer `c`"],
          differing: ["`n.W` is 3, blob 0 of layer `a` is 2"]))
    #expect(try found.values(of: [parameter([2])]).unused == ["b"])
  }

  @Test func damagedFiles() {
    #expect(throws: ModelProblem.damaged("it is empty")) { try weights([]) }
    #expect(throws: ModelProblem.damaged("it has no layers")) { try weights([0x0A, 0x01, 0x78]) }
    #expect(throws: ModelProblem.damaged("a blob of shape [3] has 2 numbers")) {
      try weights(file([("a", [Blob(shape: [3], values: [4, 6])])]))
    }
    #expect(throws: ModelProblem.damaged("a blob of shape [\(Int64.max), \(Int64.max)] has 0 numbers")) {
      try weights(file([("a", [Blob(shape: [.max, .max], values: [])])]))
    }
  }
}
