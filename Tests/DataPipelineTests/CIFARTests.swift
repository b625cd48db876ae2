import DataPipeline
import Diagnostics
import FileTestSupport
import Testing

struct CIFARTests {
  private static func record(_ label: UInt8, _ size: Int) -> [UInt8] {
    [label] + (0..<3 * size).map { UInt8(truncatingIfNeeded: $0 + Int(label)) }
  }

  @Test func filesFollowEachOther() throws {
    let folder = TemporaryFolder()
    let a = folder.store(Self.record(3, 6) + Self.record(1, 6), as: "a.bin")
    let b = folder.store(Self.record(9, 6), as: "b.bin")
    let data = try CIFAR.read(paths: [a, b], height: 2, width: 3)
    #expect(data.count == 3 && data.inputs[0].shape == [3, 2, 3])
    #expect((0..<3).map { data.targets[0].floats(of: $0) } == [[3], [1], [9]])
    #expect(data.inputs[0].floats(of: 1) == (0..<18).map { Float($0 + 1) })
  }

  @Test(arguments: [0, 18, 20, 56]) func whatIsNoRecordIsRefused(_ count: Int) throws {
    let folder = TemporaryFolder()
    let file = folder.store([UInt8](repeating: 1, count: count), as: "a.bin")
    let error = try #require(throws: DiagnosticError.self) { try CIFAR.read(paths: [file], height: 2, width: 3) }
    #expect(error.diagnostic.code == .damagedCifar)
  }

  @Test(.enabled(if: SharedData.file("cifar10/val.bin.gz") != nil, "shared/data/cifar10 is not here"))
  func theRealFile() throws {
    let path = try #require(SharedData.file("cifar10/val.bin.gz"))
    let data = try CIFAR.read(paths: [path], height: 32, width: 32)
    #expect(data.count == 2000 && data.inputs[0].size == 3072)
    #expect((0..<2000).allSatisfy { (0...9).contains(data.targets[0].floats(of: $0)[0]) })
  }
}
