/// The keys of an object that is being read. Few are compared one by one: hashing them all would take longer.
struct JSONKeys {
  private static let few = 16
  private var seen: Set<String> = []

  /// - Returns: whether `key` is not among `members`, whose keys were inserted before.
  mutating func insert(_ key: String, behind members: [(String, JSONValue)]) -> Bool {
    guard members.count >= Self.few else { return !members.contains { $0.0 == key } }
    if seen.isEmpty { seen = Set(members.map(\.0)) }
    return seen.insert(key).inserted
  }
}
