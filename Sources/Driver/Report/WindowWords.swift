import Layers
import NetIR

extension Window {
  /// `5×5`, `3×3/2`, `3×3 d2`; nil for a window over everything.
  var words: String? {
    guard kind != .everything else { return nil }
    var text = size.crossed
    if stride != Size2D(1) { text += "/\(stride.short)" }
    if dilation != Size2D(1) { text += " d\(dilation.short)" }
    return text
  }
}
