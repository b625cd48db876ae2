/// A network made ready for one target and one batch size: which kernel runs when, on which bytes.
///
/// The plan is data. It prints, is stored in the artefact, is verified before it runs, and any backend
/// that has its kernels can execute it. Nothing is decided while it runs.
package struct Plan: Sendable, Codable, Equatable {
  /// A tensor of the plan.
  package struct Tensor: Sendable, Codable, Equatable {
    /// Where its bytes are.
    package enum Place: Sendable, Hashable {
      /// The caller's buffer number n, plain fp32.
      case input(Int)
      case output(Int)
      /// Bytes from the start of the arena, a multiple of 64.
      case arena(offset: Int)
    }

    package var name: String
    package var shape: [Int]
    package var layout: TensorLayout
    package var place: Place
    /// The tensor whose bytes this one shows: all of them under another shape, or some of its channels. It has the
    /// same place and layout.
    package var viewOf: Int?
    /// Of a view of some channels, the first; they fill whole blocks, up to the last channel of the other tensor.
    package var firstChannel: Int?

    package init(
      name: String, shape: [Int], layout: TensorLayout, place: Place, viewOf: Int? = nil, firstChannel: Int? = nil
    ) {
      self.name = name
      self.shape = shape
      self.layout = layout
      self.place = place
      self.viewOf = viewOf
      self.firstChannel = firstChannel
    }

    /// What it takes by itself; of a view of channels, what these take.
    package var bytes: Int { layout.bytes(of: shape) }
    /// C order without gaps: images of a view of channels lie apart.
    package var isContiguous: Bool { layout.isContiguous && firstChannel == nil }
  }

  /// A parameter, or what was computed from parameters.
  package struct Constant: Sendable, Codable, Equatable {
    /// Who decides how its numbers lie.
    package enum Packing: Sendable, Hashable {
      /// fp32 in C order.
      case plain
      /// As the kernel of this step wants its weights.
      case step(Int)
    }

    package var name: String
    package var shape: [Int]
    package var packing: Packing
    /// The value in the portable graph that holds it.
    package var source: ValueID

    package init(name: String, shape: [Int], packing: Packing, source: ValueID) {
      self.name = name
      self.shape = shape
      self.packing = packing
      self.source = source
    }
  }

  package enum Operand: Sendable, Hashable {
    case tensor(Int)
    case constant(Int)
  }

  /// Scratch memory in the arena for the kernel of one step. Its contents mean nothing before and after the step.
  package struct Workspace: Sendable, Codable, Equatable {
    /// Bytes from the start of the arena to the first thread's share, a multiple of 64; the others' follow.
    package var offset: Int
    /// What each thread gets, a multiple of 64.
    package var bytesPerThread: Int
    /// For how many threads there is room in the arena. Others bring their own: results do not depend on it.
    package var threads: Int

    package init(offset: Int, bytesPerThread: Int, threads: Int) {
      self.offset = offset
      self.bytesPerThread = bytesPerThread
      self.threads = threads
    }

    package var bytes: Int { bytesPerThread * threads }
  }

  package struct Step: Sendable, Codable, Equatable {
    package var name: String
    package var op: GraphOp
    package var kernel: String
    package var algorithm: String
    /// In the order of the op's operands.
    package var operands: [Operand]
    /// The tensor that it writes.
    package var result: Int
    /// Whether the work is worth waking the other threads. How it is split never changes the result.
    package var parallel: Bool
    /// Present where the kernel needs one.
    package var workspace: Workspace?
    /// Why it has this kernel; nil for a plan that was written by hand.
    package var choice: Choice?

    package init(
      name: String, op: GraphOp, kernel: String, algorithm: String, operands: [Operand], result: Int,
      parallel: Bool, workspace: Workspace? = nil, choice: Choice? = nil
    ) {
      self.name = name
      self.op = op
      self.kernel = kernel
      self.algorithm = algorithm
      self.operands = operands
      self.result = result
      self.parallel = parallel
      self.workspace = workspace
      self.choice = choice
    }
  }

  package var name: String
  /// Examples that a run takes.
  package var batch: Int
  /// Examples that go through the steps at a time: the shapes of tensors are theirs. A divisor of `batch`.
  package var microbatch: Int
  package var precision: String
  package var numerics: String
  package var target: TargetDescription
  /// Present where kernels were chosen by measurements.
  package var tuning: Tuning?
  package var tensors: [Tensor] = []
  package var constants: [Constant] = []
  package var steps: [Step] = []
  /// Bytes of scratch memory that one run needs.
  package var arenaBytes = 0
  /// The least that any placement would need: the largest sum of what lives at one step.
  package var arenaBound = 0
  /// Ops of the graph as lowered, before any pass.
  package var graphOps = 0
  /// Batch normalisations that no longer exist.
  package var foldedNorms = 0
  /// Names of the classes in the order of the output's units; may be empty.
  package var classes: [String] = []
  /// What raw data go through before they become the plan's input.
  package var preprocessing: [PreprocessingStep] = []

  /// - Parameter microbatch: nil takes the whole batch.
  package init(
    name: String, batch: Int, microbatch: Int? = nil, precision: String, numerics: String, target: TargetDescription
  ) {
    self.name = name
    self.batch = batch
    self.microbatch = microbatch ?? batch
    self.precision = precision
    self.numerics = numerics
    self.target = target
  }

  /// The tensors that callers fill and read, by their number: the first of each in `tensors`, one microbatch of the
  /// caller's buffer.
  package var inputs: [Tensor] { numbered { if case .input(let index) = $0 { index } else { nil } } }
  package var outputs: [Tensor] { numbered { if case .output(let index) = $0 { index } else { nil } } }

  /// How often a run goes through the steps.
  package var microbatches: Int { batch / microbatch }
  /// Elements of each of the caller's buffers: of the whole batch.
  package var inputCounts: [Int] { inputs.map { $0.shape.elements * microbatches } }
  package var outputCounts: [Int] { outputs.map { $0.shape.elements * microbatches } }

  private func numbered(_ index: (Tensor.Place) -> Int?) -> [Tensor] {
    var seen: [Int: Tensor] = [:]
    for tensor in tensors where tensor.firstChannel == nil {
      if let n = index(tensor.place), seen[n] == nil { seen[n] = tensor }
    }
    return seen.sorted { $0.key < $1.key }.map(\.value)
  }

  /// What a tensor shows of the one that owns its bytes.
  package struct Part: Sendable, Equatable {
    package var root: Int
    /// In whole blocks; 0..<1 where the root does not have four axes.
    package var channels: Range<Int>

    package init(root: Int, channels: Range<Int>) {
      self.root = root
      self.channels = channels
    }

    package func overlaps(_ other: Part) -> Bool { root == other.root && channels.overlaps(other.channels) }
  }

  package func part(_ index: Int) -> Part {
    let root = tensors[index].viewOf ?? index
    guard tensors[root].shape.count == 4 else { return Part(root: root, channels: 0..<1) }
    let first = tensors[index].firstChannel
    let block = tensors[root].layout.channelUnit
    let count = tensors[first == nil ? root : index].shape[1]
    let start = first ?? 0
    return Part(root: root, channels: start..<(start + count + block - 1) / block * block)
  }

  /// The arithmetic of one microbatch.
  package func work(of step: Step) -> Work {
    instance(of: step).work
  }

  package func shape(of operand: Operand) -> [Int] {
    switch operand {
    case .tensor(let index): tensors[index].shape
    case .constant(let index): constants[index].shape
    }
  }
}
