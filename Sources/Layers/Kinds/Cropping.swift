import Diagnostics
import NetIR
import YAMLSyntax

/// How inputs of different sizes are cut to the smallest along an axis: what Concat, ElemwiseSum and ElemwiseMerge
/// share.
package struct Cropping: Hashable, Sendable {
  package enum Place: String, Sendable, CaseIterable {
    /// The first elements stay.
    case lower
    /// The middle stays; the odd element goes at the end.
    case center
    /// The last elements stay.
    case upper
  }

  /// One per axis, from the batch on; nil, and axes beyond, are not cut.
  package var places: [Place?] = []

  package init() {}

  /// The shapes after the cut.
  func cut(_ shapes: [LayerShape], except axis: Int? = nil, in context: LayerContext) throws(ShapeProblem)
    -> [LayerShape]
  {
    guard places.contains(where: { $0 != nil }), let rank = shapes.first?.count else { return shapes }
    // Inputs of other ranks have their own message.
    guard shapes.allSatisfy({ $0.count == rank }) else { return shapes }
    guard places.count <= rank else {
      throw ShapeProblem(
        .badAxis, "`cropping` of `\(context.name)` has \(places.count) entries for \(rank) axes", at: "cropping",
        help: ["one entry per axis, the batch first; axes that are left out are not cut"], blaming: [0])
    }
    var result = shapes
    for (place, crop) in places.enumerated() where crop != nil && place != axis {
      let sizes = shapes.compactMap { $0[place] }
      guard sizes.count == shapes.count, let least = sizes.min() else {
        throw ShapeProblem(
          .unknownDimension, "`\(context.name)` cannot cut a free batch", at: "cropping",
          help: ["begin with null: `cropping: [null, null, center, center]`"])
      }
      for index in result.indices { result[index][place] = least }
    }
    return result
  }

  /// Cuts values that `cut` has accepted.
  func lower(_ inputs: [ValueID], except axis: Int? = nil, into lowering: inout Lowering) throws(GraphProblem)
    -> [ValueID]
  {
    let shapes = inputs.map { lowering.shape($0).map(Optional.some) }
    let context = LayerContext(name: "", inputNames: inputs.map { _ in "" })
    let cut = (try? cut(shapes, except: axis, in: context)) ?? shapes
    var result: [ValueID] = []
    for (input, shape) in zip(inputs, cut) {
      result.append(try lower(input, to: shape.compactMap { $0 }, into: &lowering))
    }
    return result
  }

  private func lower(_ value: ValueID, to shape: [Int], into lowering: inout Lowering) throws(GraphProblem) -> ValueID {
    let input = lowering.shape(value)
    guard input != shape else { return value }
    var cut = Rearrangement.identity(shape)
    for axis in shape.indices where input[axis] > shape[axis] {
      let spare = input[axis] - shape[axis]
      switch places.indices.contains(axis) ? places[axis] : nil {
      case .upper: cut.starts[axis] = spare
      case .center: cut.starts[axis] = spare / 2
      case .lower, nil: cut.starts[axis] = 0
      }
    }
    return try lowering.add(.rearrange(cut), [value])
  }
}

extension ValueType where Value == Cropping {
  private static var expected: String {
    "null, or a list with null, `lower`, `center` or `upper` for each axis, such as [null, null, center, center]"
  }

  package static let cropping = ValueType(
    expected,
    schema: .oneOf([.list(of: .oneOf([.words(Cropping.Place.allCases.map(\.rawValue)), .null]), count: 1...8), .null])
  ) { node, context in
    var cropping = Cropping()
    if node.isNull { return cropping }
    guard let elements = node.elements, (1...8).contains(elements.count) else {
      context.wrongType(node, expected: expected)
      return nil
    }
    for element in elements {
      if element.isNull || element.scalarText == "none" {
        cropping.places.append(nil)
      } else if let place = element.scalarText.flatMap(Cropping.Place.init(rawValue:)) {
        cropping.places.append(place)
      } else {
        context.wrongType(element, expected: "null, `lower`, `center` or `upper` for each axis")
        return nil
      }
    }
    return cropping
  }
}
