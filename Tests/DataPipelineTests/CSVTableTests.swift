import DataPipeline
import Diagnostics
import Testing

struct CSVTableTests {
  private static func read(_ text: String, targets: [String] = [], separator: String = ",") throws -> DataSet {
    try CSVTable.read(Array(text.utf8), name: "t.csv", targets: targets, separator: separator.utf8.first ?? 44)
  }

  private static func rows(_ examples: Examples) -> [[Float]] { (0..<examples.count).map(examples.floats) }

  @Test func theLastColumnIsTheTarget() throws {
    let data = try Self.read("1,2,0\n3, 4.5 ,1\r\n\n-1e2,0,2")
    #expect(Self.rows(data.inputs[0]) == [[1, 2], [3, 4.5], [-100, 0]])
    #expect(Self.rows(data.targets[0]) == [[0], [1], [2]])
    #expect(data.targets[0].shape.isEmpty && data.inputs[0].shape == [2])
  }

  @Test func columnsHaveNames() throws {
    let data = try Self.read("a;y;b;z\n1;2;3;4\n5;6;7;8\n", targets: ["y", "z"], separator: ";")
    #expect(Self.rows(data.inputs[0]) == [[1, 3], [5, 7]])
    #expect(Self.rows(data.targets[0]) == [[2, 4], [6, 8]])
    #expect(try Self.rows(Self.read("1,2,3\n", targets: ["0"]).inputs[0]) == [[2, 3]])
  }

  @Test func wordsAreClasses() throws {
    let data = try Self.read("\u{FEFF}length,kind\n1,\"dog, small\"\n2,cat\n3,\"dog, small\"\n4,\"a \"\"b\"\"\"\n")
    #expect(data.classes == ["a \"b\"", "cat", "dog, small"])
    #expect(Self.rows(data.targets[0]) == [[2], [1], [2], [0]])
  }

  @Test(
    arguments: [
      ("", "no rows"), ("1,2\n3\n", "line 2 has 1 cell"), ("1,2\nx,2\n3,4\n", "line 2, column 1"),
      ("1,\"2\n", "no end"), ("a,b\n1,2\n", "no column `c`"), ("1,2\n", "no column `c`"), ("1,nan\n", "no column"),
    ])
  func whatIsNoTableIsRefused(_ text: String, _ part: String) throws {
    let targets = part.contains("column `c`") || part == "no column" ? ["c"] : []
    let error = try #require(throws: DiagnosticError.self) { try Self.read(text, targets: targets) }
    #expect(
      error.diagnostic.code == .damagedCsv && error.diagnostic.message.contains(part), "\(error.diagnostic.message)")
  }

  @Test func inputsAreNeeded() throws {
    #expect(throws: DiagnosticError.self) { try Self.read("1\n2\n") }
  }
}
