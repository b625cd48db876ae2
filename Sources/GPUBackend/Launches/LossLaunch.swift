import NetIR

/// How losses and their gradients are launched.
extension TrainingLaunch {
  /// - Parameters:
  ///   - prediction: the place of that operand; the target follows.
  ///   - kernels: for one term whose classes a block goes over, and for all others.
  static func losses(
    _ index: Int, _ plan: Plan, _ loss: Loss, prediction: Int, kernels: (row: String, terms: String),
    gradient: TensorView?
  ) -> Launch {
    let step = plan.steps[index]
    let (x, target) = (plan.view(step.operands[prediction]), plan.view(step.operands[prediction + 1]))
    let y = plan.view(.tensor(step.result))
    let shape = plan.shape(of: step.operands[prediction])
    let classes = loss.isOverClasses ? shape[1] : 1
    let terms = shape.dropFirst(loss.isOverClasses ? 2 : 1).reduce(1, *)
    let isClass =
      loss.isOverClasses && plan.shape(of: step.operands[prediction + 1]) == Loss.classShape(of: shape)
    let (kind, number) = code(of: loss)
    let isRow = terms == 1 && kind < 2
    var launch = Launch(
      index, isRow ? kernels.row : kernels.terms, grid: (x: shape[0], y: 1, z: 1),
      [x.address, target.address, gradient?.address, y.address])
    if !isRow, gradient != nil { launch.grid = Launch.grid(elements: shape[0] * terms) }
    launch.numbers.add(shape[0], classes, terms, kind, isClass ? 1 : 0)
    launch.numbers.add(x.storage, target.storage, y.storage)
    launch.numbers.add(number)
    return launch
  }

  private static func code(of loss: Loss) -> (Int, Float) {
    switch loss {
    case .softmaxCrossEntropy(let smoothing): (0, smoothing)
    case .crossEntropy(let smoothing): (1, smoothing)
    case .multiclassHinge(let delta): (2, delta)
    case .sigmoidCrossEntropy: (3, 0)
    case .binaryCrossEntropy: (4, 0)
    case .squaredError: (5, 0)
    case .absoluteError: (6, 0)
    case .huber(let delta): (7, delta)
    case .binaryHinge(let delta): (8, delta)
    }
  }
}
