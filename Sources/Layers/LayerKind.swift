import Diagnostics
import NetIR
import YAMLSyntax

/// Sizes of a layer's result, batch first. Only the batch may be nil: it is free until a plan is made.
package typealias LayerShape = [Int?]

/// A type of layer: everything that netc knows of it, in one place.
///
/// The table of parameters drives decoding, suggestions and the reference. Shapes, weights and lowering
/// are pure functions of the parameters and the input shapes. To add a layer: one file in `Kinds/`, one
/// line in `LayerRegistry`, one test.
package protocol LayerKind: Sendable, Equatable {
  /// The name in a spec, without the optional suffix `Layer`.
  static var typeName: String { get }
  /// Other spellings that mean the same layer.
  static var aliases: [String] { get }
  /// One sentence for the reference.
  static var summary: String { get }
  static var arity: Arity { get }
  static var parameters: [Parameter<Self>] { get }

  /// The layer with every parameter at its default.
  init()

  /// The result's shape; throws what is wrong with these inputs.
  func shape(of inputs: [LayerShape], in context: LayerContext) throws(ShapeProblem) -> LayerShape
  /// The parameters it owns for these inputs. Called only when `shape` succeeded.
  func weights(for inputs: [LayerShape]) -> [WeightSpec]
  /// Writes the layer as primitive ops.
  func lower(_ inputs: [ValueID], into lowering: inout Lowering) throws(GraphProblem) -> ValueID

  /// The window that it slides over the image, for receptive fields; nil when there is none.
  func window(over input: LayerShape) -> Window?
  /// With `batch_norm: true`: the layer without bias and nonlinearity, and the nonlinearity that goes
  /// behind the normalisation.
  var batchNormalised: (layer: any LayerKind, nonlinearity: Nonlinearity)? { get }
  /// What is applied to the result at last; linear for kinds without that parameter.
  var nonlinearity: Nonlinearity { get }
  /// Things that are allowed and rarely meant.
  func warnings(for inputs: [LayerShape], output: LayerShape, in context: LayerContext) -> [ShapeProblem]
}

extension LayerKind {
  package static var aliases: [String] { [] }
  package static var arity: Arity { .one }
  package func weights(for inputs: [LayerShape]) -> [WeightSpec] { [] }
  package func window(over input: LayerShape) -> Window? { nil }
  package var batchNormalised: (layer: any LayerKind, nonlinearity: Nonlinearity)? { nil }
  package var nonlinearity: Nonlinearity { .linear }
  package func warnings(for inputs: [LayerShape], output: LayerShape, in context: LayerContext)
    -> [ShapeProblem]
  { [] }
}

/// How many incoming layers a kind takes.
package enum Arity: Sendable, Equatable {
  case none, one
  case atLeast(Int)
}

/// What a shape rule may say of its surroundings.
package struct LayerContext: Sendable {
  package var name: String
  package var inputNames: [String]
  /// Whether a parameter was written in the spec, as opposed to being at its default.
  package var written: Set<String>

  package init(name: String, inputNames: [String], written: Set<String> = []) {
    self.name = name
    self.inputNames = inputNames
    self.written = written
  }
}

/// Why a layer has no shape, as data; the spec's place and the chain of shapes are added by whoever knows
/// the network.
package struct ShapeProblem: Error, Sendable {
  package var code: DiagnosticCode
  package var message: String
  /// The parameter whose value is underlined; the layer's type when nil or not written.
  package var parameter: String?
  package var label: String
  package var notes: [String]
  package var help: [String]
  /// The inputs whose history explains the problem.
  package var blamed: [Int]

  package init(
    _ code: DiagnosticCode, _ message: String, at parameter: String? = nil, label: String = "",
    notes: [String] = [], help: [String] = [], blaming inputs: [Int] = []
  ) {
    self.code = code
    self.message = message
    self.parameter = parameter
    self.label = label
    self.notes = notes
    self.help = help
    blamed = inputs
  }
}

/// A parameter tensor that a layer owns.
package struct WeightSpec: Sendable, Equatable {
  package enum Role: Sendable, Equatable {
    /// Learned by gradient descent.
    case trainable
    /// Kept by the layer itself: the running mean and variance of a batch normalisation.
    case state
  }

  /// `W`, `b`, `gamma`…: the tensor is called `<layer>.<suffix>`.
  package var suffix: String
  package var shape: [Int]
  package var source: WeightSource
  package var role: Role
  /// Whether penalties such as l2 apply; biases and normalisation parameters are spared.
  package var isRegularized: Bool
  /// The shape that tells an initialiser the fans, when it is not the tensor's own.
  package var fanShape: [Int]?
  /// The shape in weight files, when it is another view of the same numbers.
  package var storedShape: [Int]?

  package init(
    _ suffix: String, _ shape: [Int], _ source: WeightSource, role: Role = .trainable,
    isRegularized: Bool = false
  ) {
    self.suffix = suffix
    self.shape = shape
    self.source = source
    self.role = role
    self.isRegularized = isRegularized
  }
}

/// A sliding window, per axis.
package struct Window: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case convolution, maxPool, otherPool, everything
    /// Neighbouring units are closer by the stride, not further apart.
    case transposed
  }
  package var kind: Kind
  package var size: Size2D
  package var stride: Size2D
  package var dilation: Size2D

  package init(_ kind: Kind, size: Size2D, stride: Size2D = Size2D(1), dilation: Size2D = Size2D(1)) {
    self.kind = kind
    self.size = size
    self.stride = stride
    self.dilation = dilation
  }
}

/// What a kind uses to write itself as ops.
package struct Lowering {
  package var graph: Graph
  package var layer: String
  /// Full names of this layer's parameters by suffix; a tied one has the other layer's name.
  package var weightNames: [String: String]
  /// The batch that a free one becomes.
  package let batch: Int
  private var constants: [String: ValueID] = [:]

  package init(graph: Graph, batch: Int) {
    self.graph = graph
    self.batch = batch
    layer = ""
    weightNames = [:]
  }

  package func shape(_ value: ValueID) -> [Int] { graph[value].shape }

  package mutating func add(_ op: GraphOp, _ operands: [ValueID]) throws(GraphProblem) -> ValueID {
    try graph.add(op, operands, name: layer)
  }

  /// The parameter of this layer with that suffix.
  package mutating func weight(_ suffix: String, _ shape: [Int]) throws(GraphProblem) -> ValueID {
    let name = weightNames[suffix] ?? "\(layer).\(suffix)"
    if let known = constants[name] { return known }
    let value = try graph.add(.constant(name: name, shape: shape), name: name)
    constants[name] = value
    return value
  }

  /// The value under another shape.
  package mutating func reshaped(_ value: ValueID, _ shape: [Int]) throws(GraphProblem) -> ValueID {
    self.shape(value) == shape ? value : try add(.reshape(shape: shape), [value])
  }

  /// The sum with a parameter that has a number for each element of an example.
  package mutating func addMap(_ map: ValueID, to value: ValueID) throws(GraphProblem) -> ValueID {
    let one = try reshaped(map, [1] + shape(value).dropFirst())
    return try add(.elementwise(ElementwiseAttributes(kind: .sum), .linear), [value, one])
  }

  /// Adds a nonlinearity, if it is one; softmax runs over `axis`.
  package mutating func apply(_ nonlinearity: Nonlinearity, to value: ValueID, axis: Int = 1)
    throws(GraphProblem) -> ValueID
  {
    switch nonlinearity {
    case .elementwise(.linear): value
    case .elementwise(let activation): try add(.activation(activation), [value])
    case .softmax: try add(.softmax(axis: axis), [value])
    }
  }
}
