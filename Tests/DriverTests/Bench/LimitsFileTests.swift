import CPUBackend
import Exchange
import FileTestSupport
import Glibc
import NetIR
import Testing

@testable import Driver

@Suite struct LimitsFileTests {
  private let folder = TemporaryFolder()

  private func file(_ host: HostCPU = .current) -> LimitsFile {
    LimitsFile(host: host) { [folder] in $0 == "XDG_CACHE_HOME" ? folder.path : nil }
  }

  private static func limits(_ threads: Int, _ scale: Double = 1) -> MachineLimits {
    MachineLimits(
      threads: threads,
      rates: Dictionary(
        uniqueKeysWithValues: MachineLimits.Quantity.allCases.enumerated().map { index, quantity in
          let rate = scale * Double(index + 1) * 10
          return (quantity, MachineLimits.Rate(median: rate, low: rate - 1.5, high: rate + 2.25))
        }))
  }

  private func remove(_ file: LimitsFile) throws {
    let path = try #require(file.path)
    unlink(path)
    rmdir(String(path.prefix(upTo: try #require(path.lastIndex(of: "/")))))
  }

  @Test func comesBackAsItWas() throws {
    let file = file()
    #expect(file.read() == .nothing)
    let limits = [Self.limits(1), Self.limits(4)]
    try file.write(limits, date: "2026-11-21T06:20:00Z")
    defer { try? remove(file) }
    #expect(file.read() == .content(LimitsFile.Content(date: "2026-11-21T06:20:00Z", limits: limits)))
  }

  @Test func otherNumbersOfThreadsStay() throws {
    let file = file()
    defer { try? remove(file) }
    try file.write([Self.limits(1), Self.limits(2)], date: "2026-01-01T00:00:00Z")
    try file.write([Self.limits(2, 3)], date: "2026-01-02T00:00:00Z")
    guard case .content(let content) = file.read() else {
      Issue.record("nothing was read")
      return
    }
    #expect(content.limits == [Self.limits(1), Self.limits(2, 3)] && content.date == "2026-01-02T00:00:00Z")
    #expect(content[threads: 2] == Self.limits(2, 3) && content[threads: 8] == nil)
  }

  /// A cache that the machine does not have is left out, and stays so.
  @Test func cachesMayBeMissing() throws {
    let file = file()
    defer { try? remove(file) }
    var limits = Self.limits(1)
    limits.rates[.l3] = nil
    try file.write([limits], date: "2026-01-01T00:00:00Z")
    #expect(file.read() == .content(LimitsFile.Content(date: "2026-01-01T00:00:00Z", limits: [limits])))
  }

  @Test(arguments: [
    "", "{", "[]", "null", "{\"format\":1}", "\u{0}\u{1}\u{2}",
  ])
  func whateverIsThereIsNotTrusted(text: String) throws {
    let file = file()
    defer { try? remove(file) }
    try file.write([Self.limits(1)], date: "2026-01-01T00:00:00Z")
    TestFile.write(text, to: try #require(file.path))
    guard case .unusable(let why) = file.read() else {
      Issue.record("it was taken: \(text)")
      return
    }
    #expect(!why.isEmpty)
    // Writing again mends it.
    try file.write([Self.limits(1)], date: "2026-01-01T00:00:00Z")
    guard case .content = file.read() else {
      Issue.record("it was not mended")
      return
    }
  }

  @Test(arguments: [
    ("\"format\": 3", "\"format\": 2"), ("\"cores\": ", "\"cores\": 9"), ("\"cpu\": \"", "\"cpu\": \"Other "),
    ("\"instructions\": \"", "\"instructions\": \"mmx,"), ("2026-01-01", "\\u001b[31m2026"),
    ("\"threads\": 1", "\"threads\": 0"), ("\"threads\": 1", "\"threads\": \"1\""), ("10", "-10"),
    ("\"fma_gflop_per_s\"", "\"other\""), ("\"median\"", "\"mean\""), ("\"min\": 8.5", "\"min\": 1e999"),
  ])
  func foreignAndForgedFilesAreRefused(old: String, new: String) throws {
    let file = file()
    defer { try? remove(file) }
    try file.write([Self.limits(1)], date: "2026-01-01T00:00:00Z")
    let path = try #require(file.path)
    let text = try #require(TestFile.text(path))
    #expect(text.contains(old))
    TestFile.write(text.replacing(old, with: new, maxReplacements: 1), to: path)
    guard case .unusable = file.read() else {
      Issue.record("\(new) was taken")
      return
    }
  }

  @Test func everyMachineHasAFileOfItsOwn() throws {
    #expect(file().path != file(HostCPU.current.limited(to: [.generic])).path)
    #expect(file().path == file().path)
  }

  @Test func theFolderIsTheUsers() {
    func path(_ variables: [String: String]) -> String? {
      LimitsFile(host: .current) { variables[$0] }.path
    }
    #expect(path(["XDG_CACHE_HOME": "/c", "HOME": "/h"])?.hasPrefix("/c/netc/limits-") == true)
    #expect(path(["HOME": "/h"])?.hasPrefix("/h/.cache/netc/limits-") == true)
    // The standard asks for absolute paths.
    #expect(path(["XDG_CACHE_HOME": "c", "HOME": "/h"])?.hasPrefix("/h/.cache/") == true)
    #expect(path([:]) == nil && path(["HOME": ""]) == nil)
  }

  @Test func aPlaceThatCannotBeWrittenIsAnError() {
    let file = LimitsFile(host: .current) { [folder] in
      $0 == "XDG_CACHE_HOME" ? folder.store([], as: "file") + "/below" : nil
    }
    #expect(file.read() == .nothing)
    #expect(throws: (any Error).self) { try file.write([Self.limits(1)], date: "2026-01-01T00:00:00Z") }
  }

  @Test func datesAreUTC() {
    #expect(LimitsFile.date().wholeMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
  }
}
