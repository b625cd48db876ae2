extension [Int?] {
  /// As people write it, without the batch: `6×28×28`; `?` stands for a free size.
  package var crossed: String {
    count > 1 ? dropFirst().map { $0.map(String.init) ?? "?" }.joined(separator: "×") : full
  }

  /// With the batch: `null×6×28×28`.
  package var full: String { map { $0.map(String.init) ?? "null" }.joined(separator: "×") }

  /// Height and width of an image; nil for other ranks.
  package var spatial: (height: Int, width: Int)? {
    guard count == 4, let height = self[2], let width = self[3] else { return nil }
    return (height, width)
  }

  package var channels: Int? { count > 1 ? self[1] : nil }

  /// The product of the sizes behind the first `leading`, all of which are known.
  package func elements(after leading: Int) -> Int { dropFirst(leading).reduce(1) { $0 * ($1 ?? 1) } }

  /// The shape with a batch of `size` examples, where it was free.
  package func withBatch(_ size: Int) -> [Int] { map { $0 ?? size } }
}
