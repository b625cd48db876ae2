// Which numbers of a caffemodel are which parameters.
extension CaffeImport {
  /// Says where the numbers of a parameter are, unless a layer before has them.
  ///
  /// - Parameter index: of the blob among the layer's.
  mutating func parameter(
    of layer: CaffeLayer, _ index: Int, _ made: String, _ suffix: String, _ shape: [Int],
    _ form: CaffeParameter.Form = .asIs
  ) {
    let settings = layer.parameters.indices.contains(index) ? layer.parameters[index] : .init()
    if !settings.name.isEmpty {
      if let owner = sharing[settings.name], let place = network.place(of: made) {
        network.layers[place][suffix] = owner
        return
      }
      sharing[settings.name] = made
    }
    if suffix == "W" || suffix == "b" { training.note(settings.rate, settings.decay, "\(made).\(suffix)") }
    parameters.append(
      CaffeParameter(name: "\(made).\(suffix)", shape: shape, layer: layer.name, index: index, form: form))
  }

  /// Whether all that reads these blobs makes vectors of them.
  func readsVectors(_ tops: [String]) -> Bool {
    let readers = tested.filter { layer in layer.bottoms.contains { tops.contains($0) } }
    return readers.allSatisfy { ["InnerProduct", "Flatten", "Softmax", "SoftmaxWithLoss"].contains($0.type) }
  }
}

/// Where a parameter of a network is in a caffemodel.
package struct CaffeParameter: Sendable, Equatable {
  package enum Form: Sendable, Equatable {
    case asIs
    /// A matrix (inputs, units).
    case transposed
    /// To be divided by the one number of the layer's third blob.
    case statistic
    /// One number for all channels.
    case repeated
    /// In no file: the definition says it.
    case constant(Float)
  }

  /// As netc calls it.
  package var name: String
  package var shape: [Int]
  /// As Caffe calls it.
  package var layer: String
  /// Of the blob among the layer's.
  package var index: Int
  package var form: Form
}
