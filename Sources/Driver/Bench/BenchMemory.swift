import Exchange
import NetIR
import Runtime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The memory of a process that loaded and ran one model, and what it was needed for. All in bytes.
struct BenchMemory {
  /// The most that was resident at once.
  let peak: Int
  /// Resident before anything was loaded: program, libraries, and what they set up for themselves.
  let process: Int
  /// As they are packed; mapped from an artefact they are shared with whoever maps it, too.
  let weights: Int
  let arena: Int
  /// The buffers of the caller.
  let inputsAndOutputs: Int

  /// What a run cannot do without.
  private var needed: Int { weights + arena + inputsAndOutputs }

  /// What the model took, over what it needs; the process itself left out.
  private var ratio: Double { Double(max(0, peak - process)) / Double(max(1, needed)) }

  /// In two lines.
  var words: [String] {
    [
      "peak \(Format.binary(peak)), before loading \(Format.binary(process))",
      "weights \(Format.binary(weights)), arena \(Format.binary(arena)), "
        + "input and output \(Format.binary(inputsAndOutputs))",
    ]
  }

  var json: JSONValue {
    .object([
      ("process_bytes", .int(process)), ("weight_bytes", .int(weights)), ("arena_bytes", .int(arena)),
      ("input_output_bytes", .int(inputsAndOutputs)), ("peak_ratio", .double((ratio * 1e4).rounded() / 1e4)),
    ])
  }

  /// The most bytes that this process had resident so far. Linux counts for this program alone; what `getrusage` says
  /// begins with the size of the process that started it.
  static func residentPeak() -> Int {
    let line = SystemFile.lines("/proc/self/status").first { $0.hasPrefix("VmHWM:") }
    if let kibibytes = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) {
      return kibibytes * 1024
    }
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    return usage.ru_maxrss * 1024
  }
}
