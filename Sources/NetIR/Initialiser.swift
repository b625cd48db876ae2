/// How a parameter gets its first values. Uniform limits are √3·std of the normal form.
package enum Initialiser: Hashable, Sendable {
  case constant(Float)
  case normal(std: Float, mean: Float)
  case uniform(low: Float, high: Float)
  /// std = gain·√(2 / ((n1 + n2)·rf)) (Glorot & Bengio 2010)
  case glorotNormal(gain: Float)
  case glorotUniform(gain: Float)
  /// std = gain / √fan_in; the gain is √2 unless said, which is He's √(2/n) (He et al. 2015)
  case heNormal(gain: Float)
  case heUniform(gain: Float)
  /// std = 1 / √fan_in (LeCun et al. 1998)
  case lecunNormal
  case lecunUniform
  /// Rows or columns of an orthogonal matrix (Saxe et al. 2013)
  case orthogonal(gain: Float)
  /// That fraction of each column is normal with this std, the rest zero (Martens 2010)
  case sparse(fraction: Float, std: Float)
}

/// The counts that scaled initialisers divide by.
package struct Fans: Hashable, Sendable {
  package var fanIn: Int
  package var fanOut: Int

  /// For weights whose first axis counts outputs and whose second counts inputs: (units, inputs) or
  /// (filters, channels / groups, kh, kw). Glorot's n1 and n2 are these two, each times the receptive
  /// field.
  package init(outputsFirst shape: [Int]) {
    let field = shape.dropFirst(2).reduce(1, *)
    fanIn = (shape.count > 1 ? shape[1] : 1) * field
    fanOut = (shape.first ?? 1) * field
  }
}
