import Exchange
import NetIR

/// The parameters in a caffemodel: blobs of the layers that have any.
///
/// Source: `NetParameter`, `LayerParameter`, `V1LayerParameter` and `BlobProto` of caffe.proto.
package struct CaffeWeights: Sendable {
  package struct Blob: Sendable {
    package var shape: [Int]
    package var values: [Float]
  }

  package struct Layer: Sendable {
    package var name = ""
    package var blobs: [Blob] = []
  }

  /// In the file's order.
  package private(set) var layers: [Layer] = []

  /// - Parameter bytes: of the whole file.
  package init(_ bytes: UnsafeRawBufferPointer) throws(ModelProblem) {
    guard !bytes.isEmpty else { throw .damaged("it is empty") }
    var isNetwork = false
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      switch field.number {
      // `layers` of the older form has its names in field 4 and its blobs in 6, `layer` in 1 and 7.
      case 2:
        isNetwork = true
        try add(try field.message(), name: 4, blobs: 6)
      case 100:
        isNetwork = true
        try add(try field.message(), name: 1, blobs: 7)
      default: break
      }
    }
    guard isNetwork else { throw .damaged("it has no layers") }
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer, name: Int, blobs: Int) throws(ModelProblem) {
    var layer = Layer()
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      if field.number == name { layer.name = try field.text() }
      if field.number == blobs { layer.blobs.append(try Blob(try field.message())) }
    }
    if !layer.blobs.isEmpty { layers.append(layer) }
  }

  /// The parameters of a network, in its order.
  ///
  /// - Parameter parameters: where each is.
  /// - Throws: everything that is missing or of another size.
  package func values(of parameters: [CaffeParameter]) throws(CaffeMismatch) -> (
    weights: [ImportedNetwork.Weight], unused: [String]
  ) {
    let found = Dictionary(layers.map { ($0.name, $0.blobs) }, uniquingKeysWith: { first, _ in first })
    var (weights, mismatch): ([ImportedNetwork.Weight], CaffeMismatch) = ([], CaffeMismatch())
    for parameter in parameters {
      guard let blobs = parameter.blobs(found) else {
        mismatch.missing.append("`\(parameter.name)`: blob \(parameter.index) of layer `\(parameter.layer)`")
        continue
      }
      guard let values = parameter.values(blobs) else {
        let shape = blobs[parameter.index].shape
        mismatch.differing.append(
          "`\(parameter.name)` is \(parameter.shape.crossed), blob \(parameter.index) of layer `\(parameter.layer)` is "
            + shape.crossed)
        continue
      }
      weights.append(.init(name: parameter.name, shape: parameter.shape, values: values))
    }
    guard mismatch == CaffeMismatch() else { throw mismatch }
    let used = Set(parameters.map(\.layer))
    return (weights, layers.map(\.name).filter { !used.contains($0) })
  }
}

/// How a caffemodel differs from a definition.
package struct CaffeMismatch: Error, Sendable, Equatable {
  package var missing: [String] = []
  package var differing: [String] = []
}

extension CaffeWeights.Blob {
  fileprivate init(_ bytes: UnsafeRawBufferPointer) throws(ModelProblem) {
    var (older, dims): ([Int: Int64], [Int64]?) = ([:], nil)
    (shape, values) = ([], [])
    var doubles: [Double] = []
    try ProtobufReader.forEach(bytes) { (field) throws(ModelProblem) in
      switch field.number {
      case 1...4: older[field.number] = try field.integer()
      case 5: values += try field.floats()
      case 7:
        var sizes: [Int64] = []
        try ProtobufReader.forEach(try field.message()) { (field) throws(ModelProblem) in
          if field.number == 1 { sizes += try field.integers() }
        }
        dims = sizes
      case 8: doubles += try field.doubles()
      default: break
      }
    }
    if values.isEmpty { values = doubles.map(Float.init) }
    // Blobs had four axes once, the first of them 1 where there are fewer.
    let sizes = dims ?? (1...4).map { older[$0] ?? 1 }
    guard sizes.allSatisfy({ (0..<1 << 33).contains($0) }), let count = elementCount(sizes.map(Int.init)),
      count == values.count
    else { throw .damaged("a blob of shape \(sizes) has \(values.count) numbers") }
    shape = sizes.map(Int.init)
  }
}

extension CaffeParameter {
  /// The blobs of its layer, which has the one that is wanted; none are needed for a constant.
  fileprivate func blobs(_ layers: [String: [CaffeWeights.Blob]]) -> [CaffeWeights.Blob]? {
    if case .constant = form { return [] }
    let needed = form == .statistic ? 2 : index
    return layers[layer].flatMap { $0.indices.contains(needed) ? $0 : nil }
  }

  /// The numbers as netc has them; nil where the blob is of another shape.
  fileprivate func values(_ blobs: [CaffeWeights.Blob]) -> [Float]? {
    if case .constant(let value) = form { return [Float](repeating: value, count: shape.reduce(1, *)) }
    let blob = blobs[index]
    switch form {
    case .asIs: return Self.trimmed(blob.shape) == Self.trimmed(shape) ? blob.values : nil
    case .transposed:
      guard Self.trimmed(blob.shape) == Self.trimmed(shape.reversed()) else { return nil }
      return Rearrangement.transpose([shape[1], shape[0]], [1, 0]).apply(blob.values, of: [shape[1], shape[0]])
    case .statistic:
      guard blob.values.count == shape.reduce(1, *), let total = blobs[2].values.first else { return nil }
      return blob.values.map { total == 0 ? 0 : $0 / total }
    case .repeated:
      guard let value = blob.values.first, blob.values.count == 1 || blob.values.count == shape[0] else { return nil }
      return blob.values.count == 1 ? [Float](repeating: value, count: shape[0]) : blob.values
    case .constant: return nil
    }
  }

  /// A shape without axes of 1 in front.
  private static func trimmed(_ shape: [Int]) -> [Int] { Array(shape.drop { $0 == 1 }) }
}
