import ArgumentParser
import Driver

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Count parameters, work and memory of a network.",
    usage: "netc report <spec> ... [<options>]",
    discussion: """
      With several specs the text report has a line for each, csv a table of all their layers, and the other \
      formats one report after the other.

      EXAMPLE:
        netc report specs/vgg16.yaml --sort parameters
      """)

  @Argument(
    help: ArgumentHelp("YAML specs; - is standard input.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var specs: [String]

  @Option(help: ArgumentHelp("Examples per batch, for memory; default: what the spec fixes, or 1.", valueName: "n"))
  var batch: Int?

  @Option(help: "How the report looks.")
  var format = ReportFormat.text

  @Option(help: ArgumentHelp("Order of the rows; index is the order of execution.", valueName: "order"))
  var sort = ReportOrder.index

  @Option(
    help: ArgumentHelp(
      "The CPU whose plan is measured: native, or a target that `netc doctor` names.", valueName: "name"))
  var target: String?

  @Option(help: "Of the plans whose memory is told: numbers in fp32, or in bf16 with sums in fp32.")
  var precision = PrecisionOption.fp32

  @Option(
    help: ArgumentHelp(
      "What training may take, such as 2GiB; values are computed again where it has to be.", valueName: "size"))
  var memory: ByteSize?

  @OptionGroup var common: CommonOptions

  func validate() throws { try validateBatch(batch) }

  func run() throws {
    try common.run {
      var command = ReportCommand(
        specs: specs, format: format, batch: batch, order: sort, target: target, precision: precision)
      command.memory = memory
      return try command.run($0)
    }
  }
}

func validateBatch(_ batch: Int?) throws {
  if let batch, !(1...65536).contains(batch) {
    throw ValidationError("`--batch` must be from 1 to 65536, not \(batch).")
  }
}
