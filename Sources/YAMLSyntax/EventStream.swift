import CYAML
import Diagnostics

/// The events of a YAML text. The only user of libyaml.
///
/// Marks count Unicode scalars. A byte order mark is kept from libyaml, which would count it as a column when
/// the encoding is given. After an error the stream must not
/// be asked again.
struct EventStream: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// Nil if there is no memory.
  init?(_ bytes: [UInt8]) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      return nil
    }
    // libyaml keeps the pointer, so the bytes need a home that does not move.
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(text.count, 1))
    _ = input.initialize(from: text)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, text.count)
    self.parser = parser
    self.input = input
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  mutating func next() throws(YAMLProblem) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { yaml_event_delete(&event) }
    return translate(event)
  }

  private func translate(_ event: yaml_event_t) -> YAMLEvent {
    var anchor: String?
    var tag: String?
    let kind: YAMLEvent.Kind
    switch event.type {
    case YAML_STREAM_START_EVENT: kind = .streamStart
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
    case YAML_ALIAS_EVENT: kind = .alias(text(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let data = event.data.scalar
      anchor = text(data.anchor)
      tag = text(data.tag)
      let content = UnsafeBufferPointer(start: data.value, count: data.length)
      kind = .scalar(
        Node.Scalar(
          text: String(decoding: content, as: UTF8.self), style: style(data.style), tag: tag))
    case YAML_SEQUENCE_START_EVENT:
      anchor = text(event.data.sequence_start.anchor)
      tag = text(event.data.sequence_start.tag)
      kind = .sequenceStart(isFlow: event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
    case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      anchor = text(event.data.mapping_start.anchor)
      tag = text(event.data.mapping_start.tag)
      kind = .mappingStart(isFlow: event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE)
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    default: kind = .streamEnd
    }
    return YAMLEvent(
      kind: kind, anchor: anchor, hasProperties: anchor != nil || tag != nil,
      start: position(event.start_mark), end: position(event.end_mark))
  }

  private func style(_ style: yaml_scalar_style_t) -> Node.Scalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: return .literal
    case YAML_FOLDED_SCALAR_STYLE: return .folded
    default: return .plain
    }
  }

  private func problem() -> YAMLProblem {
    let state = parser.pointee
    let hasContext = state.context != nil && state.error != YAML_READER_ERROR
    return YAMLProblem(
      problem: text(state.problem) ?? "out of memory",
      context: text(state.context) ?? "",
      position: position(state.problem_mark),
      contextPosition: hasContext ? position(state.context_mark) : nil,
      byteOffset: state.error == YAML_READER_ERROR ? Int(state.problem_offset) : nil)
  }

  private func position(_ mark: yaml_mark_t) -> SourcePosition {
    SourcePosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  private func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: UnsafePointer($0)) }
  }
}
