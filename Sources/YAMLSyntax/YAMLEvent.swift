import Diagnostics

/// A piece of the document as libyaml hands it out, positions 1-based.
struct YAMLEvent {
  enum Kind {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias(String)
    case scalar(Node.Scalar)
    case sequenceStart(isFlow: Bool)
    case sequenceEnd
    case mappingStart(isFlow: Bool)
    case mappingEnd
  }

  var kind: Kind
  /// The name behind `&`.
  var anchor: String?
  /// Whether `start` lies before an anchor or a tag.
  var hasProperties: Bool
  var start: SourcePosition
  var end: SourcePosition
}

/// What libyaml says when it gives up.
struct YAMLProblem: Error {
  var problem: String
  var context: String
  var position: SourcePosition
  /// Where that begins which libyaml was reading.
  var contextPosition: SourcePosition?
  /// The byte, if the input could not be decoded; the position is then meaningless.
  var byteOffset: Int?
}
