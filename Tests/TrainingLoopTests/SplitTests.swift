import Layers
import Testing

@testable import TrainingLoop

struct SplitTests {
  private static let classes = (0..<90).map { $0 % 9 == 0 ? 2 : $0 % 3 == 0 ? 1 : 0 }

  @Test func everyClassGivesItsShare() {
    let split = Split(count: 90, classes: Self.classes, .split(share: 0.2, isStratified: true), seed: 1)
    #expect(split.train.count + split.valid.count == 90)
    #expect(Set(split.train).union(split.valid) == Set(0..<90))
    #expect(split.train == split.train.sorted() && split.valid == split.valid.sorted())
    let counts = (0..<3).map { kind in split.valid.count { Self.classes[$0] == kind } }
    #expect(counts == [12, 4, 2])
  }

  @Test func theSeedDecides() {
    func valid(_ seed: UInt64) -> [Int] {
      Split(count: 90, classes: nil, .split(share: 0.2, isStratified: false), seed: seed).valid
    }
    #expect(valid(1) == valid(1) && valid(1) != valid(2) && valid(1).count == 18)
    #expect(valid(1) != Array(0..<18))
  }

  @Test(arguments: [true, false]) func foldsPartTheExamples(_ isStratified: Bool) {
    let folds = (0..<4).map { fold in
      Split(count: 90, classes: Self.classes, .folds(count: 4, fold: fold, isStratified: isStratified), seed: 3)
    }
    #expect(folds.flatMap(\.valid).sorted() == Array(0..<90))
    for fold in folds {
      #expect((22...23).contains(fold.valid.count))
      #expect(Set(fold.train).isDisjoint(with: fold.valid))
    }
    guard isStratified else { return }
    for fold in folds { #expect((14...16).contains(fold.valid.count { Self.classes[$0] == 0 })) }
  }

  @Test func withoutValidation() {
    #expect(Split(count: 3, classes: nil, .none, seed: 1) == Split(count: 3, classes: nil, .none, seed: 2))
    #expect(Split(count: 3, classes: nil, .none, seed: 1).valid.isEmpty)
  }

  @Test func anEpochHasEachExampleOnce() {
    let examples = Array(stride(from: 0, to: 60, by: 2))
    func order(_ epoch: Int, _ seed: UInt64 = 1) -> [Int] {
      EpochOrder.of(examples, classes: nil, balance: nil, epoch: epoch, seed: seed)
    }
    #expect(order(0).sorted() == examples && order(0) != examples)
    #expect(order(0) != order(1) && order(0) == order(0) && order(0) != order(0, 2))
  }

  @Test func balance() {
    let examples = Array(0..<90)
    func counts(_ balance: DataSettings.Balance, _ epoch: Int = 0) -> [Int] {
      let order = EpochOrder.of(examples, classes: Self.classes, balance: balance, epoch: epoch, seed: 5)
      return (0..<3).map { kind in order.count { Self.classes[$0] == kind } }
    }
    #expect(counts(.up) == [60, 60, 60])
    #expect(counts(.down) == [10, 10, 10])
    let up = EpochOrder.of(examples, classes: Self.classes, balance: .up, epoch: 0, seed: 5)
    // Rare examples come equally often, as far as that goes.
    let uses = Dictionary(up.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(examples.filter { Self.classes[$0] == 2 }.allSatisfy { uses[$0] == 6 })
    let down = (0..<8).map { EpochOrder.of(examples, classes: Self.classes, balance: .down, epoch: $0, seed: 5) }
    #expect(Set(down.joined()).count > 60, "other epochs see other examples")
  }
}
