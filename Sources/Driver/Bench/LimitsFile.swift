import CPUBackend
import Diagnostics
import Exchange
import Glibc

/// What `netc doctor --measure` found out, kept for `netc bench --profile`: one small file per machine in the user's
/// cache folder (`$XDG_CACHE_HOME/netc`, else `~/.cache/netc`).
///
/// The file names the CPU, its cores and its instructions, and is taken for this machine alone. Whatever is wrong with
/// it, measuring again mends it.
struct LimitsFile: Sendable {
  /// Raised when the loops or what they are measured on change: older figures cannot be compared.
  static let format = 3

  struct Content: Sendable, Equatable {
    /// UTC, `2026-11-21T06:20:00Z`.
    var date: String
    var limits: [MachineLimits]

    subscript(threads threads: Int) -> MachineLimits? { limits.first { $0.threads == threads } }
  }

  enum Finding: Sendable, Equatable {
    case nothing
    /// There is a file, and it cannot be used: why.
    case unusable(String)
    case content(Content)
  }

  let host: HostCPU
  /// nil where there is no home and no cache folder.
  let path: String?

  init(host: HostCPU = .current, environment: (String) -> String? = Self.environment) {
    self.host = host
    let caches =
      if let folder = environment("XDG_CACHE_HOME"), folder.hasPrefix("/") { String?.some(folder) } else {
        environment("HOME").flatMap { $0.hasPrefix("/") ? $0 + "/.cache" : nil }
      }
    var name = Digest()
    var key = Self.key(of: host)
    key.withUTF8 { name.update(UnsafeRawBufferPointer($0)) }
    path = caches.map { "\($0)/netc/limits-\(name.hexadecimal).json" }
  }

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private static func key(of host: HostCPU) -> String {
    "\(host.brand)|\(host.cores)|\(instructions(host))|\(host.cache)"
  }

  private static func instructions(_ host: HostCPU) -> String {
    host.instructionSets.sorted().map(\.rawValue).joined(separator: ",")
  }

  // MARK: Reading

  func read() -> Finding {
    guard let path, access(path, F_OK) == 0 else { return .nothing }
    do {
      let file = try MappedFile(path: path)
      guard file.count < 1 << 20 else { return .unusable("it is far too large") }
      let text = file.withBytes { String(decoding: $0, as: UTF8.self) }
      guard let value = try? JSONValue(parsing: text) else { return .unusable("it is damaged") }
      return finding(value)
    } catch { return .unusable(error.diagnostic.message) }
  }

  private func finding(_ value: JSONValue) -> Finding {
    guard value["format"]?.intValue == Self.format else { return .unusable("another version of netc wrote it") }
    guard value["cpu"]?.stringValue == host.brand, value["cores"]?.intValue == host.cores,
      value["instructions"]?.stringValue == Self.instructions(host)
    else { return .unusable("it is of another machine") }
    guard let date = value["measured"]?.stringValue, date.utf8.count <= 32,
      date.allSatisfy({ "0123456789TZ:-".contains($0) }), let entries = value["threads"]?.arrayValue
    else { return .unusable("it is damaged") }
    let limits = entries.compactMap(MachineLimits.init(json:))
    guard limits.count == entries.count else { return .unusable("it is damaged") }
    return .content(Content(date: date, limits: limits))
  }

  // MARK: Writing

  /// Stores the results; those of other numbers of threads stay.
  ///
  /// - Throws: N0513.
  func write(_ limits: [MachineLimits], date: String) throws(DiagnosticError) {
    guard let path else { return }
    var kept: [MachineLimits] = []
    if case .content(let content) = read() {
      kept = content.limits.filter { old in !limits.contains { $0.threads == old.threads } }
    }
    let all = (kept + limits).sorted { $0.threads < $1.threads }
    let value = JSONValue.object([
      ("format", .int(Self.format)), ("cpu", .string(host.brand)), ("cores", .int(host.cores)),
      ("instructions", .string(Self.instructions(host))), ("measured", .string(date)),
      ("threads", .array(all.map(\.json))),
    ])
    Self.makeFolders(of: path)
    try AtomicFile.write(path: path) { (file) throws(DiagnosticError) in
      try file.write(value.serialised(pretty: true) + "\n")
    }
  }

  /// What cannot be made shows when the file is written.
  private static func makeFolders(of path: String) {
    for index in path.indices.dropFirst() where path[index] == "/" { mkdir(String(path[..<index]), 0o700) }
  }

  /// Now, in UTC.
  static func date() -> String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 32)
    strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension MachineLimits {
  /// As the cache file and `--json` have it.
  var json: JSONValue {
    .object(
      [("threads", .int(threads))]
        + Quantity.allCases.map { quantity in
          (quantity.key, self[quantity]?.json ?? .null)
        })
  }

  /// nil for anything but plausible rates.
  init?(json: JSONValue) {
    guard let threads = json["threads"]?.intValue, (1...4096).contains(threads) else { return nil }
    var rates: [Quantity: Rate] = [:]
    for quantity in Quantity.allCases {
      guard let value = json[quantity.key] else { return nil }
      if value == .null, [.bf16, .tiles, .l2, .l3].contains(quantity) { continue }
      guard let median = value["median"]?.doubleValue, let low = value["min"]?.doubleValue,
        let high = value["max"]?.doubleValue
      else { return nil }
      let rate = Rate(median: median, low: low, high: high)
      guard rate.isPlausible else { return nil }
      rates[quantity] = rate
    }
    self.init(threads: threads, rates: rates)
  }
}

extension MachineLimits.Rate {
  fileprivate var json: JSONValue {
    func short(_ value: Double) -> JSONValue { .double((value * 1000).rounded() / 1000) }
    return .object([("median", short(median)), ("min", short(low)), ("max", short(high))])
  }
}

extension MachineLimits.Quantity {
  /// Its name in JSON, with the unit.
  var key: String { rawValue + (isArithmetic ? "_gflop_per_s" : "_gb_per_s") }

  /// Its name for people.
  var words: String {
    switch self {
    case .fma: "fp32 multiply-add, registers"
    case .tile: "fp32 convolution tile, L1"
    case .bf16: "bf16 multiply-add, registers"
    case .tiles: "bf16 products of tiles (AMX)"
    case .l2: "read L2"
    case .l3: "read L3"
    case .dram: "read DRAM"
    }
  }
}
