import Compiler
import GPUBackend
import NetIR
import NetworkTestSupport
import Testing

/// Every layer and every option of the language on the fake device: what the interpreter says, in double precision.
@Suite struct LayerTests {
  @Test(arguments: LayerNets.all)
  func everyLayerAndOption(net: LayerNets.Net) throws {
    let network = try Networks.of(net.yaml, name: net.name)
    let batch = network.fixedBatch ?? 3
    try DeviceAgreement(network.lowered(batch: batch).graph).check(batch: batch)
  }

  @Test(arguments: LayerNets.all)
  func inBFloat16(net: LayerNets.Net) throws {
    let network = try Networks.of(net.yaml, name: net.name)
    let batch = network.fixedBatch ?? 2
    var agreement = try DeviceAgreement(network.lowered(batch: batch).graph)
    agreement.precision = .bf16
    let plan = try agreement.check(batch: batch, tolerance: 4e-2).plan
    #expect((plan.inputs + plan.outputs).allSatisfy { $0.layout == .plain })
  }

  @Test(arguments: LayerNets.all)
  func inFloat16(net: LayerNets.Net) throws {
    let network = try Networks.of(net.yaml, name: net.name)
    let batch = network.fixedBatch ?? 2
    var agreement = try DeviceAgreement(network.lowered(batch: batch).graph)
    agreement.precision = .fp16
    let plan = try agreement.check(batch: batch, tolerance: 5e-3).plan
    #expect((plan.inputs + plan.outputs).allSatisfy { $0.layout == .plain })
  }
}
