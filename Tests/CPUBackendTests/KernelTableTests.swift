import CKernels
import NetIR
import Testing

@testable import CPUBackend

@Suite struct KernelTableTests {
  @Test func everyRowIsInTheCatalogue() throws {
    var count: Int64 = 0
    let table = try #require(ck_kernels(&count))
    #expect(count > 20)
    #expect(KernelTable.catalogue.kernels.count == Int(count))
    for (index, descriptor) in KernelTable.catalogue.kernels.enumerated() {
      let row = table[index]
      #expect(descriptor.name == String(cString: row.name))
      #expect(descriptor.algorithm == String(cString: row.algorithm))
      #expect(descriptor.block == Int(row.block))
      #expect(descriptor.tileRows == Int(row.tile_m) && descriptor.tileColumns == Int(row.tile_n))
      #expect(KernelTable.catalogue[descriptor.name] == descriptor)
      #expect(KernelTable[descriptor.name]?.kernel == table + index)
    }
  }

  @Test func namesAreUniqueAndSayWhatTheyName() {
    let kernels = KernelTable.catalogue.kernels
    #expect(Set(kernels.map(\.name)).count == kernels.count)
    for kernel in kernels {
      let prefix = "\(kernel.op.rawValue)_\(kernel.algorithm)_"
      #expect(kernel.name.hasPrefix(prefix))
      #expect(kernel.name.contains("_\(kernel.instructionSet.rawValue)"))
      if kernel.tileRows > 0 { #expect(kernel.name.hasSuffix("_\(kernel.tileRows)x\(kernel.tileColumns)")) }
    }
  }

  /// Gradients of images are convolutions on every CPU.
  private static let ops = KernelOp.allCases.filter { $0 != .convolutionData }

  @Test(arguments: ops)
  func everyCPUCanDoEverything(op: KernelOp) {
    let rows = KernelTable.catalogue.kernels.filter { $0.op == op && $0.instructionSet == .generic }
    #expect(rows.contains { $0.storage == .float32 })
  }

  @Test func unknownNamesGiveNothing() {
    #expect(KernelTable["conv2d_direct_f32_sparc_1x1"] == nil)
    #expect(KernelTable.catalogue[""] == nil)
  }

  @Test func codesOfTheTableAreTranslated() {
    #expect(Self.ops.allSatisfy { op in KernelTable.catalogue.kernels.contains { $0.op == op } })
    #expect(KernelOp(99) == nil && InstructionSet(99) == nil && StorageType(99) == nil)
    #expect(Set(InstructionSet.allCases.map(\.bit)).count == InstructionSet.allCases.count)
  }
}
