import Compiler

/// The rows of reports as comma-separated values (RFC 4180) under one header.
struct CSVReport {
  let reports: [NetworkReport]

  func rendered() -> String {
    let header =
      "network,index,name,type,inputs,output_shape,parameters,trainable,frozen,state,macs,flops,weight_bytes,"
      + "activation_bytes,field_height,field_width"
    return ([header] + reports.flatMap(lines)).joined(separator: "\n") + "\n"
  }

  private func lines(_ report: NetworkReport) -> [String] {
    report.rows.map { row in
      let cells = [
        report.name, "\(row.index)", row.name, row.type, row.inputs.joined(separator: " "),
        row.outputShape.map { $0.map(String.init) ?? "" }.joined(separator: "x"), "\(row.parameters)",
        "\(row.trainable)", "\(row.frozen)", "\(row.state)", "\(row.work.macs)", "\(row.work.flops)",
        "\(row.weightBytes)", "\(row.activationBytes)", row.field.map { "\($0.size.height)" } ?? "",
        row.field.map { "\($0.size.width)" } ?? "",
      ]
      return cells.map(CSV.quoted).joined(separator: ",")
    }
  }
}

enum CSV {
  /// A field, in quotes where it has to be.
  static func quoted(_ text: String) -> String {
    text.contains { ",\"\n\r".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }
}
