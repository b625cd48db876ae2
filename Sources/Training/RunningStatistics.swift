/// What a batch normalisation takes at inference: means over batches that forget (Ioffe & Szegedy 2015, section 3.1).
package enum RunningStatistics {
  /// running = (1 − alpha)·running + alpha·batch, of the variance with the batch's unbiased one, count/(count − 1)
  /// times what normalised.
  ///
  /// - Parameters:
  ///   - moments: means, then biased variances of the batch.
  ///   - count: elements of a channel in the batch; of one element the variance is taken as it is.
  package static func follow(
    _ mean: inout [Float], _ variance: inout [Float], moments: [Float], count: Int, alpha: Float
  ) {
    precondition(moments.count == mean.count + variance.count && mean.count == variance.count)
    let unbiased = count > 1 ? Float(Double(count) / Double(count - 1)) : 1
    for channel in mean.indices {
      mean[channel] = (1 - alpha) * mean[channel] + alpha * moments[channel]
      variance[channel] = (1 - alpha) * variance[channel] + alpha * unbiased * moments[mean.count + channel]
    }
  }
}
