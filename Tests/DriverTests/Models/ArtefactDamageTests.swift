import CPUBackend
import Compiler
import Diagnostics
import Driver
import Exchange
import FileTestSupport
import NetIR
import NetworkTestSupport
import Testing

/// Files that something happened to on the way.
@Suite struct ArtefactDamageTests {
  private let compiled: Compiled

  init() throws { compiled = try Compiled() }

  private func open(_ bytes: [UInt8], as name: String) throws -> Model {
    try Model.open(compiled.folder.store(bytes, as: name), threads: 1)
  }

  /// The N05 of the failure; a success or any other error is recorded.
  private func refusal(_ bytes: [UInt8], as name: String, _ what: String) -> DiagnosticCode? {
    do {
      _ = try open(bytes, as: name)
      Issue.record("\(what): opened")
    } catch let error as DiagnosticError {
      #expect(isAboutTheFile(error.diagnostic), "\(what): \(error.diagnostic.code.rawValue)")
      return error.diagnostic.code
    } catch {
      Issue.record("\(what): \(error)")
    }
    return nil
  }

  @Test func truncated() {
    let bytes = compiled.bytes
    let step = max(1, bytes.count / 300)
    for length in Set(stride(from: 0, to: bytes.count, by: step)).union(0..<80).union([bytes.count - 1]) {
      _ = refusal(Array(bytes[..<length]), as: "truncated", "\(length) bytes")
    }
  }

  @Test func longer() {
    let bytes = compiled.bytes
    for extra in [1, 64, 4096] {
      _ = refusal(bytes + [UInt8](repeating: 0, count: extra), as: "longer", "\(extra) bytes more")
    }
  }

  /// Flips all over the header. Whoever wrote the file is told, and not protected: a flip in the
  /// producer's name may stay unseen, and nothing else.
  @Test func bitsOfTheHeader() throws {
    let bytes = compiled.bytes
    let header = 8 + bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var noise = Noise(seed: 1)
    for _ in 0..<1500 {
      let place = noise.next(below: header)
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(noise.next(below: 8))
      do {
        let model = try open(damaged, as: "flipped")
        let artefact = try Artefact(path: compiled.folder.path + "/flipped", catalogue: KernelTable.catalogue)
        #expect(artefact.producer != "test" && model.plan == compiled.plan, "byte \(place) of the header")
      } catch let error as DiagnosticError {
        #expect(isAboutTheFile(error.diagnostic), "byte \(place): \(error.diagnostic.code.rawValue)")
      }
    }
  }

  @Test func bitsOfTheWeights() {
    let bytes = compiled.bytes
    let header = 8 + bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var noise = Noise(seed: 2)
    for _ in 0..<300 {
      let place = header + noise.next(below: bytes.count - header)
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(noise.next(below: 8))
      #expect(refusal(damaged, as: "payload", "byte \(place)") == .damagedArtefact)
    }
  }

  @Test func largeWeightsAreComparedWhenAsked() throws {
    // 12 MB: opening does not read them all.
    let network = try Networks.of("- Input: {shape: [null, 1024]}\n- Dense: {num_units: 3000, W: 0.5}")
    let large = try Compiled(network, batch: 1)
    var bytes = large.bytes
    bytes[bytes.count - 100_000] ^= 1
    let path = large.folder.store(bytes, as: "large.netc")
    _ = try Model.open(path, threads: 1)
    let found = diagnostic { try Model.open(path, threads: 1, verifyWeights: true) }
    #expect(found?.code == .damagedArtefact)
    #expect(found?.message.contains("checksum") == true)
  }

  /// The header with one word replaced by another of the same length.
  private func edited(_ old: String, _ new: String) throws -> [UInt8] {
    var bytes = compiled.bytes
    let (old, new) = (Array(old.utf8), Array(new.utf8))
    #expect(old.count == new.count)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: old) })
    bytes.replaceSubrange(place..<place + old.count, with: new)
    return bytes
  }

  @Test func aNewerFormat() throws {
    let bytes = try edited(#""netc.format":"1""#, #""netc.format":"2""#)
    #expect(refusal(bytes, as: "newer", "format 2") == .newerArtefact)
  }

  @Test(arguments: ["0", "x", "-"])
  func aFormatThatIsNone(version: String) throws {
    let bytes = try edited(#""netc.format":"1""#, "\"netc.format\":\"\(version)\"")
    #expect(refusal(bytes, as: "format", "format \(version)") == .damagedArtefact)
  }

  @Test(arguments: ["netc.plan\"", "netc.graph\"", "netc.plan.crc32\"", "netc.data.crc32\""])
  func aMissingPart(key: String) throws {
    let bytes = try edited("\"" + key, "\"x" + key.dropFirst())
    #expect(refusal(bytes, as: "missing", "no \(key)") == .damagedArtefact)
  }

  @Test func foreignSafetensors() throws {
    let digits = try #require(SharedData.digits)
    #expect(diagnostic { try Model.open(digits + "/weights.safetensors", threads: 1) }?.code == .unknownFormat)
  }

  @Test(arguments: ["", "netc", "{}", "\u{8}\0\0\0\0\0\0\0{}      "])
  func otherFiles(text: String) {
    let code = refusal(Array(text.utf8), as: "other", "`\(text)`")
    #expect([.damagedSafetensors, .unknownFormat].contains(code))
  }

  @Test func noFile() {
    #expect(diagnostic { try Model.open("/nonexistent/net.netc", threads: 1) }?.code == .unreadableFile)
  }
}
