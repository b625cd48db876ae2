import NetIR

/// An activation as kernels are told of it: `activate` of the texts.
package struct ActivationCode: Hashable, Sendable {
  package var kind: Int
  package var p0: Float = 0
  package var p1: Float = 0

  package init(_ activation: Activation) {
    switch activation {
    case .linear: kind = 0
    case .rectify: kind = 1
    case .leakyRectify(let leakiness): (kind, p0) = (2, leakiness)
    case .elu: kind = 3
    case .selu: kind = 4
    case .softplus: kind = 5
    case .sigmoid: kind = 6
    case .tanh: kind = 7
    case .scaledTanh(let scaleIn, let scaleOut): (kind, p0, p1) = (8, scaleIn, scaleOut)
    case .swish: kind = 9
    case .hardSwish: kind = 10
    case .gelu: kind = 11
    case .clip(let least, let most): (kind, p0, p1) = (12, least, most)
    }
  }
}
