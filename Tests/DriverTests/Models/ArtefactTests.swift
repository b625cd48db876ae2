import CPUBackend
import Compiler
import Driver
import Exchange
import FileTestSupport
import NetIR
import NetworkTestSupport
import Testing

@Suite struct ArtefactTests {
  @Test(arguments: ["digits", "lenet", "mnist", "resnet20"], [1, 4])
  func givesTheSameBitsAsTheNetwork(name: String, batch: Int) throws {
    let compiled = try Compiled(try Networks.spec(name), batch: batch)
    let model = try Model.open(compiled.path, threads: 2, verifyWeights: true)
    #expect(model.remark == nil)
    #expect(model.plan == compiled.plan)
    #expect(compiled.results(model, 5) == (try compiled.results(5)))
  }

  @Test func everythingTravels() throws {
    let compiled = try Compiled()
    let artefact = try Artefact(path: compiled.path, catalogue: KernelTable.catalogue)
    #expect(artefact.plan == compiled.plan)
    #expect(try artefact.portable() == compiled.portable)
    #expect(artefact.producer == "test")
    #expect(artefact.plan.classes == ["cat", "dog", "bird, blue"])
    #expect(artefact.plan.preprocessing == [.scale(low: -1, high: 1), .subtract([0.25, -0.5])])
    let (pieces, owner) = artefact.mappedConstants()
    withExtendedLifetime(owner) {
      for (piece, constant) in zip(pieces, compiled.constants.constants) {
        #expect(Int(bitPattern: piece.baseAddress) % 64 == 0)
        #expect(piece.prefix(constant.count).elementsEqual(constant))
        #expect(piece.dropFirst(constant.count).allSatisfy { $0 == 0 })
      }
    }
  }

  @Test func isValidSafetensors() throws {
    let compiled = try Compiled()
    let file = try SafetensorsFile(path: compiled.path)
    #expect(file.tensors.map(\.name) == compiled.plan.constants.map(\.name))
    #expect(file.metadata["netc.format"] == "1" && file.metadata["netc.producer"] == "test")
    #expect(file.tensors.allSatisfy { $0.range.lowerBound % 64 == 0 })
    #expect(compiled.bytes.withUnsafeBytes { Artefact.isArtefact($0) })
  }

  @Test(arguments: ["generic", "x86-64-avx2", "x86-64-avx512"])
  func compilingTwiceGivesEqualBytes(target: String) throws {
    let (a, b) = (try Compiled(target: target), try Compiled(target: target))
    #expect(!a.bytes.isEmpty && a.bytes == b.bytes)
    // Writing again does, too.
    try a.write(a.plan, a.portable, to: a.path)
    #expect(a.bytes == b.bytes)
  }

  @Test func anExistingFileIsReplaced() throws {
    let compiled = try Compiled()
    let before = compiled.bytes
    compiled.folder.store([1, 2, 3], as: "net.netc")
    try compiled.write(compiled.plan, compiled.portable, to: compiled.path)
    #expect(compiled.bytes == before)
    #expect(compiled.folder.names == ["net.netc"])
  }

  @Test func aSpecIsNoArtefact() {
    for text in ["", "layers:", "{layers: []}", "name: x\nlayers: []\n"] {
      #expect(!Array(text.utf8).withUnsafeBytes { Artefact.isArtefact($0) })
    }
  }
}
