import NetIR

// What moves elements.
extension CaffeImport {
  mutating func concat(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    var reader = FieldReader("concat_param", in: &layer.fields)
    let (axis, older) = (reader.integer("axis"), reader.integer("concat_dim"))
    layer.fields.adopt(reader)
    var inputs: [(layer: String, shape: [Int])] = []
    for index in layer.bottoms.indices { inputs.append(try source(layer, index)) }
    guard var shape = inputs.first?.shape else {
      throw DefinitionProblem("`\(layer.name)` joins nothing", layer.fields.place)
    }
    let place = try self.axis(axis ?? older ?? 1, shape, layer)
    for (index, input) in inputs.enumerated() {
      var others = (shape, input.shape)
      guard others.0.count == others.1.count else {
        throw DefinitionProblem("`\(layer.name)` joins \(shape.crossed) and \(input.shape.crossed)", layer.fields.place)
      }
      if index == 0 { continue }
      let total = shape[place] + input.shape[place]
      (others.0[place], others.1[place]) = (0, 0)
      guard others.0 == others.1, total < 1 << 24 else {
        throw DefinitionProblem("`\(layer.name)` joins \(shape.crossed) and \(input.shape.crossed)", layer.fields.place)
      }
      shape[place] = total
    }
    if inputs.count == 1 { return try split(layer) }
    addLayer(
      "Concat", of: layer, from: inputs.map(\.layer), shape: shape, place == 0 ? [] : [("axis", "\(place + 1)")])
  }

  /// An axis as Caffe counts, from the batch or from the end, as an index of a shape without the batch.
  private func axis(_ axis: Int, _ shape: [Int], _ layer: CaffeLayer) throws(DefinitionProblem) -> Int {
    let place = (axis < 0 ? axis + shape.count + 1 : axis) - 1
    guard shape.indices.contains(place) else {
      throw DefinitionProblem("`\(layer.name)` counts on axis \(axis), which netc leaves alone", layer.fields.place)
    }
    return place
  }

  mutating func slice(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var reader = FieldReader("slice_param", in: &layer.fields)
    let (given, older) = (reader.integer("axis"), reader.integer("slice_dim"))
    var points = reader.integers("slice_point")
    layer.fields.adopt(reader)
    let place = try axis(given ?? older ?? 1, shape, layer)
    let count = layer.tops.count
    if points.isEmpty, count > 0, shape[place] % count == 0 {
      points = (1..<max(1, count)).map { $0 * shape[place] / count }
    }
    let edges = [0] + points + [shape[place]]
    guard count > 0, points.count == count - 1, zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DefinitionProblem("`\(layer.name)` cuts \(shape[place]) at \(points)", layer.fields.place)
    }
    for index in 0..<count {
      var result = shape
      result[place] = edges[index + 1] - edges[index]
      addLayer(
        "Slice", of: layer, called: layer.tops[index], from: [name], shape: result, top: index,
        [("indices", "\"\(edges[index]):\(edges[index + 1])\""), ("axis", "\(place + 1)")])
    }
  }

  /// The value under other names.
  mutating func split(_ layer: CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    for top in layer.tops { values[top] = .layer(name, shape: shape) }
  }

  mutating func flatten(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var reader = FieldReader("flatten_param", in: &layer.fields)
    if reader.integer("axis") ?? 1 != 1 || reader.integer("end_axis") ?? -1 != -1 {
      reader.report("netc flattens everything behind the batch")
    }
    layer.fields.adopt(reader)
    if shape.count == 1 { return try split(layer) }
    addLayer("Flatten", of: layer, from: [name], shape: [shape.reduce(1, *)])
  }

  mutating func reshape(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var reader = FieldReader("reshape_param", in: &layer.fields)
    if reader.integer("axis") ?? 0 != 0 || reader.integer("num_axes") ?? -1 != -1 {
      reader.report("netc reshapes all axes at once")
    }
    var sizes: [Int] = []
    for (message, place) in reader.messages("shape") {
      var inner = FieldReader(message, "shape", place)
      sizes = inner.integers("dim")
      reader.adopt(inner)
    }
    let problem = DefinitionProblem("`\(layer.name)` makes \(sizes) of \(shape.crossed)", reader.place)
    layer.fields.adopt(reader)
    let elements = shape.reduce(1, *)
    guard let batch = sizes.first, batch == 0 || batch == -1 else { throw problem }
    var result = Array(sizes.dropFirst())
    for (index, size) in result.enumerated() where size == 0 {
      guard shape.indices.contains(index) else { throw problem }
      result[index] = shape[index]
    }
    let known = result.filter { $0 > 0 }
    guard known.allSatisfy({ $0 <= elements }), let product = elementCount(known), product > 0,
      elements % product == 0, result.count(where: { $0 == -1 }) <= 1, result.allSatisfy({ $0 >= -1 })
    else { throw problem }
    if let open = result.firstIndex(of: -1) { result[open] = elements / product }
    guard elementCount(result) == elements else { throw problem }
    let text = (["[0]"] + result.map(String.init)).joined(separator: ", ")
    addLayer("Reshape", of: layer, from: [name], shape: result, [("shape", "[\(text)]")])
  }

  mutating func permute(_ layer: inout CaffeLayer) throws(DefinitionProblem) {
    let (name, shape) = try source(layer)
    var reader = FieldReader("permute_param", in: &layer.fields)
    let order = reader.integers("order")
    layer.fields.adopt(reader)
    guard order.first == 0, order.sorted() == Array(0...shape.count) else {
      throw DefinitionProblem("`\(layer.name)` has to keep the batch in front, and name each axis", layer.fields.place)
    }
    addLayer(
      "Dimshuffle", of: layer, from: [name], shape: order.dropFirst().map { shape[$0 - 1] },
      [("pattern", "[\(order.map(String.init).joined(separator: ", "))]")])
  }
}
