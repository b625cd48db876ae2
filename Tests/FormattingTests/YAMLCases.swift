/// What YAML can do beside the language: anchors, merges, tags, block scalars, line ends, documents.
enum YAMLCases {
  static let all: [CorpusTests.Case] = [
    .init(
      "anchors, aliases and merges stay",
      """
      layers:
        - Input: {shape: &s [null, 3, 8, 8]}
        - Conv2D: &conv {filter_size: &k 3, num_filters: 4, pad: same}
        - Conv2D:
            <<: *conv
            num_filters: 8
            name: b
        - Conv2D: *conv
        - &pool MaxPool2DLayer: {pool_size: 2}
        - *pool : {pool_size: *k}
        - &last {Dense: {num_units: 3}}
        - *last

      """,
      """
      layers:
        - Input: {shape: &s [null, 3, 8, 8]}
        - Conv2D: &conv {num_filters: 4, filter_size: &k 3, pad: same}
        - Conv2D: {name: b, <<: *conv, num_filters: 8}
        - Conv2D: *conv
        - &pool MaxPool2D: {pool_size: 2}
        - *pool : {pool_size: *k}
        - &last {Dense: {num_units: 3}}
        - *last

      """),
    .init(
      "an alias never gets before its anchor",
      """
      layers:
        - [in, Input]
        - Conv2D: {filter_size: &k 3, num_filters: *k, name: c}
        - Dense: {name: d, num_units: 2}
      in_shape: [null, 1, 8, 8]
      name: *k

      """,
      """
      layers:
        - Input:  {name: in}
        - Conv2D: {filter_size: &k 3, num_filters: *k, name: c}
        - Dense:  {name: d, num_units: 2}
      in_shape: [null, 1, 8, 8]
      name: *k

      """),
    .init(
      "sections with anchors",
      """
      let: &l {a: 3}
      defaults: &d
        Dense: &p
          W: he_normal
      blocks:
        u: &u
          layers:
            - Dense: {num_units: 3, <<: *p}
      layers: &list
        - Input: {shape: [null, 3]}
        - u: {}

      """,
      """
      let: &l {a: 3}
      defaults: &d
        Dense: &p {W: he_normal}
      blocks:
        u: &u
          layers:
            - Dense: {<<: *p, num_units: 3}
      layers: &list
        - Input: {shape: [null, 3]}
        - u:     {}

      """),
    .init(
      "block scalars and folded text",
      """
      name: >-
        folded
      layers:
        - Input: {shape: [null, 3]}
        - Dense:
            num_units: 3
            name: |-
              text
            nonlinearity: "soft\\
              max"
      data:
        train:
          csv:
            file: |
                one

                  two
            targets: "a
              b"
        test:
          cifar10: >   # why
              x
              y

      """,
      """
      name: folded
      layers:
        - Input: {shape: [null, 3]}
        - Dense: {name: text, num_units: 3, nonlinearity: softmax}
      data:
        train:
          csv:
            file: |
              one

                two
            targets: a b
        test:
          cifar10: >   # why
            x
            y

      """),
    .init(
      "tags and documents",
      "%YAML 1.2 # why\n--- # begin\nlayers: !!seq\n - Input: {shape: !!seq [null, !!int '3']}\n - Dense: {num_units: 2}\n...\n# end\n",
      "%YAML 1.2\n---\n# why\n# begin\nlayers: !!seq\n  - Input: {shape: !!seq [null, !!int '3']}\n  - Dense: {num_units: 2}\n# end\n"
    ),
    .init(
      "Windows",
      "\u{FEFF}# one\r\n\r\n\r\nlayers: # two\r\n- Input:\r\n    shape: [null,\r\n      3]\r\n- Dense: {num_units: 2} \r\n",
      "# one\n\nlayers:   # two\n  - Input: {shape: [null, 3]}\n  - Dense: {num_units: 2}\n"),
    .init(
      "old Macs, and no line end at the end",
      "layers:\r- Input: {shape: [null, 3]}\r- Dense: {num_units: 2} # x",
      "layers:\n  - Input: {shape: [null, 3]}\n  - Dense: {num_units: 2}   # x\n"),
  ]
}
