import NetIR

/// The gradient of a convolution's image as one product: by a library, or by a kernel that gathers.
enum ImageGradientLaunch {
  static func launch(_ index: Int, of plan: Plan, _ a: ConvolutionAttributes) -> Launch {
    let step = plan.steps[index]
    let (g, weights) = (plan.view(step.operands[0]), plan.view(step.operands[1]))
    let image = plan.view(.tensor(step.result))
    if step.library != nil {
      // In the order of the structure of convolutions.
      let launch = Launch(
        index, step.kernel, grid: (0, 0, 0), [image.address, weights.address, nil, nil, g.address])
      return step.sumsResults ? SummedResults.added(to: launch, index, of: plan) : launch
    }
    var launch = Launch(
      index, DeviceKernelTable.function(of: step.kernel), grid: Launch.grid(elements: image.shape.elements),
      [g.address, weights.address, image.address])
    launch.numbers.add(g.strides)
    launch.numbers.add(image.strides)
    launch.numbers.add(image.shape[0], image.shape[1] / a.groups, image.shape[2], image.shape[3])
    launch.numbers.add(g.shape[1] / a.groups, a.groups, g.shape[2], g.shape[3])
    launch.numbers.add(a.kernel.height, a.kernel.width, a.stride.height, a.stride.width)
    launch.numbers.add(a.dilation.height, a.dilation.width, a.padding.top, a.padding.left)
    launch.numbers.add(g.storage, weights.storage, image.storage)
    return launch
  }
}
