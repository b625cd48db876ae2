/// Takes a section's values by their keys. What was never asked for is unknown, and is said to be.
struct DarknetReader {
  let section: DarknetSection
  private var asked: Set<String> = []
  private var problems: [DefinitionProblem] = []

  init(_ section: DarknetSection) { self.section = section }

  var name: String { section.name }
  var place: Range<Int> { section.place }

  mutating func text(_ key: String) -> String? {
    asked.insert(key)
    return section.values.last { $0.key == key }?.value
  }

  mutating func integers(_ key: String) -> [Int] {
    guard let text = text(key) else { return [] }
    let parts = text.split(separator: ",")
    let numbers = parts.compactMap { Int($0) }.filter { abs($0) < 1 << 40 }
    if numbers.count != parts.count { report("`\(key)` has to be whole numbers", at: key) }
    return numbers
  }

  mutating func integer(_ key: String) -> Int? { integers(key).first }

  mutating func number(_ key: String) -> Double? {
    guard let text = text(key) else { return nil }
    guard let number = Double(text), number.isFinite else {
      report("`\(key)` has to be a number", at: key)
      return nil
    }
    return number
  }

  mutating func ignore(_ keys: String...) { asked.formUnion(keys) }

  mutating func ignoreRest() { asked.formUnion(section.values.map(\.key)) }

  func place(of key: String) -> Range<Int> { section.values.last { $0.key == key }?.place ?? place }

  mutating func report(_ message: String, at key: String? = nil) {
    problems.append(DefinitionProblem(message, key.map(place(of:)) ?? place))
  }

  func problem(_ message: String) -> DefinitionProblem { DefinitionProblem("[\(name)]: \(message)", place) }

  func finish() -> [DefinitionProblem] {
    problems
      + section.values.filter { !asked.contains($0.key) }.map {
        DefinitionProblem("netc does not know `\($0.key)` of [\(name)]", $0.place)
      }
  }
}
