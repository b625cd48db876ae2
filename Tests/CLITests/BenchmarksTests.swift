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
}
