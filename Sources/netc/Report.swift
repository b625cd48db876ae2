import ArgumentParser
import Driver

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Count parameters, work and memory of a network.",
    discussion: """
      With several specs the text report is one line for each.

      EXAMPLE: netc report specs/vgg16.yaml --sort parameters
      """)

  @Argument(help: "YAML specs; - is standard input.", completion: .file(extensions: ["yaml", "yml"]))
  var specs: [String]

  @Option(help: "Examples per batch, for memory.")
  var batch: Int?

  @Option(help: "text, markdown, json, csv or html (one self-contained page).")
  var format = ReportFormat.text

  @Option(help: "Order of the rows: index, name, parameters, macs or activations.")
  var sort = ReportOrder.index

  @Option(help: "The CPU whose plan is measured: native, generic, x86-64-avx2 or x86-64-avx512.")
  var target: String?

  @OptionGroup var common: CommonOptions

  func validate() throws { try validateBatch(batch) }

  func run() throws {
    try common.run {
      try ReportCommand(specs: specs, format: format, batch: batch, order: sort, target: target).run($0)
    }
  }
}

func validateBatch(_ batch: Int?) throws {
  if let batch, !(1...65536).contains(batch) {
    throw ValidationError("`--batch` must be from 1 to 65536, not \(batch).")
  }
}
