/// What stands in lines of its own above something.
enum Remark: Equatable {
  case comment(String)
  case blank
}

/// An entry within brackets.
struct FlowEntry: Equatable {
  var text: String
  var above: [String] = []
  /// The comment at the end of its line.
  var behind: String?
  /// `name`, `incoming` and the like: two or more of them share the first line of a layer that needs several.
  var isCommon = false
}

/// A collection in brackets, which is one line if it fits.
struct FlowCollection: Equatable {
  var open: String
  var close: String
  var entries: [FlowEntry]

  var oneLine: String { open + entries.map(\.text).joined(separator: ", ") + close }
  /// A comment inside of the brackets breaks the line.
  var hasComments: Bool { entries.contains { !$0.above.isEmpty || $0.behind != nil } }
}

/// What an item has behind its key or its dash.
indirect enum Content: Equatable {
  /// One line without a break.
  case text(String)
  case flow(FlowCollection)
  /// A block scalar: its header, and its lines without their common indentation.
  case scalar(header: String, lines: [String])
  case block(Block)
}

/// A line of a block, or several.
struct Item: Equatable {
  var above: [Remark] = []
  /// `conv1` or `Conv2D`; nil in lists of bare values.
  var key: String?
  /// The anchor and tag of the value.
  var properties = ""
  var content: Content
  /// The comment at the end of the item's first line if it is a block, else of its last.
  var behind: String?
}

/// Items one below the other.
struct Block: Equatable {
  /// Whether each item begins with a dash.
  var isSequence: Bool
  /// Whether `{` stand in one column over consecutive one-line items.
  var isAligned = false
  var items: [Item]
  /// Comments behind the last item.
  var foot: [Remark] = []
}

/// A whole file.
struct Page: Equatable {
  /// Lines that begin with `%`.
  var directives: [String] = []
  /// The anchor and tag of the document's mapping.
  var properties = ""
  var block: Block
}
