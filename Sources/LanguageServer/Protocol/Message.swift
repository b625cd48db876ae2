import Exchange

/// A message of JSON-RPC 2.0 that came in.
enum Message: Sendable {
  case request(id: JSONValue, method: String, parameters: JSONValue)
  case notification(method: String, parameters: JSONValue)
  /// An answer to something that the server asked; it asks nothing.
  case response
  /// With the id, where there is one to answer to.
  case invalid(id: JSONValue, String)

  init(_ value: JSONValue) {
    guard value.objectValue != nil else {
      self = .invalid(id: .null, "a message is an object, not \(value.kindName)")
      return
    }
    var id: JSONValue?
    switch value["id"] {
    case .string(let text): id = .string(text)
    case .int(let number): id = .int(number)
    case nil: break
    default:
      self = .invalid(id: .null, "an id is a number or a text")
      return
    }
    guard let method = value["method"] else {
      let isResponse = value["result"] != nil || value["error"] != nil
      self = isResponse ? .response : .invalid(id: id ?? .null, "a message without a method")
      return
    }
    guard let name = method.stringValue else {
      self = .invalid(id: id ?? .null, "a method is a text")
      return
    }
    let parameters = value["params"] ?? .null
    self =
      id.map { .request(id: $0, method: name, parameters: parameters) }
      ?? .notification(method: name, parameters: parameters)
  }
}

/// Why a request has no result.
struct ResponseError: Error, Sendable {
  enum Code: Int, Sendable {
    case parseError = -32700
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParameters = -32602
    case internalError = -32603
    case notInitialised = -32002
    case cancelled = -32800
  }

  var code: Code
  var message: String

  init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

  func response(to id: JSONValue) -> JSONValue {
    [
      "jsonrpc": "2.0", "id": id,
      "error": ["code": .int(code.rawValue), "message": .string(message)],
    ]
  }
}

extension JSONValue {
  static func response(to id: JSONValue, _ result: JSONValue) -> JSONValue {
    ["jsonrpc": "2.0", "id": id, "result": result]
  }

  static func notification(_ method: String, _ parameters: JSONValue) -> JSONValue {
    ["jsonrpc": "2.0", "method": .string(method), "params": parameters]
  }

  init(_ position: TextPosition) {
    self = ["line": .int(position.line), "character": .int(position.character)]
  }

  /// A range of the protocol from bytes of a document.
  init(_ range: Range<Int>, in text: DocumentText) {
    self = [
      "start": JSONValue(text.position(of: range.lowerBound)), "end": JSONValue(text.position(of: range.upperBound)),
    ]
  }

  /// The position that the value is.
  var position: TextPosition? {
    guard let line = self["line"]?.intValue, let character = self["character"]?.intValue, line >= 0, character >= 0
    else { return nil }
    return TextPosition(line: line, character: character)
  }
}
