import CPUBackend
import NetIR

/// `netc doctor`: what this machine has, what netc will use of it, and why.
package struct DoctorCommand: Sendable {
  package init() {}

  package func run(_ console: Console) -> ExitCode {
    let host = HostCPU.current
    let target = host.target
    let style = Style(color: console.color)
    func line(_ title: String, _ text: String) { console.out("  \(Format.pad(title, 13))\(text)\n") }
    console.out("\(style.bold("netc \(Version.number)"))   \(Version.build)\n\n")
    line("CPU", host.brand.isEmpty ? "unknown" : host.brand)
    line("cores", "\(host.cores) for this process: `--threads` has this default")
    line("caches", cacheWords(host.cache))
    line("instructions", host.instructionSets.sorted().map(\.rawValue).joined(separator: ", "))
    line("target", "\(target.name): the best that both this CPU and netc's kernels know")
    line("others", "`--target` also takes \(TargetDescription.named.map(\.name).joined(separator: ", "))")
    let unused = host.instructionSets.subtracting(target.instructionSets).sorted().map(\.rawValue)
    if !unused.isEmpty {
      line(
        "not used",
        "\(unused.joined(separator: ", ")): this version has no kernels for \(unused.count == 1 ? "it" : "them")"
      )
    }
    let usable = KernelTable.catalogue.kernels.filter { target.instructionSets.contains($0.instructionSet) }
    line("kernels", "\(usable.count) usable here of \(KernelTable.catalogue.kernels.count) in this binary")
    line("GPU", "not in this version: everything runs on the CPU")
    return .good
  }

  private func cacheWords(_ cache: [Int]) -> String {
    let words = zip(["L1d", "L2", "L3"], cache).map { "\($0) \($1 > 0 ? Format.binary($1) : "unknown")" }
    return words.joined(separator: ", ")
  }
}
