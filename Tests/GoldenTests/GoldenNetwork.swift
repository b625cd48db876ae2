import CPUBackend
import Compiler
import Driver
import FileTestSupport
import Layers
import NetIR

/// A network of `specs/`, compiled for machines that this one need not be.
struct GoldenNetwork {
  struct Invalid: Error { let problems: String }

  let network: Network

  init(_ spec: String) throws {
    let loaded = SpecLoader.load("\(Repository.root)/\(spec)", as: spec)
    guard let network = loaded.network else {
      throw Invalid(problems: DiagnosticPrinter.rendered(loaded, .text, color: false, width: 100))
    }
    self.network = network
  }

  func options(_ target: String, _ precision: Precision = .fp32) throws -> CompileOptions {
    CompileOptions(
      batch: try CompilerFront.batch(nil, for: network), precision: precision,
      target: try CompilerFront.target(target), catalogue: KernelTable.catalogue)
  }

  func compiled(_ target: String, _ precision: Precision = .fp32) throws -> CompiledNetwork {
    try CompilerFront.compile(network, try options(target, precision))
  }
}
