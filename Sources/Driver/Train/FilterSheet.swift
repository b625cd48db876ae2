import Diagnostics
import Drawing
import Exchange
import NetIR

/// The filters of a convolution as pictures, as one looks at a first layer to see whether it has learned: edges and
/// colours, or noise.
enum FilterSheet {
  private static let mostFilters = 256
  /// Of filters that are drawn channel by channel.
  private static let (mostRows, mostChannels) = (32, 16)
  /// Filters beside each other that are one picture each.
  private static let perRow = 16

  /// - Parameter layer: the layer's name, or that of a tensor.
  /// - Throws: N0505 where the file has no such weights, N0507 where they are no filters with height and width.
  static func sheet(_ file: TensorFile, layer: String, path: String) throws(DiagnosticError) -> PictureSheet {
    let names = [layer, "\(layer).W", "\(layer).weight"]
    guard let entry = names.lazy.compactMap({ name in file.entries.first { $0.name == name } }).first else {
      let filters = file.entries.filter { $0.shape.count == 4 }.map { "`\($0.name)`" }
      throw FileFault.make(
        .missingTensor, in: path, "`\(path)` has no weights of a layer `\(layer)`",
        notes: filters.isEmpty ? [] : ["it has filters in \(filters.prefix(12).joined(separator: ", "))"],
        help: ["`netc weights \(path)` lists what is there"])
    }
    guard entry.shape.count == 4, entry.shape[2] * entry.shape[3] > 1 else {
      throw FileFault.make(
        .inputShapeDiffers, in: path, "`\(entry.name)` is \(entry.shape.crossed): there is nothing to draw",
        help: ["filters × channels × height × width, of more than one pixel, can be drawn"])
    }
    let values = try file.floats(named: entry.name).map { $0.isFinite ? $0 : 0 }
    let most = values.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
    let (filters, channels, height, width) = (entry.shape[0], entry.shape[1], entry.shape[2], entry.shape[3])
    func cell(_ first: Int, channels: Int) throws(DiagnosticError) -> PictureSheet.Cell {
      let start = first * height * width
      let part = Array(values[start..<start + channels * height * width])
      return .init(image: try SheetFile.image(part, [channels, height, width], -most...most))
    }
    var rows: [[PictureSheet.Cell]] = []
    let isWhole = channels == 1 || channels == 3
    let shown = min(filters, isWhole ? mostFilters : mostRows)
    for filter in 0..<shown {
      if isWhole {
        if filter % perRow == 0 { rows.append([]) }
        rows[rows.count - 1].append(try cell(filter * channels, channels: channels))
      } else {
        var row: [PictureSheet.Cell] = []
        for channel in 0..<min(channels, mostChannels) {
          row.append(try cell(filter * channels + channel, channels: 1))
        }
        rows.append(row)
      }
    }
    var words = "\(Format.count(filters, "filter")) of \(channels)×\(height)×\(width)"
    if shown < filters { words += ", the first \(shown)" }
    if !isWhole { words += ", one a row, \(channels > mostChannels ? "the first \(mostChannels)" : "all") channels" }
    var sheet = PictureSheet(
      title: entry.name, subtitle: "\(words); mid-grey is 0, white +\(fixed(Double(most), digits: 3))", rows: rows,
      pixels: (height, width))
    sheet.side = 56
    return sheet
  }
}
