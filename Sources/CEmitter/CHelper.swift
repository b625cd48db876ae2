import NetIR

/// A small function that kernels call: written once, where one of them does.
struct CHelper: Hashable {
  var name: String
  var text: String
  var needsMath = false

  static let larger = CHelper(name: "larger", of: "float a, float b", "b <= a ? a : b")
  static let smaller = CHelper(name: "smaller", of: "float a, float b", "a < b ? a : b")
  static let least = CHelper(name: "least", text: "static int least(int a, int b) { return a < b ? a : b; }")
  static let most = CHelper(name: "most", text: "static int most(int a, int b) { return a > b ? a : b; }")

  static let rectify = CHelper(name: "rectify", of: "float v", "v < 0.0f ? 0.0f : v")
  static let leakyRectify = CHelper(name: "leaky_rectify", of: "float v, float slope", "v > 0.0f ? v : slope * v")
  static let elu = CHelper(name: "elu", of: "float v", "v > 0.0f ? v : expm1f(v)", needsMath: true)
  static let selu = CHelper(
    name: "selu", of: "float v", "1.05070099f * (v > 0.0f ? v : 1.67326324f * expm1f(v))", needsMath: true)
  static let softplus = CHelper(
    name: "softplus", of: "float v", "(v > 0.0f ? v : 0.0f) + log1pf(expf(-fabsf(v)))", needsMath: true)
  static let sigmoid = CHelper(name: "sigmoid", of: "float v", "1.0f / (1.0f + expf(-v))", needsMath: true)
  static let swish = CHelper(name: "swish", of: "float v", "v / (1.0f + expf(-v))", needsMath: true)
  static let hardSwish = CHelper(
    name: "hard_swish", of: "float v", "v < -3.0f ? 0.0f * v : v > 3.0f ? v : v * (v + 3.0f) / 6.0f")
  static let clip = CHelper(name: "clip", of: "float v, float low, float high", "v < low ? low : v > high ? high : v")
  static let gelu = CHelper(name: "gelu", of: "float v", "0.5f * v * erfcf(-0.707106781f * v)", needsMath: true)

  /// Rows of a padded image, or every so many pixels of them.
  static let copyRow = CHelper(
    name: "copy_row",
    text: """
      /* The numbers first to last - 1 of a row of `length` come from x, the others are 0. */
      static void copy_row(float *restrict row, int length, int first, int last, const float *restrict x, int step) {
        for (int i = 0; i < first; i++) row[i] = 0.0f;
        for (int i = first; i < last; i++) row[i] = x[(i - first) * step];
        for (int i = last; i < length; i++) row[i] = 0.0f;
      }
      """)

  static let copy = CHelper(
    name: "copy_floats",
    text: """
      static void copy_floats(const float *restrict x, float *restrict y, int count) {
        for (int i = 0; i < count; i++) y[i] = x[i];
      }
      """)

  /// Where a pixel that was made by enlarging lies between two old ones.
  static let between = CHelper(
    name: "between",
    text: """
      /* Pixel i of an enlarged row lies between the old ones `return` and the next, by *weight towards that. */
      static int between(int i, float scale, int size, float *weight) {
        float place = ((float)i + 0.5f) / scale - 0.5f;
        if (place < 0.0f) place = 0.0f;
        if (place > (float)(size - 1)) place = (float)(size - 1);
        const int first = (int)place;
        *weight = place - (float)first;
        return first;
      }
      """)

  /// One expression.
  private init(name: String, of parameters: String, _ value: String, needsMath: Bool = false) {
    self.init(
      name: name, text: "static float \(name)(\(parameters)) { return \(value); }", needsMath: needsMath)
  }

  private init(name: String, text: String, needsMath: Bool = false) {
    (self.name, self.text, self.needsMath) = (name, text, needsMath)
  }
}

extension Activation {
  /// The function applied to an expression, and what it calls.
  func c(_ value: String) -> (text: String, helper: CHelper?, needsMath: Bool) {
    func call(_ helper: CHelper, _ more: String = "") -> (String, CHelper?, Bool) {
      ("\(helper.name)(\(value)\(more))", helper, helper.needsMath)
    }
    switch self {
    case .linear: return (value, nil, false)
    case .rectify: return call(.rectify)
    case .leakyRectify(let leakiness): return call(.leakyRectify, ", \(CWords.literal(leakiness))")
    case .elu: return call(.elu)
    case .selu: return call(.selu)
    case .softplus: return call(.softplus)
    case .sigmoid: return call(.sigmoid)
    case .tanh: return ("tanhf(\(value))", nil, true)
    case .scaledTanh(let scaleIn, let scaleOut):
      return ("\(CWords.operand(scaleOut)) * tanhf(\(CWords.operand(scaleIn)) * (\(value)))", nil, true)
    case .swish: return call(.swish)
    case .hardSwish: return call(.hardSwish)
    case .gelu: return call(.gelu)
    case .clip(let least, let most):
      let bounds = [least, most]
      let (text, helper, _) = call(.clip, bounds.map { ", \(CWords.literal($0))" }.joined())
      return (text, helper, !bounds.allSatisfy(\.isFinite))
    }
  }

  /// Whether the largest value has the largest result, so that the maximum over a window may be taken first.
  var isRising: Bool {
    switch self {
    case .linear, .rectify, .elu, .selu, .softplus, .sigmoid, .tanh, .clip: true
    case .leakyRectify(let leakiness): leakiness >= 0
    case .scaledTanh(let scaleIn, let scaleOut): scaleIn * scaleOut >= 0
    case .swish, .hardSwish, .gelu: false
    }
  }
}
