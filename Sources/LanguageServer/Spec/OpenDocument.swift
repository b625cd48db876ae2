import Exchange
import Layers

/// A document that is open in the editor.
struct OpenDocument: Sendable {
  let uri: String
  let path: String
  private(set) var version: Int
  private(set) var text: DocumentText
  private(set) var outline: Outline
  /// Of the current text; nil until it is asked for.
  var analysis: Analysis?
  /// The last analysis whose text was YAML, and the last one without errors: they serve while somebody types.
  private(set) var lastRead: Analysis?
  private(set) var lastGood: Analysis?

  init(uri: String, version: Int, text: String) {
    self.uri = uri
    // Documents without a file have a name of their own, from which no path counts.
    path = FilePath.path(of: uri) ?? uri
    self.version = version
    self.text = DocumentText(text)
    outline = Self.outline(self.text)
  }

  private static func outline(_ text: DocumentText) -> Outline {
    text.bytes.count <= Analysis.largestDocument ? Outline(text) : Outline(DocumentText(""))
  }

  mutating func change(to text: DocumentText, version: Int) {
    self.text = text
    self.version = version
    outline = Self.outline(text)
    analysis = nil
  }

  mutating func analyse(open: [String: [UInt8]]) {
    let result = analysis(of: text.bytes, open: open)
    analysis = result
    if result.spec != nil { lastRead = result }
    if result.network != nil { lastGood = result }
  }

  /// What the checker makes of another text in the document's place.
  func analysis(of text: [UInt8], open: [String: [UInt8]]) -> Analysis {
    Analysis(path: path, text: text, open: open)
  }

  /// The spec as it was last understood.
  var spec: Spec? { (analysis?.spec == nil ? lastRead : analysis)?.spec }
  /// The analysis to which the spec's places belong.
  var specAnalysis: Analysis? { analysis?.spec == nil ? lastRead : analysis }
  /// The last analysis with a network.
  var good: Analysis? { analysis?.network == nil ? lastGood : analysis }
}
