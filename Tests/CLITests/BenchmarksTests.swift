import Exchange
import FileTestSupport
import Glibc
import Testing

private let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { (path: String) in access(path, X_OK) == 0 }

/// The driver of `Benchmarks/`, as far as it goes without other runtimes.
@Suite(.enabled(if: python != nil, "there is no python3"))
struct BenchmarksTests {
  private let folder = TemporaryFolder()

  private func run(_ arguments: [String]) throws -> NetcProcess {
    NetcProcess.run(
      command: [try #require(python), "-B"] + arguments, environment: ["NETC_PEERS": folder.path + "/none"])
  }

  @Test func netcAloneIsCheckedAndRecorded() throws {
    let (record, page) = (folder.store([], as: "record.jsonl"), folder.store([], as: "page.md"))
    let arguments = ["Benchmarks/bench.py", "--netc", NetcProcess.binary, "--record", record]
    let bench = try run(
      arguments + ["--networks", "digits,no-such-network", "--batches", "2", "--threads", "1,2", "--rounds", "2"]
        + ["--seconds", "0.01", "--patience", "0"])
    #expect(bench.status == 0)
    #expect(bench.errors.contains("netc alone"))
    #expect(bench.lines.count == 3 && bench.lines[2].contains("no-such-network batch 2   failed: "))
    let cells = try #require(TestFile.text(record)).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(cells.map { $0["threads"]?.intValue } == [1, 2])
    for cell in cells {
      #expect(cell["network"] == "digits" && cell["batch"] == 2)
      let result = try #require(cell["results"]?["netc"])
      let medians = try #require(result["median_ms"]?.arrayValue).compactMap(\.doubleValue)
      let least = try #require(result["min_ms"]?.arrayValue).compactMap(\.doubleValue)
      #expect(medians.count == 2 && zip(least, medians).allSatisfy { $0 > 0 && $0 <= $1 })
    }
    let written = try run(arguments + ["--write", page])
    #expect(written.status == 0)
    let text = try #require(TestFile.text(page))
    #expect(text.contains("## 1 thread\n") && text.contains("## 2 threads\n") && text.contains("| digits, 2 | "))
  }

  @Test(arguments: [(Float(0), true), (1e-5, true), (0.01, false), (.nan, false), (.infinity, false)])
  func wrongOutputsAreRefused(error: Float, isGood: Bool) throws {
    let wanted: [Float] = [0.1, 0.2, 0.3, 0.4]
    var found = wanted
    found[2] += error
    let paths = ["found.npy", "wanted.npy"].map { folder.path + "/" + $0 }
    try Npy.write(found, shape: [1, 4], to: paths[0])
    try Npy.write(wanted, shape: [1, 4], to: paths[1])
    let code = "import sys; sys.path.insert(0, 'Benchmarks'); from checks import check; check(*sys.argv[1:])"
    let run = try run(["-c", code] + paths)
    #expect((run.status == 0) == isGood)
    #expect(isGood || run.errors.contains("ValueError"))
  }

  /// Plain outputs are compared as they are, and a missing one is not overlooked.
  @Test func anyOutputsCanBeCompared() throws {
    let code = """
      import sys; sys.path.insert(0, 'Benchmarks')
      from checks import difference
      assert difference([-1.0, 3.0], [-1.5, 3.0]) == (0.5, 4.5)
      try: difference([1.0], [1.0, 2.0])
      except ValueError: sys.exit(7)
      """
    #expect(try run(["-c", code]).status == 7)
  }

  /// A build beside itself: alike, or disturbed; either way in the words of the table.
  @Test func aBuildIsComparedWithAnother() throws {
    let bench = try run([
      "Benchmarks/bench.py", "--netc", NetcProcess.binary, "--against", NetcProcess.binary, "--networks", "digits,none",
      "--threads", "1", "--seconds", "0.004", "--patience", "0",
    ])
    #expect(bench.status == 0 || bench.lines.last?.hasPrefix("slower: digits 1 1") == true)
    #expect(bench.lines[1].hasPrefix("digits        batch 1   1 thr  "))
    #expect(["alike", "faster by", "SLOWER by"].contains { bench.lines[1].contains($0) })
    #expect(bench.lines[2].hasPrefix("none          batch 1   failed: "))
  }

  @Test(arguments: [
    ([1, 1.01, 0.99, 1, 1.02, 0.98, 1], "alike", false),
    ([1.2, 1.21, 1.19, 1.2, 1.2, 1.2, 0.7], "faster by 17 %", false),
    ([0.8, 0.8, 0.81, 0.79, 0.8, 0.8, 1.3], "SLOWER by 25 %", true),
    // The median alone is not enough.
    ([0.9, 0.9, 0.9, 0.9, 1.1, 1.1, 1.1], "alike", false),
    ([0.98, 0.98, 0.98, 0.98, 0.98, 0.98, 0.98], "alike", false),
  ])
  func verdicts(ratios: [Double], words: String, isSlower: Bool) throws {
    let code = """
      import sys; sys.path.insert(0, 'Benchmarks')
      from against import verdict
      print(*verdict(sorted(float(word) for word in sys.argv[1:])), sep='|')
      """
    #expect(try run(["-c", code] + ratios.map { "\($0)" }).lines == ["\(words)|\(isSlower ? "True" : "False")"])
  }

  @Test func wholeProcessesAreTimed() throws {
    let bench = try run([
      "Benchmarks/bench.py", "--netc", NetcProcess.binary, "--start", "--networks", "digits", "--threads", "1",
    ])
    #expect(bench.status == 0, "\(bench.errors)")
    #expect(bench.lines.last?.hasPrefix("digits     netc ") == true && bench.output.contains("  netc check "))
  }

  /// Rearrangements in the words of other runtimes are those of the definition.
  @Test func rearrangementsAreTakenApart() throws {
    let code = """
      import sys; sys.path.insert(0, 'Benchmarks/peers')
      try: import numpy as np
      except ImportError: sys.exit(0)
      from network import Moves, Node, Unsupported, rearranged
      x = np.arange(2 * 3 * 5 * 7).reshape(2, 3, 5, 7)
      def node(starts, *axes):
        axes = [dict(zip(('source', 'count', 'step'), axis)) for axis in axes]
        op = {'rearrange': {'_0': {'starts': starts, 'axes': axes}}}
        return Node({'op': op, 'operands': [], 'shape': [], 'name': ''})
      def apply(moves):
        y = x[tuple(slice(b, b + n * s if b + n * s >= 0 else None, s) for b, n, s in moves.slices)]
        return np.broadcast_to(y.transpose(moves.order).reshape(moves.spread), moves.result)
      crop = node([0, 0, 1, 2], (0, 2, 1), (1, 3, 1), (2, 2, 2), (3, 4, 1))
      assert (rearranged(x, crop.main) == x[:, :, 1:5:2, 2:6]).all()
      turn = node([0, 1, 4, 0], (2, 5, -1), (3, 7, 1), (0, 2, 1))
      assert (rearranged(x, turn.main) == x[:, 1, ::-1].transpose(1, 2, 0)).all()
      grow = node([0, 0, 0, 0], (0, 2, 1), (1, 3, 1), (2, 5, 1), (None, 2, 1), (3, 7, 1), (None, 3, 1))
      assert (rearranged(x, grow.main).reshape(2, 3, 10, 21) == x.repeat(2, 2).repeat(3, 3)).all()
      for case in (crop, turn, grow): assert (apply(Moves(case, x.shape)) == rearranged(x, case.main)).all()
      try: Moves(node([0, 0, 0, 0], (2, 3, 1), (2, 3, 1)), x.shape)
      except Unsupported: sys.exit(0)
      sys.exit(1)
      """
    #expect(try run(["-c", code]).status == 0)
  }
}
