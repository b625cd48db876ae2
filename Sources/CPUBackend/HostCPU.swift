import CKernels
import NetIR
import Runtime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What this machine offers.
package struct HostCPU: Sendable {
  package let brand: String
  package let instructionSets: Set<InstructionSet>
  /// Cores that this process may use: its affinity mask, and the quota of its control group.
  package let cores: Int
  /// Bytes of level-1 data, level-2 and level-3 cache; 0 where the system does not say.
  package var cache: [Int] { Self.cacheSizes }

  package static let current = HostCPU()

  /// As if this CPU had only some of its instructions: how older machines are tested.
  package func limited(to sets: Set<InstructionSet>) -> HostCPU {
    HostCPU(brand: brand, instructionSets: instructionSets.intersection(sets), cores: cores)
  }

  private init(brand: String, instructionSets: Set<InstructionSet>, cores: Int) {
    (self.brand, self.instructionSets, self.cores) = (brand, instructionSets, cores)
  }

  private init() {
    var info = ck_cpu_info()
    ck_cpu_detect(&info)
    brand = withUnsafeBytes(of: info.brand) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    instructionSets = Set(InstructionSet.allCases.filter { info.isa_mask & $0.bit != 0 }).union([.generic])
    cores = UsableCores.count
  }

  /// The target `native`: named after the best kernels that run here.
  package var target: TargetDescription {
    let best = TargetDescription.named.last { $0.instructionSets.isSubset(of: instructionSets) }
    return TargetDescription(
      name: best?.name ?? "generic", instructionSets: best?.instructionSets ?? [.generic], cores: cores,
      cache: cache)
  }

  /// Looked up when it is first asked for: running a plan needs none of it.
  private static let cacheSizes: [Int] = {
    #if os(Linux)
      let told = [_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE].map {
        max(0, sysconf(Int32($0)))
      }
      // What the kernel says of this CPU goes first: on some CPUs `sysconf` adds up caches that cannot be shared.
      return told.enumerated().map { level, size in cacheSize(level: level + 1) ?? size }
    #else
      return [0, 0, 0]
    #endif
  }()

  /// Bytes of the data or unified cache of that level that the first CPU uses; nil where the kernel does not say.
  private static func cacheSize(level: Int) -> Int? {
    func line(_ path: String) -> String? { SystemFile.lines(path).first }
    for index in 0..<8 {
      let folder = "/sys/devices/system/cpu/cpu0/cache/index\(index)/"
      guard line(folder + "level").flatMap({ Int($0) }) == level, line(folder + "type") != "Instruction",
        let size = line(folder + "size"), let number = Int(size.prefix { $0.isNumber })
      else { continue }
      switch size.last {
      case "K": return number << 10
      case "M": return number << 20
      default: return number
      }
    }
    return nil
  }
}
