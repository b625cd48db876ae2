/// A message in the text format of protocol buffers, as it is written: names, values and their places.
package struct TextMessage: Sendable {
  package enum Value: Sendable {
    case message(TextMessage)
    /// A number or a word, with its signs.
    case word(String)
    /// What stood in quotes, its escapes resolved.
    case text([UInt8])
  }

  package struct Field: Sendable {
    package var name: String
    package var value: Value
    /// Bytes of the name and of a value that is no message.
    package var place: Range<Int>
  }

  package var fields: [Field] = []

  /// The fields of that name, in order.
  package func all(_ name: String) -> [Field] { fields.filter { $0.name == name } }
}

/// Why a text is no message, and the bytes that tell.
package struct TextFault: Error, Sendable, Equatable {
  package var message: String
  package var place: Range<Int>
}
