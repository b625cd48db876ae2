import GPUKernels
import NetIR

/// What a run of a plan starts on a device, in order: a pure function of the plan.
///
/// Neighbouring steps that work on each element by itself become one launch, whose text is generated; what only they
/// read is never written.
package struct LaunchList: Sendable {
  private(set) var launches: [Launch] = []
  /// The generated kernels, as one text; nil where there are none.
  package private(set) var groupText: String?

  /// - Throws: `unsupported` for a step whose kernel is none of a GPU's.
  package init(_ plan: Plan) throws(GPUProblem) {
    var open: PointwiseRun?
    var names: [PointwiseGroup: String] = [:]
    var finished: [Launch] = []
    func close() {
      guard let run = open else { return }
      let (group, launch) = run.finished(plan)
      let name = names[group] ?? "pointwise\(names.count)"
      names[group] = name
      finished.append(launch(name))
      open = nil
    }
    // What a step before them computes with its own results.
    var taken: Set<Int> = []
    for index in plan.steps.indices where !taken.contains(index) {
      if plan.steps[index].sumsResults { taken.formUnion(plan.stepsOfSums(of: plan.steps[index])) }
      if plan.steps[index].normalizes { taken.formUnion(plan.stepsOfNormalization(behind: index)) }
      guard let parts = PointwiseStep.parts(of: index, in: plan) else {
        close()
        finished.append(try StepLaunch.launch(index, of: plan))
        continue
      }
      for part in parts where open?.take(part) != true {
        close()
        open = PointwiseRun(part)
      }
    }
    close()
    launches = finished
    if !names.isEmpty {
      let isOfTraining = names.keys.contains(where: \.isOfTraining)
      groupText =
        KernelText.groupPrelude(isOfTraining: isOfTraining)
        + names.sorted { $0.value < $1.value }.map { $0.text(name: $1) }.joined()
    }
  }

  /// How many kernels a run starts.
  package var count: Int { launches.reduce(0) { $0 + $1.preceding.count + 1 + $1.following.count } }

  var groupKernels: Set<String> { Set(launches.map(\.kernel).filter { $0.hasPrefix("pointwise") }) }

  /// Everything that has to be compiled before the launches can start.
  ///
  /// - Parameters:
  ///   - more: kernels of the library beside those of the plan.
  ///   - update: kernels that run behind a step of training.
  package func modules(_ more: Set<String> = [], update: [String] = []) -> [KernelModule] {
    let launches = launches.flatMap { $0.preceding + [$0] + $0.following }
    let tensor = Set(launches.compactMap(\.tensorKernel))
    let own = Set(launches.filter { !$0.isOfLibrary }.map(\.kernel))
    let training = own.filter(KernelText.isOfTraining).union(update)
    let written = own.subtracting(groupKernels).subtracting(tensor.map(\.function)).subtracting(training).union(more)
    var modules: [KernelModule] = []
    if !written.isEmpty { modules.append(KernelModule("library", KernelText.library, written)) }
    if !training.isEmpty { modules.append(KernelModule("training", KernelText.trainingLibrary, training)) }
    if !tensor.isEmpty {
      modules.append(KernelModule("tensor", KernelText.tensorModule(tensor), Set(tensor.map(\.function))))
    }
    if let groupText { modules.append(KernelModule("groups", groupText, groupKernels)) }
    return modules
  }
}

/// Kernels that are compiled together.
package struct KernelModule: Sendable {
  /// What files and messages call it.
  package let name: String
  package let text: String
  package let functions: Set<String>

  init(_ name: String, _ text: String, _ functions: Set<String>) {
    (self.name, self.text, self.functions) = (name, text, functions)
  }
}
