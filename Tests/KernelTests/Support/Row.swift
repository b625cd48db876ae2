import CKernels
import Synchronization
import Testing

/// One row of the kernel table.
///
/// The table is constant, which is why sharing its pointers is safe.
struct Row: @unchecked Sendable, CustomTestStringConvertible {
  let pointer: UnsafePointer<ck_kernel>

  var kernel: ck_kernel { pointer.pointee }
  var name: String { String(cString: kernel.name) }
  var algorithm: String { String(cString: kernel.algorithm) }
  var op: ck_op { ck_op(UInt32(kernel.op)) }
  /// The vector length of its blocked tensors, or 0.
  var block: Int { Int(kernel.block) }
  var storage: ck_storage { ck_storage(UInt32(kernel.storage)) }
  /// fp32 numbers in a vector.
  var lanes: Int {
    switch ck_isa(UInt32(kernel.isa)) {
    case CK_ISA_GENERIC: 4
    case CK_ISA_AVX2, CK_ISA_NEON: 8
    default: 16
    }
  }
  var testDescription: String { name }

  var isAMX: Bool { kernel.isa == CK_ISA_AMX.rawValue }

  /// The rows whose instruction set this CPU has, and those of AMX on a model of its tiles.
  static let all: [Row] = native + modelled

  private static let modelled: [Row] = {
    var count: Int64 = 0
    guard let table = ck_modelled_kernels(&count) else { return [] }
    return (0..<Int(count)).map { Row(pointer: table + $0) }
  }()

  private static let native: [Row] = {
    var cpu = ck_cpu_info()
    ck_cpu_detect(&cpu)
    var count: Int64 = 0
    guard let table = ck_kernels(&count) else { return [] }
    return (0..<Int(count)).map { Row(pointer: table + $0) }.filter { cpu.isa_mask >> $0.kernel.isa & 1 == 1 }
  }()

  static func of(_ op: ck_op, _ algorithm: String? = nil) -> [Row] {
    all.filter { $0.op == op && (algorithm == nil || $0.algorithm == algorithm) }
  }

  /// Runs all units at once.
  func run<Args>(_ args: Args) {
    Exercised.note(name)
    withUnsafePointer(to: args) { kernel.run($0, 0, kernel.units($0)) }
  }

  /// Runs the units one range after the other, the last range first.
  func runInPieces<Args>(_ args: Args) {
    withUnsafePointer(to: args) {
      let units = kernel.units($0)
      var end = units
      var size: Int64 = 1
      while end > 0 {
        let begin = max(0, end - size)
        kernel.run($0, begin, end)
        end = begin
        size = size % 3 + 1
      }
    }
  }

  func packedFloats<Args>(_ args: Args) -> Int {
    withUnsafePointer(to: args) { Int(kernel.packing.pointee.floats(pointer, $0)) }
  }

  /// Packs, and checks that every float of the packed form is written, none beyond, and that unpacking gives back
  /// the weights.
  func pack<Args>(_ args: Args, _ weights: [Float]) -> Guarded {
    let packed = Guarded(packedFloats(args), fenced: true)
    let unpacked = Guarded(weights.count)
    withUnsafePointer(to: args) {
      kernel.packing.pointee.pack(pointer, $0, weights, packed.data)
      kernel.packing.pointee.unpack(pointer, $0, packed.data, unpacked.data)
    }
    packed.expectIntact("packed weights")
    unpacked.expectIntact("unpacked weights")
    #expect(!packed.bits.contains(Guarded.canary), "\(name): a packed float was not written")
    #expect(unpacked.bits == weights.map(\.bitPattern), "\(name): unpack is not the inverse of pack")
    return packed
  }
}

/// The names of the rows that some test ran.
enum Exercised {
  private static let names = Mutex<Set<String>>([])

  static func note(_ name: String) { names.withLock { _ = $0.insert(name) } }
  static var all: Set<String> { names.withLock { $0 } }
}

/// After all suites: of each op that was tested at all, every row was run. (`--filter` may leave ops out.)
struct EveryRowIsExercised: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await function()
    let exercised = Exercised.all
    let tested = Set(Row.all.filter { exercised.contains($0.name) }.map(\.kernel.op))
    let missing = Row.all.filter { tested.contains($0.kernel.op) && !exercised.contains($0.name) }
    #expect(missing.isEmpty, "rows that no test ran: \(missing.map(\.name))")
    if exercised.count > Row.all.count / 2 {
      #expect(exercised == Set(Row.all.map(\.name)))
    }
  }
}

/// The root of all suites of this module.
@Suite(EveryRowIsExercised()) struct Kernels {
  @Test func namesAreUnique() {
    #expect(Set(Row.all.map(\.name)).count == Row.all.count)
  }

  @Test func everyOpHasAGenericRow() {
    for op in 0..<CK_OP_COUNT.rawValue {
      #expect(Row.all.contains { $0.kernel.op == Int32(op) && $0.kernel.isa == CK_ISA_GENERIC.rawValue })
    }
  }
}
