/// The colour of a box: one per family of layers, told apart by hue and by the words of the legend.
package enum Tint: String, Sendable, CaseIterable {
  case input, convolution, dense, pooling, normalisation, activation, merge, shape, conversion, other

  /// The word in the legend.
  package var word: String {
    switch self {
    case .input: "input"
    case .convolution: "convolution"
    case .dense: "dense"
    case .pooling: "pooling"
    case .normalisation: "normalisation"
    case .activation: "nonlinearity"
    case .merge: "merge"
    case .shape: "shape, dropout"
    case .conversion: "layout"
    case .other: "other"
    }
  }

  /// Fill, border and text on paper. The text keeps a contrast of 7:1 and more on the fill.
  package var light: (fill: String, line: String, text: String) {
    switch self {
    case .input: ("#eef1f5", "#7b8794", "#29323c")
    case .convolution: ("#e3effd", "#3f82d1", "#0f3c75")
    case .dense: ("#eee8fc", "#7d5fc7", "#3f2390")
    case .pooling: ("#dff4ec", "#2f9a76", "#0b4a37")
    case .normalisation: ("#fdf2d4", "#c0922a", "#573c02")
    case .activation: ("#fdeadd", "#d0793b", "#6b2f06")
    case .merge: ("#fce6ec", "#cb5579", "#711634")
    case .shape: ("#f1f0ec", "#96907f", "#3e3a30")
    case .conversion: ("#e4f3f7", "#3c94ab", "#0e4655")
    case .other: ("#f3f3f3", "#8a8a8a", "#333333")
    }
  }

  /// The same on a dark ground.
  package var dark: (fill: String, line: String, text: String) {
    switch self {
    case .input: ("#28303a", "#8492a3", "#e3e8ee")
    case .convolution: ("#14304f", "#5b9be6", "#d3e6fd")
    case .dense: ("#2c2350", "#9a80e0", "#e6defc")
    case .pooling: ("#103a2e", "#46b892", "#d0f2e5")
    case .normalisation: ("#403108", "#d2a53c", "#fbecc2")
    case .activation: ("#45260f", "#e08d51", "#fde2cf")
    case .merge: ("#471a2a", "#e07195", "#fcdbe4")
    case .shape: ("#33312b", "#a49e8c", "#eae7df")
    case .conversion: ("#10363f", "#55afc6", "#d3eef5")
    case .other: ("#303030", "#9a9a9a", "#e8e8e8")
    }
  }
}
