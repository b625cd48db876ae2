import Layers
import Runtime

/// Which examples are learned from, and which are kept back: numbers of examples in ascending order.
package struct Split: Sendable, Equatable {
  package var train: [Int]
  package var valid: [Int]

  /// - Parameters:
  ///   - classes: of each example, for parts in which every class has its share; nil where there are none.
  ///   - seed: decides which examples; the same one gives the same parts on every machine.
  package init(count: Int, classes: [Int]?, _ validation: TrainingSettings.Validation, seed: UInt64) {
    let isStratified: Bool
    switch validation {
    case .none:
      (train, valid) = (Array(0..<count), [])
      return
    case .split(_, let stratified), .folds(_, _, let stratified): isStratified = stratified
    }
    var groups: [Int: [Int]] = [:]
    for example in 0..<count { groups[isStratified ? classes?[example] ?? 0 : 0, default: []].append(example) }
    var stream = RandomStream(seed: seed, name: "split")
    var kept: Set<Int> = []
    // Folds go on from class to class, so that their sizes differ by one at most.
    var next = 0
    for key in groups.keys.sorted() {
      let members = Shuffle.shuffled(groups[key] ?? [], &stream)
      switch validation {
      case .none: break
      case .split(let share, _): kept.formUnion(members.prefix(Int((share * Double(members.count)).rounded())))
      case .folds(let count, let fold, _):
        for (place, example) in members.enumerated() where (next + place) % count == fold { kept.insert(example) }
        next += members.count
      }
    }
    train = (0..<count).filter { !kept.contains($0) }
    valid = kept.sorted()
  }
}

/// Orders that depend on a stream of random numbers alone.
enum Shuffle {
  /// Fisher & Yates 1938, from the front.
  static func shuffled(_ values: [Int], _ stream: inout RandomStream) -> [Int] {
    var values = values
    for place in values.indices.dropLast() {
      values.swapAt(place, place + stream.next(below: values.count - place))
    }
    return values
  }
}

/// The order in which an epoch goes through the examples: a function of the seed and the epoch's number.
package struct EpochOrder: Sendable {
  /// - Parameters:
  ///   - examples: those to learn from.
  ///   - classes: of each example of the data set; needed for `balance`.
  /// - Returns: numbers of examples. Up to balance, each of them once.
  package static func of(
    _ examples: [Int], classes: [Int]?, balance: DataSettings.Balance?, epoch: Int, seed: UInt64
  ) -> [Int] {
    var stream = RandomStream(seed: seed, name: "epoch \(epoch)")
    guard let balance, let classes else { return Shuffle.shuffled(examples, &stream) }
    var groups: [Int: [Int]] = [:]
    for example in examples { groups[classes[example], default: []].append(example) }
    let sizes = groups.values.map(\.count)
    let size = (balance == .up ? sizes.max() : sizes.min()) ?? 0
    var order: [Int] = []
    for key in groups.keys.sorted() {
      let members = groups[key] ?? []
      // Whole rounds through the class, the last one in part.
      var left = size
      while left > 0 {
        let round = Shuffle.shuffled(members, &stream).prefix(left)
        order += round
        left -= round.count
      }
    }
    return Shuffle.shuffled(order, &stream)
  }
}
