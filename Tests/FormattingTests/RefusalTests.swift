import Driver
import Testing

/// What is formatted though it is wrong, and what is not.
@Suite struct RefusalTests {
  @Test(
    arguments: [
      "layers: [", "layers:\n\t- Input: {shape: [null, 3]}\n", "- a\n", "text\n", "", "# nothing\n", "name: x\n",
      "layers:\n  - Input: {shape: [null, 3]}\n  - Dense: {num_unit: 3}\n",
      "layers:\n  - Inputs: {shape: [null, 3]}\n", "layers:\n  - Input: {shape: [null, 3]}\nlayer_x: 3\n",
      "layers:\n  - Input: {shape: [null, 3]}\n  - Dense: {num_units: three}\n",
      "layers:\n  - Input: {shape: [null, 3]}\n    Dense: {num_units: 3}\n",
      "layers: [Input: {shape: *none}]\n", "layers: &a [Input: {shape: *a}]\n", "layers: []\n---\nlayers: []\n",
      "include: [none.yaml]\nlayers: [Input: {shape: [null, 3]}]\n",
      "a: 1\na: 2\nlayers: [Input: {shape: [null, 3]}]\n",
    ])
  func errorsThatLeaveTheMeaningOpen(text: String) {
    #expect(Formatted(text).outcome == .refused)
  }

  @Test func shapesAndConnectionsMayBeWrong() {
    let spec = """
      layers:
      - [a, Input, {shape: [null, 3, 4, 4]}]
      - Conv2D: {filter_size: 9, num_filters: 2}
      - Conv2D: {filter_size: 1, num_filters: 2, incoming: nowhere}
      - [a, Flatten]

      """
    #expect(
      Formatted(spec).text == """
        layers:
          - Input:   {name: a, shape: [null, 3, 4, 4]}
          - Conv2D:  {num_filters: 2, filter_size: 9}
          - Conv2D:  {incoming: nowhere, num_filters: 2, filter_size: 1}
          - Flatten: {name: a}

        """)
  }

  /// A file for `include` has no layers.
  @Test func definitionsAlone() {
    #expect(
      Formatted("blocks: {u: {layers: [FlattenLayer]}}\nlet: {a: 1}\n").text == """
        blocks:
          u:
            layers:
              - Flatten: {}
        let: {a: 1}

        """)
  }
}
