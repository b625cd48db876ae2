import FileTestSupport
import Glibc
import Testing

/// Any text leads to an answer: no crash, no second lost, no memory eaten. `NETC_FUZZ_SECONDS=600 swift test -c release
/// --scratch-path .build-release --filter FrontEndFuzz` looks for longer, from another seed each time, and leaves the
/// text that it is working on in `$TMPDIR/netc-fuzz.yaml`.
@Suite(.serialized) struct FrontEndFuzzTests {
  private static let seconds = getenv("NETC_FUZZ_SECONDS").flatMap { Double(String(cString: $0)) }

  #if DEBUG
    private static let mostSeconds = 8.0
  #else
    private static let mostSeconds = 1.0
  #endif
  private static let mostMegabytes = 200

  private static let library: [String: [UInt8]] = {
    var texts: [String: [UInt8]] = [:]
    for name in Repository.names(in: "specs", suffix: ".yaml") { texts[name] = bytes("specs/\(name)") }
    for name in Repository.names(in: "specs/blocks") { texts["blocks/\(name)"] = bytes("specs/blocks/\(name)") }
    texts["base.yaml"] = texts["mnist.yaml"]
    texts["library.yaml"] = bytes("Tests/FuzzTests/Corpus/library.yaml")
    return texts
  }()

  private static let corpusNames =
    Repository.names(in: "Tests/FuzzTests/Corpus").map { "Tests/FuzzTests/Corpus/\($0)" }
  private static let corpus: [[UInt8]] =
    corpusNames.map(bytes) + LargeSpecs.all.sorted { $0.key < $1.key }.map { Array($0.value.utf8) }
    + Repository.names(in: "specs", suffix: ".yaml").map { bytes("specs/\($0)") }
    + Repository.names(in: "specs/invalid").map { bytes("specs/invalid/\($0)") }

  private static func bytes(_ path: String) -> [UInt8] { TestFile.bytes("\(Repository.root)/\(path)") ?? [] }

  /// Processor time of this thread, which other tests do not disturb.
  private static func time() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The most that the process has held, in MB.
  private static func peak() -> Int {
    var usage = rusage()
    // 0 is RUSAGE_SELF, which is imported as another type than the parameter.
    getrusage(0, &usage)
    return usage.ru_maxrss / 1000
  }

  private static func check(_ spec: [UInt8], _ what: String) {
    let start = time()
    let fault = FrontEnd.fault(spec, library: library)
    let duration = time() - start
    #expect(fault == nil, "\(what)")
    #expect(duration < mostSeconds, "\(what)")
  }

  @Test(arguments: corpusNames)
  func strangeSpecsHaveAnAnswer(path: String) { Self.check(Self.bytes(path), path) }

  @Test(arguments: LargeSpecs.all.keys.sorted())
  func largeSpecsHaveAnAnswerInTime(name: String) {
    Self.check(Array((LargeSpecs.all[name] ?? "").utf8), name)
  }

  @Test func theCorpusIsThere() { #expect(Self.corpusNames.count >= 8 && Self.library.count > 30) }

  @Test(.enabled(if: seconds == nil), arguments: 0..<400)
  func damagedSpecsHaveAnAnswer(seed: Int) {
    var mutator = SpecMutator(seed: UInt64(seed), corpus: Self.corpus)
    Self.check(mutator.spec(), "seed \(seed)")
  }

  @Test(.enabled(if: seconds != nil))
  func damagedSpecsHaveAnAnswerForHours() {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    let end = ContinuousClock.now + .seconds(Self.seconds ?? 0)
    let start = getenv("NETC_FUZZ_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64(Glibc.time(nil)) << 20
    var seed = start
    var (faults, slowest, highest) = (0, 0.0, Self.peak())
    while ContinuousClock.now < end, faults < 20 {
      var mutator = SpecMutator(seed: seed, corpus: Self.corpus)
      let spec = mutator.spec()
      TestFile.write(String(decoding: spec, as: UTF8.self), to: "\(folder)/netc-fuzz.yaml")
      let begin = Self.time()
      let fault = FrontEnd.fault(spec, library: Self.library)
      let duration = Self.time() - begin
      let grown = Self.peak() - highest
      highest += max(0, grown)
      if duration > slowest {
        TestFile.write(String(decoding: spec, as: UTF8.self), to: "\(folder)/netc-fuzz-slowest.yaml")
        slowest = duration
      }
      if fault != nil || duration > Self.mostSeconds || grown > Self.mostMegabytes {
        faults += 1
        TestFile.write(String(decoding: spec, as: UTF8.self), to: "\(folder)/netc-fuzz-\(seed).yaml")
        Issue.record("seed \(seed): \(fault ?? "\(duration) s, \(grown) MB more")")
      }
      seed += 1
    }
    print("fuzzed \(seed - start) specs from seed \(start): slowest \(slowest) s, peak \(highest) MB")
  }
}
