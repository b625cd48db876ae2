import DataPipeline
import Exchange

/// What a network makes of examples whose targets are known, in all that `netc eval` tells.
package struct EvaluationReport: Sendable {
  /// A wrong example: what it is, what was said, how sure, and its loss.
  package struct Mistake: Sendable, Equatable {
    package var example: Int
    package var truth: Int
    package var said: Int
    package var score: Float
    package var loss: Double
  }

  /// One class against all others.
  package struct ClassScores: Sendable, Equatable {
    package var examples: Int
    /// Of those that were said to be of the class, the share that is; nil where none was.
    package var precision: Double?
    /// Of those that are of the class, the share that was said to be; nil where there are none.
    package var recall: Double?
  }

  package private(set) var loss = 0.0
  package private(set) var accuracy: Double?
  /// The share whose class is among the five with the highest scores; nil below six classes.
  package private(set) var topFive: Double?
  package private(set) var examples = 0
  /// How many examples of a class (row) were said to be of a class (column); empty where an example has no one class.
  package private(set) var confusion: [[Int]] = []
  /// The wrong examples, the largest loss first.
  package private(set) var mistakes: [Mistake] = []

  /// - Parameter examples: which of the data count.
  package init(
    _ evaluator: Evaluator, _ task: TrainingTask, _ data: DataSet, _ examples: [Int], _ predictor: any Predictor
  ) throws {
    let truth = task.classNumbers(of: data)
    let count = task.classes ?? 0
    if truth != nil, count > 0 {
      confusion = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
    }
    var (matrix, wrong, among): ([[Int]], [Mistake], Int) = (confusion, [], 0)
    let result = try evaluator.evaluate(data, examples, predictor) { example, loss, rows in
      guard let right = truth?[example], !matrix.isEmpty else { return }
      let scores = Self.scores(rows[0], task)
      let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
      matrix[right][order[0]] += 1
      if order.prefix(5).contains(right) { among += 1 }
      if order[0] != right {
        wrong.append(
          Mistake(example: example, truth: right, said: order[0], score: scores[order[0]], loss: loss))
      }
    }
    (loss, accuracy, self.examples) = (result.loss, result.accuracy, result.examples)
    confusion = matrix
    mistakes = wrong.sorted { ($0.loss, $1.example) > ($1.loss, $0.example) }
    if count > 5, truth != nil, result.examples > 0 { topFive = Double(among) / Double(result.examples) }
  }

  /// A score for each class: one unit tells two of them apart.
  private static func scores(_ row: ArraySlice<Float>, _ task: TrainingTask) -> [Float] {
    guard row.count == 1, task.classes == 2, let value = row.first else { return Array(row) }
    if case .binaryHinge = task.objectives[0].loss { return [-value, value] }
    return [1 - value, value]
  }

  package var classes: [ClassScores] {
    confusion.indices.map { index in
      let right = confusion[index][index]
      let (members, said) = (confusion[index].reduce(0, +), confusion.reduce(0) { $0 + $1[index] })
      return ClassScores(
        examples: members, precision: said > 0 ? Double(right) / Double(said) : nil,
        recall: members > 0 ? Double(right) / Double(members) : nil)
    }
  }

  /// - Parameters:
  ///   - names: of the classes; numbers where they have none.
  ///   - mistakes: how many to list.
  package func json(names: [String], mistakes count: Int) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map(JSONValue.double) ?? .null }
    func name(_ index: Int) -> JSONValue { .string(names.indices.contains(index) ? names[index] : "\(index)") }
    return .object([
      ("loss", .double(loss)), ("accuracy", number(accuracy)), ("top5", number(topFive)),
      ("examples", .int(examples)), ("confusion", .array(confusion.map { .array($0.map(JSONValue.int)) })),
      (
        "classes",
        .array(
          classes.enumerated().map { index, scores in
            .object([
              ("class", .int(index)), ("name", name(index)), ("examples", .int(scores.examples)),
              ("precision", number(scores.precision)), ("recall", number(scores.recall)),
            ])
          })
      ),
      (
        "mistakes",
        .array(
          mistakes.prefix(count).map { mistake in
            .object([
              ("example", .int(mistake.example)), ("class", .int(mistake.truth)), ("said", .int(mistake.said)),
              ("score", .double(Double("\(mistake.score)") ?? 0)), ("loss", .double(mistake.loss)),
            ])
          })
      ),
    ])
  }
}
