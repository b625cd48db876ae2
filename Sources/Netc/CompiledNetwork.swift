import CPUBackend
import Driver
import NetIR
import Runtime

/// A network that is ready to run on this machine. Safe to use from several threads: runs take turns.
public struct CompiledNetwork: Sendable {
  private let model: Model

  init(_ model: Model) { self.model = model }

  /// Opens what `netc compile` wrote. The weights are mapped, not copied.
  ///
  /// - Throws: `Problem` for a file that is missing, damaged, or made by a newer netc.
  public init(path: String, threads: Int? = nil) throws {
    model = try rethrowing { try Model.open(path, threads: threads ?? HostCPU.current.cores) }
  }

  /// Sizes of one example, without the batch.
  public var inputShape: [Int] { model.plan.inputs.first.map { Array($0.shape.dropFirst()) } ?? [] }
  /// Sizes of one result, without the batch.
  public var outputShape: [Int] { model.plan.outputs.first.map { Array($0.shape.dropFirst()) } ?? [] }
  public var classes: [String] { model.plan.classes }
  /// Bytes of scratch memory.
  public var arenaBytes: Int { model.executable.arenaBytes }

  /// Runs a network of one input and one output on any number of examples.
  ///
  /// - Parameter examples: fp32 in C order, a multiple of the size of one example.
  /// - Returns: the results one after the other.
  /// - Throws: `InputError` when the count fits no whole number of examples, or the network has several inputs.
  public func run(_ examples: [Float]) throws -> [Float] {
    let size = inputShape.reduce(1, *)
    guard model.plan.inputs.count == 1 else { throw InputError("the network has \(model.plan.inputs.count) inputs") }
    guard examples.count % size == 0 else {
      throw InputError("\(examples.count) numbers are no whole number of examples of \(size)")
    }
    return model.executable.run(examples: examples.count / size, inputs: [examples])[0]
  }
}

/// Numbers that do not fit a network.
public struct InputError: Error, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
