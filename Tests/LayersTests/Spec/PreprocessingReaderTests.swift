import Layers
import NetIR
import Testing

struct PreprocessingReaderTests {
  @Test(
    arguments: [
      ("[]", []), ("[{scale: [0, 1]}]", [.scale(low: 0, high: 1)]), ("[{divide: 16}]", [.divide([16])]),
      (
        "[{multiply: 0.5}, {subtract: [104, 117, 123]}]",
        [.multiply([0.5]), .subtract([104, 117, 123])]
      ), ("[{scale: [-1, 1]}, {divide: [1, 2]}]", [.scale(low: -1, high: 1), .divide([1, 2])]),
      ("[center]", [.statistic(.center(.channel))]), ("[{center: pixel}]", [.statistic(.center(.pixel))]),
      ("[{standardize: null}]", [.statistic(.standardize(.channel))]),
      ("[{standardize: all}]", [.statistic(.standardize(.all))]),
      ("[min_max]", [.statistic(.minMax(low: 0, high: 1, .all))]),
      ("[{min_max: [-1, 1]}]", [.statistic(.minMax(low: -1, high: 1, .all))]),
      ("[whiten]", [.statistic(.whiten(epsilon: 1e-5))]),
      ("[{whiten: {epsilon: 0.1}}]", [.statistic(.whiten(epsilon: 0.1))]),
    ] as [(String, [PreprocessingStep])])
  func steps(_ text: String, _ steps: [PreprocessingStep]) throws {
    #expect(try Self.checked(text).good().preprocessing == steps)
  }

  @Test(
    arguments: [
      ("{scale: [0, 1]}", "N0105 {scale: [0, 1]}"), ("3", "N0105 3"), ("[{scale: 1}]", "N0105 1"),
      ("[{scale: [0, 1, 2]}]", "N0105 [0, 1, 2]"), ("[scale]", "N0105 scale"), ("[{divide: 0}]", "N0106 0"),
      ("[{divide: [1, 0]}]", "N0106 [1, 0]"), ("[{divide: x}]", "N0105 x"), ("[[scale, 1]]", "N0105 [scale, 1]"),
      ("[{scale: [0, 1], divide: 2}]", "N0105 {scale: [0, 1], divide: 2}"), ("[{scael: [0, 1]}]", "N0103 scael"),
      ("[{center: row}]", "N0106 row"), ("[std]", "N0103 std"), ("[{whiten: 3}]", "N0105 3"),
      ("[{min_max: 1}]", "N0105 1"), ("[{whiten: {eps: 1}}]", "N0103 eps"),
      ("[flip]", "N0103 flip"), ("[{subtract: .inf}]", "N0106 .inf"),
    ])
  func refuses(_ text: String, _ mark: String) {
    #expect(Self.checked(text).marks == [mark])
  }

  private static func checked(_ text: String) -> Checked {
    Checked(
      """
      layers:
        - Input: {shape: [null, 3, 4, 4]}
        - Dense: {num_units: 3}
      data:
        preprocess: \(text)
      """)
  }
}
