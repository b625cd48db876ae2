import Diagnostics
import Exchange

/// A table of numbers from a text file: a row an example, RFC 4180 with any separator.
///
/// The first line names the columns where one of its cells is no number. Cells may be quoted. Where a column of
/// targets holds words, they are numbered in their alphabetical order.
package enum CSVTable {
  /// Reads a table, plain or gzip as its content says.
  ///
  /// - Parameter targets: names of columns, or numbers from 0; the last column where there are none.
  /// - Throws: N0501, N0510, N0517 for what is no such table.
  package static func read(
    path: String, targets: [String] = [], separator: String = ","
  ) throws(DiagnosticError) -> DataSet {
    let file = try MappedFile(path: path)
    let bytes = try file.withBytes { (bytes) throws(DiagnosticError) -> [UInt8] in
      Gzip.isGzip(bytes) ? try Gzip.inflate(bytes, name: path) : Array(bytes)
    }
    return try read(bytes, name: path, targets: targets, separator: separator.utf8.first ?? 0x2C)
  }

  package static func read(
    _ bytes: [UInt8], name: String, targets: [String], separator: UInt8
  ) throws(DiagnosticError) -> DataSet {
    var rows = try split(bytes, separator, name)
    guard let first = rows.first else {
      throw fault(name, "the file has no rows", help: ["give a row for each example"])
    }
    let isHeader = first.cells.contains { number($0) == nil } && rows.count > 1
    let header = isHeader ? first.cells.map(trimmed) : []
    if isHeader { rows.removeFirst() }
    let width = first.cells.count
    if let odd = rows.first(where: { $0.cells.count != width }) {
      throw fault(
        name, "line \(odd.line) has \(odd.cells.count.counted("cell")), line \(first.line) \(width)",
        help: ["every row needs a cell for each column, parted by `\(Character(UnicodeScalar(separator)))`"])
    }
    let columns = try columns(targets, header, width, name)
    let inputs = (0..<width).filter { !columns.contains($0) }
    guard !inputs.isEmpty else {
      throw fault(name, "all columns are targets", help: ["`targets` names the columns to predict"])
    }
    var values: [Float] = []
    values.reserveCapacity(rows.count * inputs.count)
    for row in rows {
      for column in inputs {
        guard let number = number(row.cells[column]) else {
          throw fault(
            name, "line \(row.line), column \(column + 1) has `\(trimmed(row.cells[column]))`, which is no number",
            help: ["inputs are numbers; `targets` names the columns to predict"])
        }
        values.append(number)
      }
    }
    let (wanted, classes) = try self.targets(rows, columns, name)
    var data = DataSet(
      inputs: [Examples(shape: [inputs.count], count: rows.count, .floats(values))],
      targets: [Examples(shape: columns.count == 1 ? [] : [columns.count], count: rows.count, .floats(wanted))])
    data.classes = classes
    return data
  }

  private struct Row {
    var line: Int
    var cells: [String]
  }

  private static func targets(
    _ rows: [Row], _ columns: [Int], _ path: String
  ) throws(DiagnosticError) -> ([Float], [String]) {
    if columns.count == 1, rows.contains(where: { number($0.cells[columns[0]]) == nil }) {
      let words = rows.map { trimmed($0.cells[columns[0]]) }
      let classes = Set(words).sorted()
      let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Float($0)) })
      return (words.map { numbers[$0] ?? 0 }, classes)
    }
    var values: [Float] = []
    for row in rows {
      for column in columns {
        guard let number = number(row.cells[column]) else {
          throw fault(
            path, "line \(row.line), column \(column + 1) has `\(trimmed(row.cells[column]))`, which is no number",
            help: ["several targets are numbers; words are classes, of one column alone"])
        }
        values.append(number)
      }
    }
    return (values, [])
  }

  private static func columns(
    _ names: [String], _ header: [String], _ width: Int, _ path: String
  ) throws(DiagnosticError) -> [Int] {
    guard !names.isEmpty else { return [width - 1] }
    var columns: [Int] = []
    for name in names {
      guard let column = header.firstIndex(of: name) ?? Int(name), (0..<width).contains(column) else {
        throw fault(
          path, "the table has no column `\(name)`",
          notes: header.isEmpty
            ? ["its \(width) columns have no names; they count from 0"]
            : ["its columns are \(header.prefix(12).map { "`\($0)`" }.joined(separator: ", "))"])
      }
      columns.append(column)
    }
    return columns
  }

  // MARK: Text

  private static func split(_ bytes: [UInt8], _ separator: UInt8, _ path: String) throws(DiagnosticError) -> [Row] {
    var (rows, cells, cell): ([Row], [String], [UInt8]) = ([], [], [])
    var (line, start, isQuoted, hasContent) = (1, 1, false, false)
    func endRow() {
      if hasContent || !cells.isEmpty { rows.append(Row(line: start, cells: cells + [text(cell)])) }
      (cells, cell, hasContent) = ([], [], false)
    }
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case 0x22 where isQuoted && index < bytes.count && bytes[index] == 0x22:
        cell.append(byte)
        index += 1
      case 0x22 where isQuoted || cell.isEmpty:
        isQuoted.toggle()
        hasContent = true
      case separator where !isQuoted:
        cells.append(text(cell))
        cell = []
        hasContent = true
      case 0x0A:
        line += 1
        if isQuoted {
          cell.append(byte)
        } else {
          endRow()
          start = line
        }
      case 0x0D where !isQuoted: break
      default:
        cell.append(byte)
        hasContent = true
      }
    }
    guard !isQuoted else {
      throw fault(path, "a quoted cell of the row in line \(start) has no end", help: ["close it with `\"`"])
    }
    endRow()
    return rows
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func trimmed(_ cell: String) -> String {
    String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  private static func number(_ cell: String) -> Float? {
    guard let value = Float(trimmed(cell)), value.isFinite else { return nil }
    return value
  }

  private static func fault(
    _ path: String, _ message: String, notes: [String] = [], help: [String] = []
  ) -> DiagnosticError {
    FileFault.make(.damagedCsv, in: path, message, notes: notes, help: help)
  }
}
