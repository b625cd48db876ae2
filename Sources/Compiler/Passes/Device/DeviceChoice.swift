import NetIR

/// Which kernel of a GPU computes an op where NVIDIA's libraries compete with netc's own: by their times where somebody
/// took them, else by a rule.
enum DeviceChoice {
  /// Products of at least so many multiplications go to a library that is there; smaller ones are bound by their launch,
  /// which a kernel of netc's own does without the library's preparations.
  static let leastProduct = 1 << 22

  /// - Parameter own: what `DeviceKernels` takes of netc's kernels.
  /// - Returns: nil where there is no choice.
  static func choice(for instance: OpInstance, own: KernelDescriptor, _ options: CompileOptions) -> Plan.Choice? {
    let kernels = options.catalogue.kernels.filter { $0.op == own.op && $0.instructionSet == .cuda }
    let offered = kernels.filter {
      $0.library != nil && (instance.isSummed || !$0.sumsResults)
        && (instance.normalization != nil || !$0.normalizes)
    }
    let others = kernels.filter {
      $0.library == nil && $0.algorithm == own.algorithm && $0.storage == own.storage && $0.name != own.name
    }
    guard !offered.isEmpty || options.measurements != nil && !others.isEmpty else { return nil }
    var possible: [KernelDescriptor] = []
    var excluded: [Plan.Choice.Candidate] = []
    for kernel in offered {
      let refusal = options.refusals[instance.signature]?[kernel.name]
      let obstacle = kernel.takesMore ? obstacleToMore(instance.op, options) : nil
      if let reason = kernel.library?.obstacle(instance.op, batch: instance.result[0]) ?? obstacle ?? refusal {
        excluded.append(Plan.Choice.Candidate(kernel: kernel.name, exclusion: reason))
      } else {
        possible.append(kernel)
      }
    }
    // Netc's own gradient of an image is there for those that libraries refuse.
    let isImages = own.op == .convolutionData
    let usesLibrary = isImages || own.algorithm != "depthwise" && instance.work.macs >= leastProduct
    // Kernels that do what steps behind would do stand behind all others: nothing but their times speaks for them.
    let (plain, more) = (possible.filter { !$0.takesMore }, possible.filter(\.takesMore))
    let ruled = (usesLibrary ? plain + [own] : [own] + plain) + others + more
    let times = options.measurements
    let candidates = ruled.map {
      Plan.Choice.Candidate(kernel: $0.name, measured: times?[instance.signature, $0.name])
    }
    return Plan.Choice(candidates: ordered(candidates, leastGain: times?.leastGain) + excluded)
  }

  /// Why a kernel cannot take sums of its results, or normalise with moments that it takes. A variance that is a
  /// difference of large sums loses digits: numbers of 16 bits have few enough. For gradients of images cuDNN has kernels
  /// of fp16 alone.
  private static func obstacleToMore(_ op: GraphOp, _ options: CompileOptions) -> String? {
    if case .gradient(.convolutionData) = op {
      return options.precision == .fp16 ? nil : "it sums gradients of fp16 alone"
    }
    switch op {
    case .training(.moments), .gradient(.normalizeSums):
      guard options.numerics == .fast else { return "strict numerics take sums in netc's own order" }
      return options.precision == .fp32 ? "it normalises bf16 and fp16 alone" : nil
    default: break
    }
    guard case .conv2D(_, Epilogue(bias: false)) = op else { return "it sums plain products" }
    guard options.numerics == .fast else { return "strict numerics take moments without large squares" }
    return options.precision == .fp32 ? "it sums squares of bf16 and fp16 alone" : nil
  }

  /// Either a convolution sums its results for the moments behind it, or a library takes these together with what they
  /// normalise: whichever saves more. The other's kernels are excluded.
  ///
  /// - Parameter id: of either, whose choice was just made; the convolution comes first.
  static func settle(_ id: ValueID, in graph: inout Graph, _ options: CompileOptions) {
    guard let choice = graph[id].choice else { return }
    if case .training(.moments) = graph[id].op {
      let x = graph[id].operands[0]
      guard graph.moments(of: x) == id, let maker = graph[x].choice, sums(maker, options) else { return }
      graph[id].choice = excluding(choice, options, because: "a convolution takes the moments of its results") {
        $0.normalizes
      }
      return
    }
    guard sums(choice, options), let moments = graph.moments(of: id) else { return }
    var instance = graph.instance(of: moments)
    instance.normalization = graph.wholeNormalization(of: moments)
    guard let own = DeviceKernels.choice(for: instance, options),
      let saved = saved(by: choice, options), let normalization = Self.choice(for: instance, own: own, options),
      let more = Self.saved(by: normalization, options), more > saved
    else { return }
    graph[id].choice = excluding(choice, options, because: "cuDNN takes the moments with their normalisation") {
      $0.sumsResults
    }
  }

