// Inputs, and what layers of data say of them.
extension CaffeImport {
  /// `input`, with `input_shape` or `input_dim`.
  mutating func addInputs(of net: inout FieldReader) {
    let (inputs, dims) = (net.texts("input"), net.integers("input_dim"))
    let shapes = net.messages("input_shape").map { message, place in
      var reader = FieldReader(message, "input_shape", place)
      return reader.integers("dim")
    }
    for (index, name) in inputs.enumerated() {
      let flat = dims.count >= 4 * (index + 1) ? Array(dims[4 * index..<4 * index + 4]) : []
      let shape = shapes.indices.contains(index) ? shapes[index] : flat
      addInput(name, shape, net.place(of: "input"))
    }
  }

  /// - Parameter shape: with the batch, as a definition has it.
  private mutating func addInput(_ blob: String, _ shape: [Int], _ place: Range<Int>) {
    let isFirst = !network.layers.contains { $0.type == "Input" }
    let sizes = isFirst ? options.inputShape ?? Array(shape.dropFirst()) : Array(shape.dropFirst())
    guard !sizes.isEmpty, sizes.allSatisfy({ (1..<1 << 24).contains($0) }) else {
      problems.append(
        DefinitionProblem(
          "the definition does not say how large `\(blob)` is", place,
          help: ["say it with `--input-shape`, such as `--input-shape 3,224,224`"]))
      return
    }
    let layer = CaffeLayer(blob)
    let text = (["null"] + sizes.map(String.init)).joined(separator: ", ")
    addLayer("Input", of: layer, from: [], shape: sizes, [("shape", "[\(text)]")])
  }

  /// A layer of type Input.
  mutating func input(_ layer: inout CaffeLayer) {
    var parameters = FieldReader("input_param", in: &layer.fields)
    let shapes = parameters.messages("shape").map { message, place in
      var reader = FieldReader(message, "shape", place)
      return reader.integers("dim")
    }
    layer.fields.adopt(parameters)
    for (index, top) in layer.tops.enumerated() {
      addInput(top, shapes.indices.contains(index) ? shapes[index] : shapes.first ?? [], layer.fields.place)
    }
  }

  static let dataTypes: Set<String> = ["Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData"]

  /// A layer that reads examples: its first top are the images, its second their classes.
  mutating func data(_ layer: inout CaffeLayer) {
    var transform = FieldReader("transform_param", in: &layer.fields)
    let crop = transform.integer("crop_size") ?? 0
    let means = transform.numbers("mean_value")
    let scale = transform.number("scale") ?? 1
    let meanFile = transform.text("mean_file")
    let isGray = transform.flag("force_gray") ?? false
    transform.ignore("mirror", "force_color")
    layer.fields.adopt(transform)
    var shape: [Int] = []
    if layer.type == "MemoryData" {
      var memory = FieldReader("memory_data_param", in: &layer.fields)
      shape = ["channels", "height", "width"].compactMap { memory.integer($0) }
      memory.ignore("batch_size")
      layer.fields.adopt(memory)
    } else {
      layer.fields.ignore("data_param", "image_data_param", "hdf5_data_param", "window_data_param", "dummy_data_param")
    }
    if crop > 0 {
      let channels = shape.first ?? (isGray ? 1 : 3)
      if shape.isEmpty, !isGray, means.count != 3, options.inputShape == nil {
        network.remarks.append("The definition does not say how many channels images have: 3 is assumed.")
      }
      shape = [channels, crop, crop]
    }
    for (index, top) in layer.tops.enumerated() {
      if index == 0 { addInput(top, [0] + shape, layer.fields.place) } else { values[top] = .label }
    }
    var steps: [String] = []
    if !means.isEmpty {
      let text = means.map(\.written)
      steps.append("{subtract: \(text.count == 1 ? text[0] : "[\(text.joined(separator: ", "))]")}")
    }
    if scale != 1 { steps.append("{multiply: \(scale.written)}") }
    if !steps.isEmpty { training.preprocess = "[\(steps.joined(separator: ", "))]" }
    if let meanFile {
      network.remarks.append("Caffe subtracts the mean image in `\(meanFile)` from its inputs; `preprocess` does not.")
    }
    if let channels = shape.first, channels == 3 {
      network.remarks.append("Caffe's images have their channels in the order blue, green, red.")
    }
  }

  /// What layers of data say of learning: they are another layer then.
  mutating func readTrainingData(_ layers: [CaffeLayer]) {
    for layer in layers where layer.isTrained && Self.dataTypes.contains(layer.type) {
      var layer = layer
      var transform = FieldReader("transform_param", in: &layer.fields)
      if transform.flag("mirror") ?? false { training.augment.append("{flip: horizontal}") }
      for key in ["data_param", "image_data_param", "hdf5_data_param", "window_data_param", "memory_data_param"] {
        var parameters = FieldReader(key, in: &layer.fields)
        if let size = parameters.integer("batch_size"), size > 0 { training.batchSize = size }
      }
    }
  }
}

extension CaffeLayer {
  /// An input that stands in no layer.
  fileprivate init(_ blob: String) {
    self.init(TextMessage(), 0..<1, isOld: false)
    (name, type, tops) = (blob, "Input", [blob])
  }
}
