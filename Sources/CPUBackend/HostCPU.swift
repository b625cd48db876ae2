import CKernels
import NetIR

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
  package let cache: [Int]

  package static let current = HostCPU()

  /// As if this CPU had only some of its instructions: how older machines are tested.
  package func limited(to sets: Set<InstructionSet>) -> HostCPU {
    HostCPU(brand: brand, instructionSets: instructionSets.intersection(sets), cores: cores, cache: cache)
  }

  private init(brand: String, instructionSets: Set<InstructionSet>, cores: Int, cache: [Int]) {
    (self.brand, self.instructionSets, self.cores, self.cache) = (brand, instructionSets, cores, cache)
  }

  private init() {
    var info = ck_cpu_info()
    ck_cpu_detect(&info)
    brand = withUnsafeBytes(of: info.brand) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    instructionSets = Set(InstructionSet.allCases.filter { info.isa_mask & $0.bit != 0 }).union([.generic])
    cores = Self.usableCores()
    #if os(Linux)
      let told = [_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE].map {
        max(0, sysconf(Int32($0)))
      }
      // What the kernel says of this CPU goes first: on some CPUs `sysconf` adds up caches that cannot be shared.
      cache = told.enumerated().map { level, size in Self.cacheSize(level: level + 1) ?? size }
    #else
      cache = [0, 0, 0]
    #endif
  }

  /// The target `native`: named after the best kernels that run here.
  package var target: TargetDescription {
    let best = TargetDescription.named.last { $0.instructionSets.isSubset(of: instructionSets) }
    return TargetDescription(
      name: best?.name ?? "generic", instructionSets: best?.instructionSets ?? [.generic], cores: cores,
      cache: cache)
  }

  private static func usableCores() -> Int {
    #if os(Linux)
      var count = Int(ck_cpu_count())
      if let quota = cgroupQuota() { count = min(count, max(1, quota)) }
      return max(1, count)
    #else
      return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    #endif
  }

  /// Bytes of the data or unified cache of that level that the first CPU uses; nil where the kernel does not say.
  private static func cacheSize(level: Int) -> Int? {
    for index in 0..<8 {
      let folder = "/sys/devices/system/cpu/cpu0/cache/index\(index)/"
      guard firstLine(folder + "level").flatMap({ Int($0) }) == level, firstLine(folder + "type") != "Instruction",
        let size = firstLine(folder + "size"), let number = Int(size.prefix { $0.isNumber })
      else { continue }
      switch size.last {
      case "K": return number << 10
      case "M": return number << 20
      default: return number
      }
    }
    return nil
  }

  /// Whole cores of the control group's CPU quota (version 2: `max` or `quota period`); nil without one.
  private static func cgroupQuota() -> Int? {
    guard let text = firstLine("/sys/fs/cgroup/cpu.max") else { return nil }
    let words = text.split(separator: " ")
    guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), period > 0 else {
      return nil
    }
    return (quota + period - 1) / period
  }

  /// Without its end; nil for a file that cannot be read.
  private static func firstLine(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 64)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    return String(
      decoding: line.prefix { $0 != 0 && $0 != CChar(bitPattern: UInt8(ascii: "\n")) }.map(UInt8.init(bitPattern:)),
      as: UTF8.self)
  }
}
