import Compiler

/// The report's rows as comma-separated values (RFC 4180).
struct CSVReport {
  let report: NetworkReport

  func rendered() -> String {
    var lines = [
      "index,name,type,inputs,output_shape,parameters,trainable,frozen,state,macs,flops,weight_bytes,"
        + "activation_bytes,field_height,field_width"
    ]
    for row in report.rows {
      let cells = [
        "\(row.index)", row.name, row.type, row.inputs.joined(separator: " "),
        row.outputShape.map { $0.map(String.init) ?? "" }.joined(separator: "x"), "\(row.parameters)",
        "\(row.trainable)", "\(row.frozen)", "\(row.state)", "\(row.work.macs)", "\(row.work.flops)",
        "\(row.weightBytes)", "\(row.activationBytes)", row.field.map { "\($0.size.height)" } ?? "",
        row.field.map { "\($0.size.width)" } ?? "",
      ]
      lines.append(cells.map(CSV.quoted).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

enum CSV {
  /// A field, in quotes where it has to be.
  static func quoted(_ text: String) -> String {
    text.contains { ",\"\n\r".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }
}
