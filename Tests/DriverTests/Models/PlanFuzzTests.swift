import CPUBackend
import Compiler
import Diagnostics
import Driver
import Exchange
import FileTestSupport
import NetIR
import NetworkTestSupport
import Testing

/// Random numbers in a plan whose checksum is right: it is refused, or it runs without touching what is not its own.
@Suite struct PlanFuzzTests {
  /// Each whole number of the text, as ranges.
  private func numbers(_ text: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start: Int?
    for (index, byte) in (text + [0]).enumerated() {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      if isDigit, start == nil { start = index }
      if !isDigit, let first = start {
        found.append(first..<index)
        start = nil
      }
    }
    return found
  }

  private func artefact(_ file: SafetensorsFile, plan: String, graph: String) throws -> [UInt8] {
    var digest = Digest()
    for part in [plan, graph] { Array(part.utf8).withUnsafeBytes { digest.update($0) } }
    let data = try #require(file.metadata["netc.data.crc32"])
    var writer = SafetensorsWriter(
      metadata: [
        ("netc.format", "1"), ("netc.plan.crc32", digest.hexadecimal), ("netc.data.crc32", data),
        ("netc.plan", plan), ("netc.graph", graph),
      ], alignment: 64)
    for tensor in file.tensors {
      writer.add(tensor.name, tensor.type, tensor.shape, bytes: file.withBytes(of: tensor) { Array($0) })
    }
    return try writer.serialised()
  }

  @Test(arguments: 0..<60)
  func numbersOfThePlan(seed: Int) throws { try fuzz(try Compiled(), seed: seed) }

  /// With products that are split: packings and workspaces of their own, and repacked where there are no tiles.
  @Test(arguments: 0..<4)
  func numbersOfASplitPlan(seed: Int) throws {
    let network = try Networks.of(
      """
      - Input:  {shape: [null, 3, 24, 24]}
      - Conv2D: {name: patches, num_filters: 160, filter_size: 5, stride: 2}
      - Conv2D: {name: blocks, num_filters: 32, filter_size: 3, stride: 2}
      - Dense:  {name: out, num_units: 200}
      """)
    let compiled = try Compiled(network, target: "x86-64-amx", batch: 16)
    #expect(Set(compiled.plan.steps.filter { $0.algorithm == SplitProducts.algorithm }.map(\.op.name)).count == 2)
    try fuzz(compiled, seed: seed)
  }

  private func fuzz(_ compiled: Compiled, seed: Int) throws {
    let file = try SafetensorsFile(path: compiled.path)
    let plan = try #require(file.metadata["netc.plan"])
    let graph = try #require(file.metadata["netc.graph"])
    let hosts = [HostCPU.current, HostCPU.current.limited(to: [.generic])]
    var noise = Noise(seed: UInt64(seed) + 100)
    var opened = 0
    for round in 0..<400 {
      let inPlan = noise.next(below: 3) > 0
      var text = Array((inPlan ? plan : graph).utf8)
      let places = numbers(text)
      let place = places[noise.next(below: places.count)]
      let old = Int(String(decoding: text[place], as: UTF8.self)) ?? 0
      let choices = [0, 1, -1, old + 1, old - 1, 2 * old, old + 64, 1 << 20, 1 << 31, 1 << 40, Int.max, Int.min]
      text.replaceSubrange(place, with: Array("\(choices[noise.next(below: choices.count)])".utf8))
      let edited = String(decoding: text, as: UTF8.self)
      let bytes = try artefact(file, plan: inPlan ? edited : plan, graph: inPlan ? graph : edited)
      let path = compiled.folder.store(bytes, as: "fuzz.netc")
      do {
        let model = try Model.open(path, threads: 1, host: hosts[round % 2])
        opened += 1
        let sizes = model.plan.inputs.map { $0.shape.elements / model.plan.microbatch }
        // Changed labels and counts are harmless; a changed size of the input is not to be believed blindly.
        if sizes.reduce(0, +) < 1 << 20 {
          _ = model.executable.run(examples: 1, inputs: sizes.map { [Float](repeating: 1, count: $0) })
        }
      } catch let error as DiagnosticError {
        #expect(isAboutTheFile(error.diagnostic), "\(error.diagnostic.code.rawValue): \(error.diagnostic.message)")
      }
    }
    // Most numbers matter.
    #expect(opened < 399)
  }
}
