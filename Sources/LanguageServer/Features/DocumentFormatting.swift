import Exchange
import Formatting

/// The edits that bring a document to the canonical spelling.
struct DocumentFormatting {
  let document: OpenDocument
  /// Checks another text in the place of the document's.
  let analyse: ([UInt8]) -> Analysis

  /// Edits of whole lines, none for a canonical document; null where errors leave open what the document says, which
  /// its diagnostics tell.
  func result() throws(ResponseError) -> JSONValue {
    guard let analysis = document.analysis else { return .null }
    switch FormattingOutcome(analysis.read, readingAgain: { analyse($0).read }) {
    case .unchanged: return []
    case .refused: return .null
    case .changed(let text): return .array(LineEdits(from: document.text, to: DocumentText(text)).edits)
    case .unsafe(let reason):
      throw ResponseError(
        .internalError, "a mistake in netc: formatting would change what the document means (\(reason))")
    }
  }
}

extension Analysis {
  fileprivate var read: ReadSpec { ReadSpec(map: map, bag: bag, root: root, spec: spec, network: network) }
}
