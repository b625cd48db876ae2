import Diagnostics
import Exchange
import Layers

/// The language server: messages in, messages out. It owns no stream and no thread, so that a test can be its client.
///
/// Documents are checked when the client is quiet (``settle()``) or when a request needs the result. Every text, JSON
/// or YAML, may be broken: requests are answered from what can be understood.
package struct LanguageServer: Sendable {
  private enum State: Sendable { case new, running, shutDown, exited }

  private let version: String
  private var state = State.new
  package private(set) var wasShutDown = false
  package var hasExited: Bool { state == .exited }

  private var documents: [String: OpenDocument] = [:]
  /// Documents whose diagnostics the client has not seen since they changed.
  private var unpublished: Set<String> = []
  private var publisher = DiagnosticPublisher()
  private var client = ClientAbilities()

  package init(version: String) { self.version = version }

  // MARK: Messages

  /// Answers messages that came together. A request whose cancellation is among them is not worked on.
  package mutating func handle(_ pieces: [MessageFraming.Piece]) -> [JSONValue] {
    let values = pieces.map { piece -> Result<JSONValue, ResponseError> in
      switch piece {
      case .malformed(let words): return .failure(ResponseError(.parseError, words))
      case .body(let bytes):
        do throws(JSONError) {
          return .success(try JSONValue(parsing: bytes))
        } catch {
          return .failure(ResponseError(.parseError, "not valid JSON: \(error.message)"))
        }
      }
    }
    return handle(values)
  }

  /// The same for messages that are JSON already.
  package mutating func handle(_ messages: [JSONValue]) -> [JSONValue] { handle(messages.map { .success($0) }) }

  private mutating func handle(_ values: [Result<JSONValue, ResponseError>]) -> [JSONValue] {
    let cancelled = values.compactMap { value -> JSONValue? in
      guard case .success(let message) = value, message["method"]?.stringValue == "$/cancelRequest" else { return nil }
      return message["params"]?["id"]
    }
    var answers: [JSONValue] = []
    for value in values where state != .exited {
      switch value {
      case .failure(let error): answers.append(error.response(to: .null))
      case .success(.array(let batch)):
        // Batches are part of JSON-RPC, if not of this protocol.
        for element in batch { answers += handle(Message(element), cancelled) }
      case .success(let message): answers += handle(Message(message), cancelled)
      }
    }
    return answers
  }

  private mutating func handle(_ message: Message, _ cancelled: [JSONValue]) -> [JSONValue] {
    switch message {
    case .response: return []
    case .invalid(let id, let words): return [ResponseError(.invalidRequest, words).response(to: id)]
    case .notification(let method, let parameters): return notified(method, parameters)
    case .request(let id, let method, let parameters):
      do throws(ResponseError) {
        if cancelled.contains(id) { throw ResponseError(.cancelled, "cancelled") }
        return [.response(to: id, try result(method, parameters))]
      } catch {
        return [error.response(to: id)]
      }
    }
  }

  private mutating func result(_ method: String, _ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    switch (state, method) {
    case (.new, "initialize"):
      state = .running
      client = ClientAbilities(parameters)
      return ["capabilities": Self.capabilities, "serverInfo": ["name": "netc", "version": .string(version)]]
    case (.new, _): throw ResponseError(.notInitialised, "`\(method)` before `initialize`")
    case (.running, "initialize"): throw ResponseError(.invalidRequest, "`initialize` comes once")
    case (.running, "shutdown"):
      (state, wasShutDown) = (.shutDown, true)
      return .null
    case (.shutDown, _), (.exited, _): throw ResponseError(.invalidRequest, "`\(method)` after `shutdown`")
    case (.running, _): return try feature(method, parameters)
    }
  }

  /// What the server can do. Whether a document is formatted when it is saved is the client's choice: there is no
  /// `willSaveWaitUntil`, which would format without being asked.
  private static let capabilities: JSONValue = [
    "positionEncoding": "utf-16",
    "textDocumentSync": ["openClose": true, "change": 2, "save": ["includeText": false]],
    "hoverProvider": true, "definitionProvider": true, "documentSymbolProvider": true,
    "documentFormattingProvider": true,
    "completionProvider": ["triggerCharacters": ["$", ":", " ", "[", "{", ",", "-"], "resolveProvider": false],
  ]

  private mutating func feature(_ method: String, _ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    switch method {
    case "textDocument/hover":
      let (document, offset) = try place(parameters)
      return Hover(document: document, offset: offset, client: client).result
    case "textDocument/completion":
      let (document, offset) = try place(parameters)
      return Completion(document: document, offset: offset, client: client).result
    case "textDocument/definition":
      let (document, offset) = try place(parameters)
      return Definition(document: document, offset: offset, uris: openURIs).result
    case "textDocument/documentSymbol":
      return Symbols(document: try document(parameters), client: client).result
    case "textDocument/formatting":
      let document = try document(parameters)
      let open = openTexts
      return try DocumentFormatting(document: document) { document.analysis(of: $0, open: open) }.result()
    default: throw ResponseError(.methodNotFound, "`\(method)` is not in this server")
    }
  }

  private mutating func notified(_ method: String, _ parameters: JSONValue) -> [JSONValue] {
    if method == "exit" {
      state = .exited
      return []
    }
    guard state == .running, let uri = parameters["textDocument"]?["uri"]?.stringValue else {
      if state == .running, method == "workspace/didChangeWatchedFiles" { forgetAnalyses { _ in true } }
      return []
    }
    switch method {
    case "textDocument/didOpen":
      guard let text = parameters["textDocument"]?["text"]?.stringValue else { return [] }
      let version = parameters["textDocument"]?["version"]?.intValue ?? 0
      documents[uri, default: OpenDocument(uri: uri, version: version, text: "")]
        .change(to: DocumentText(text), version: version)
      unpublished.insert(uri)
      forgetUsers(of: uri)
    case "textDocument/didChange":
      guard let document = documents[uri], let changes = parameters["contentChanges"]?.arrayValue else { return [] }
      let text = changes.reduce(document.text) { $0.changed($1) }
      let version = parameters["textDocument"]?["version"]?.intValue ?? document.version + 1
      documents[uri]?.change(to: text, version: version)
      unpublished.insert(uri)
      forgetUsers(of: uri)
    case "textDocument/didClose":
      forgetUsers(of: uri)
      documents[uri] = nil
      unpublished.remove(uri)
      return publisher.close(uri)
    default: break
    }
    return []
  }

  // MARK: Documents

  private var openURIs: [String: String] {
    Dictionary(documents.values.map { ($0.path, $0.uri) }, uniquingKeysWith: { first, _ in first })
  }

  /// What the editor shows, by path: it counts before what the disk has.
  private var openTexts: [String: [UInt8]] {
    Dictionary(documents.values.map { ($0.path, $0.text.bytes) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whoever includes the document has to be checked again.
  private mutating func forgetUsers(of uri: String) {
    let path = documents[uri]?.path ?? FilePath.path(of: uri) ?? uri
    forgetAnalyses { $0.contains(path) }
  }

  private mutating func forgetAnalyses(where isConcerned: ([String]) -> Bool) {
    for (uri, document) in documents where document.analysis.map({ isConcerned($0.paths) }) ?? false {
      documents[uri]?.analysis = nil
      unpublished.insert(uri)
    }
  }

  private mutating func analyse(_ uri: String) {
    guard let document = documents[uri], document.analysis == nil else { return }
    let open = openTexts
    documents[uri]?.analyse(open: open)
  }

  /// Checks what has changed, and says what is wrong with it.
  package mutating func settle() -> [JSONValue] {
    guard state == .running else { return [] }
    let changed = unpublished.sorted()
    unpublished = []
    for uri in changed { analyse(uri) }
    let uris = openURIs
    return changed.flatMap { uri in documents[uri].map { publisher.publish($0, uris) } ?? [] }
  }

  private mutating func document(_ parameters: JSONValue) throws(ResponseError) -> OpenDocument {
    guard let uri = parameters["textDocument"]?["uri"]?.stringValue else {
      throw ResponseError(.invalidParameters, "no `textDocument.uri`")
    }
    analyse(uri)
    guard let document = documents[uri] else { throw ResponseError(.invalidParameters, "`\(uri)` is not open") }
    return document
  }

  private mutating func place(_ parameters: JSONValue) throws(ResponseError) -> (OpenDocument, Int) {
    let document = try document(parameters)
    guard let position = parameters["position"]?.position else {
      throw ResponseError(.invalidParameters, "no `position`")
    }
    return (document, document.text.offset(of: position))
  }
}