  /// Whether the kernel that was taken sums results.
  private static func sums(_ choice: Plan.Choice, _ options: CompileOptions) -> Bool {
    choice.taken.flatMap { options.catalogue[$0.kernel] }?.sumsResults == true
  }

  /// Nanoseconds that a kernel saves which does what steps behind it would do; nil where none is taken, or no other was
  /// timed.
  private static func saved(by choice: Plan.Choice, _ options: CompileOptions) -> Int? {
    func takesMore(_ candidate: Plan.Choice.Candidate) -> Bool {
      options.catalogue[candidate.kernel]?.takesMore == true
    }
    guard let taken = choice.taken, takesMore(taken), let time = taken.measured else { return nil }
    return choice.candidates.filter { !takesMore($0) }.compactMap(\.measured).min().map { $0 - time }
  }

  private static func excluding(
    _ choice: Plan.Choice, _ options: CompileOptions, because reason: String, _ isOut: (KernelDescriptor) -> Bool
  ) -> Plan.Choice {
    func leaves(_ candidate: Plan.Choice.Candidate) -> Bool {
      candidate.exclusion == nil && options.catalogue[candidate.kernel].map(isOut) == true
    }
    return Plan.Choice(
      candidates: choice.candidates.filter { !leaves($0) }
        + choice.candidates.filter(leaves).map { Plan.Choice.Candidate(kernel: $0.kernel, exclusion: reason) })
  }

  /// Whether the gradient of filters is best computed of the batch as a whole, as libraries do, or of slices of it.
  ///
  /// - Parameters:
  ///   - whole: in one slice.
  ///   - sliced: the same in as many as netc's own kernels want.
  static func takesWhole(_ whole: OpInstance, sliced: OpInstance, _ options: CompileOptions) -> Bool {
    guard let own = DeviceKernels.choice(for: whole, options) else { return false }
    var ruling = options
    ruling.measurements = nil
    let ruled = choice(for: whole, own: own, ruling)?.taken
    let isRuled = ruled.flatMap { options.catalogue[$0.kernel] }?.library != nil
    guard let times = options.measurements else { return isRuled }
    guard let taken = choice(for: whole, own: own, options)?.taken else { return false }
    guard let time = taken.measured, let other = times.times[sliced.signature]?.values.min() else {
      return options.catalogue[taken.kernel]?.library != nil
    }
    return isQuicker(time, than: other, isRuled: isRuled, times)
  }

  /// Whether the gradient of an image is best computed as such, or by the convolutions that it can be made of.
  ///
  /// - Parameter convolutions: what it is lowered to, one for each phase of its strides. What packs their weights and
  ///   brings the phases together is not in their times; sums that are taken behind the gradient are in both.
  static func takesGradient(_ gradient: OpInstance, of convolutions: [OpInstance], _ options: CompileOptions) -> Bool {
    guard options.target.isDevice, options.dataGradients != .lowered,
      case .gradient(.convolutionData(let attributes, _)) = gradient.op,
      let own = DeviceKernels.choice(for: gradient, options)
    else { return false }
    guard options.dataGradients == .chosen else { return true }
    guard let taken = choice(for: gradient, own: own, options)?.taken else { return false }
    let isRuled =
      options.catalogue[taken.kernel]?.library != nil && convolutions.count > 1 && attributes.groups == 1
      && gradient.work.macs >= leastProduct
    guard let times = options.measurements else { return isRuled }
    let others = convolutions.map { times.times[$0.signature]?.values.min() }
    let sums = gradient.isSummed ? times[gradient.signature, MeasurementTable.sums] : 0
    guard let time = taken.measured, let sums, !others.contains(nil) else { return isRuled }
    return isQuicker(time, than: others.reduce(sums) { $0 + ($1 ?? 0) }, isRuled: isRuled, times)
  }

  /// What the rule takes is kept unless the other is quicker by more than noise.
  private static func isQuicker(_ time: Int, than other: Int, isRuled: Bool, _ times: MeasurementTable) -> Bool {
    isRuled
      ? Double(time) < times.leastGain * Double(other) : times.leastGain * Double(time) <= Double(other)
  }

  /// The rule's first, unless another one was measured to be quicker by more than noise; then by time, and those that
  /// nobody timed as the rule has them.
  private static func ordered(_ candidates: [Plan.Choice.Candidate], leastGain: Double?) -> [Plan.Choice.Candidate] {
    let sorted = candidates.enumerated().sorted {
      ($0.element.measured ?? .max, $0.offset) < ($1.element.measured ?? .max, $1.offset)
    }.map(\.element)
    guard let ruled = candidates.first, let quickest = sorted.first, let time = quickest.measured, let leastGain else {
      return candidates
    }
    guard let known = ruled.measured, Double(known) < leastGain * Double(time) else { return sorted }
    return [ruled] + sorted.filter { $0.kernel != ruled.kernel }
  }
}
