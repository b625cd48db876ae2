import DataPipeline
import Diagnostics
import Exchange
import NetIR

/// `netc weights`: what is in a file of tensors, and the same tensors in another format.
package struct WeightsCommand: Sendable {
  package var path: String
  /// A safetensors or npz file to be written; with `layer`, an SVG or PNG.
  package var output: String?
  /// A layer whose filters are to be drawn.
  package var layer: String?
  package var json = false

  package init(path: String) { self.path = path }

  package func run(_ console: Console) throws -> ExitCode {
    if layer != nil, let output { try SheetFile.check(output) }
    let file = try TensorFile(path: path)
    if let layer, let output {
      let sheet = try FilterSheet.sheet(file, layer: layer, path: path)
      try SheetFile.write(sheet, to: output)
      console.note("\(output): \(sheet.subtitle)\n")
      return .good
    }
    if let output {
      try convert(file, to: output)
      console.note("\(output): \(Format.count(file.entries.count, "tensor"))\n")
      return .good
    }
    let rows = try file.entries.map { entry throws(DiagnosticError) in
      (entry, entry.isNumeric ? TensorStatistics(try file.numbers(named: entry.name)) : nil)
    }
    console.out(json ? Self.document(file, rows).serialised() + "\n" : Self.table(file, rows, console))
    return .good
  }

  private static func table(
    _ file: TensorFile, _ rows: [(entry: TensorFile.Entry, numbers: TensorStatistics?)], _ console: Console
  ) -> String {
    var table = Table([
      .init("tensor"), .init("shape"), .init("type", expendable: 2), .init("min", right: true),
      .init("max", right: true), .init("mean", right: true, expendable: 1), .init("L2 norm", right: true),
    ])
    for (entry, numbers) in rows {
      let figures = numbers.map { [$0.least, $0.most, $0.mean, $0.norm].map(Self.figure) } ?? ["", "", "", ""]
      table.rows.append([entry.name, ShapeSize.text(entry.shape), entry.type] + figures)
    }
    let elements = file.entries.reduce(0) { $0 + $1.shape.reduce(1, *) }
    let width = console.isTerminal ? console.width : Int.max
    var text = table.rendered(width: width, style: Style(color: console.color))
    text +=
      "\n  \(Format.count(file.entries.count, "tensor")), \(Format.grouped(elements)) numbers (\(file.format.rawValue))\n"
    for (entry, numbers) in rows {
      guard let numbers, numbers.nans + numbers.infinities > 0 else { continue }
      text +=
        "  `\(entry.name)` has \(Format.count(numbers.nans, "NaN")) and \(Format.count(numbers.infinities, "infinite number"))\n"
    }
    return text
  }

  /// Four digits.
  private static func figure(_ value: Double?) -> String {
    guard let value else { return "-" }
    if value == 0 { return "0" }
    let magnitude = abs(value)
    if magnitude >= 1e-3, magnitude < 1e5 {
      let digits = magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : magnitude >= 1 ? 3 : 4
      return fixed(value, digits: digits)
    }
    return scientific(value)
  }

  private static func scientific(_ value: Double) -> String {
    var (mantissa, exponent) = (abs(value), 0)
    while mantissa >= 9.9995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 0.99995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    return "\(value < 0 ? "-" : "")\(fixed(mantissa, digits: 3))e\(exponent)"
  }

  private static func document(
    _ file: TensorFile, _ rows: [(entry: TensorFile.Entry, numbers: TensorStatistics?)]
  ) -> JSONValue {
    let tensors = rows.map { entry, numbers -> JSONValue in
      func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
      var members: [(String, JSONValue)] = [
        ("name", .string(entry.name)), ("shape", .array(entry.shape.map(JSONValue.int))), ("type", .string(entry.type)),
      ]
      if let numbers {
        members += [
          ("min", number(numbers.least)), ("max", number(numbers.most)), ("mean", number(numbers.mean)),
          ("l2_norm", number(numbers.norm)), ("nan", .int(numbers.nans)), ("infinite", .int(numbers.infinities)),
        ]
      }
      return .object(members)
    }
    return .object([("format", .string(file.format.rawValue)), ("tensors", .array(tensors))])
  }

  /// Tensors of floats become float32; others have no place in weights.
  private func convert(_ file: TensorFile, to output: String) throws(DiagnosticError) {
    if let other = file.entries.first(where: { !$0.isFloatingPoint }) {
      throw FileFault.make(
        .unsupportedType, in: path, "tensor `\(other.name)` has elements of type \(other.type)",
        help: ["netc converts floating-point numbers"])
    }
    if output.hasSuffix(".npz") {
      var writer = NpzWriter()
      for entry in file.entries {
        writer.add(entry.name, entry.shape) { () throws(DiagnosticError) in try file.floats(named: entry.name) }
      }
      return try writer.write(to: output)
    }
    guard output.hasSuffix(".safetensors") else {
      throw FileFault.make(
        .unknownFormat, in: output, "netc writes weights as .safetensors and .npz, not as `\(output)`",
        help: ["give the output one of these endings"])
    }
    var writer = SafetensorsWriter()
    for entry in file.entries {
      writer.add(entry.name, .f32, entry.shape) { (writer) throws(DiagnosticError) in
        try writer.write(try file.floats(named: entry.name))
      }
    }
    try writer.write(to: output)
  }
}

/// What the numbers of a tensor are like; sums in double precision, of finite numbers alone.
package struct TensorStatistics: Sendable, Equatable {
  /// nil where no number is finite.
  package private(set) var least: Double?
  package private(set) var most: Double?
  package private(set) var mean: Double?
  package private(set) var norm: Double = 0
  package private(set) var nans = 0
  package private(set) var infinities = 0

  package init(_ values: [Float]) {
    var (low, high) = (Float.infinity, -Float.infinity)
    var (sum, squares) = (0.0, 0.0)
    for value in values {
      guard value.isFinite else {
        if value.isNaN { nans += 1 } else { infinities += 1 }
        continue
      }
      (low, high) = (min(low, value), max(high, value))
      sum += Double(value)
      squares += Double(value) * Double(value)
    }
    norm = squares.squareRoot()
    let count = values.count - nans - infinities
    guard count > 0 else { return }
    (least, most, mean) = (Double(low), Double(high), sum / Double(count))
  }
}
