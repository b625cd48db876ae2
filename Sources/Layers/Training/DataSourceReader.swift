import Diagnostics
import YAMLSyntax

/// Reads `data.train` and its like: `{idx: {images: …, labels: …}}`.
enum DataSourceReader {
  private static let formats = SpecKeys.sources.map(\.key)

  static func read(_ entry: Node.Entry, _ bag: inout DiagnosticBag) -> DataSource? {
    let key = entry.key.scalarText ?? ""
    if entry.value.isNull { return nil }
    guard let source = entry.value.entries?.first, entry.value.entries?.count == 1, let name = source.key.scalarText
    else {
      bag.report(
        Diagnostic(
          .wrongType, "`\(key)` of data must be {format: files}, not \(entry.value.kindName)", at: entry.value.span,
          help: ["such as `\(key): {idx: {images: images.gz, labels: labels.gz}}`"]))
      return nil
    }
    guard formats.contains(name) else {
      bag.report(
        .unknown(.outOfRange, "unknown format of data `\(name)`", word: name, at: source.key.span, among: formats))
      return nil
    }
    // One path alone will do where there is one.
    if source.value.entries == nil {
      var context = DecodeContext(bag: bag, layerType: key, key: name)
      defer { bag = context.bag }
      switch name {
      case "cifar10":
        return ValueType<[String]>.texts.decode(source.value, &context).map {
          DataSource(.cifar10(files: $0, height: 32, width: 32), span: source.value.span)
        }
      case "folder":
        return ValueType<String>.text.decode(source.value, &context).map {
          DataSource(.folder(path: $0), span: source.value.span)
        }
      case "csv":
        return ValueType<String>.text.decode(source.value, &context).map {
          DataSource(.csv(file: $0, targets: [], separator: ","), span: source.value.span)
        }
      default:
        context.wrongType(source.value, expected: "a mapping of files")
        return nil
      }
    }
    var values = KeyedValues(source.value.entries ?? [], of: name, bag)
    let format = format(name, &values, source.key.span)
    bag = values.finish()
    return format.map { DataSource($0, span: source.value.span) }
  }

  private static func format(_ name: String, _ values: inout KeyedValues, _ place: SourceSpan) -> DataSource.Format? {
    switch name {
    case "idx":
      let images = values.require("images", .text, at: place)
      let labels = values.require("labels", .text, at: place)
      guard let images, let labels else { return nil }
      return .idx(images: images, labels: labels)
    case "cifar10":
      let files = values.require("files", .texts, at: place)
      let size = values.take("size", .size) ?? .init(32)
      return files.map { .cifar10(files: $0, height: size.height, width: size.width) }
    case "npz":
      let file = values.require("file", .text, at: place)
      let inputs = values.take("inputs", .texts) ?? ["x"]
      let targets = values.take("targets", .texts) ?? ["y"]
      return file.map { .npz(file: $0, inputs: inputs, targets: targets) }
    case "npy":
      let inputs = values.require("inputs", .texts, at: place)
      let targets = values.require("targets", .texts, at: place)
      guard let inputs, let targets else { return nil }
      return .npy(inputs: inputs, targets: targets)
    case "folder": return values.require("path", .text, at: place).map { .folder(path: $0) }
    default:
      let file = values.require("file", .text, at: place)
      let targets = values.take("targets", .texts) ?? []
      let separator = values.take("separator", .letter) ?? ","
      return file.map { .csv(file: $0, targets: targets, separator: separator) }
    }
  }
}

extension ValueType where Value == String {
  fileprivate static let letter = ValueType("one letter, such as \";\" or \"\\t\"") { node, context in
    guard let text = node.scalarText, text.utf8.count == 1, text != "\n", text != "\"" else {
      context.wrongType(node, expected: "one letter, such as \";\" or \"\\t\"")
      return nil
    }
    return text
  }
}
