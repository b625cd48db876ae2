import Exchange

/// What the checks before a training came to.
package struct SanityReport: Sendable {
  package enum Status: String, Sendable { case passed, failed, skipped }

  package struct Check: Sendable {
    package var name: String
    package var status: Status
    /// What was found, with its numbers.
    package var finding: String
    /// What to look at, where it failed.
    package var remedy: String?
    package var numbers: [(String, JSONValue)]

    package init(
      _ name: String, _ status: Status, _ finding: String, remedy: String? = nil, _ numbers: [(String, JSONValue)] = []
    ) {
      (self.name, self.status, self.finding, self.numbers) = (name, status, finding, numbers)
      self.remedy = status == .failed ? remedy : nil
    }

    var json: JSONValue {
      .object(
        [("name", .string(name)), ("status", .string(status.rawValue)), ("finding", .string(finding))] + numbers
          + (remedy.map { [("remedy", .string($0))] } ?? []))
    }
  }

  package var network: String
  package var checks: [Check]

  package var hasPassed: Bool { !checks.contains { $0.status == .failed } }

  package var json: JSONValue {
    .object([
      ("network", .string(network)), ("passed", .bool(hasPassed)), ("checks", .array(checks.map(\.json))),
    ])
  }
}
