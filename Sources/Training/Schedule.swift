import Glibc

/// How a learning rate, or a momentum, changes while training goes on: a pure function of how far it is.
package enum Schedule: Hashable, Sendable {
  case constant
  /// Times `factor` after every so many epochs; halving every k epochs is `factor` 0.5.
  case step(every: Int, factor: Double)
  /// Times `factor` after each epoch.
  case exponential(factor: Double)
  /// In equal steps, one an epoch, to `end` in the last (nolearn's AdjustVariable).
  case linear(end: Double)
  /// Half a cosine down to `end`, step by step (Loshchilov & Hutter 2017, without restarts).
  case cosine(end: Double = 0)
  /// From base/divisor up to base in that share of the steps, then down to base/(divisor·finalDivisor), both along half
  /// a cosine; the momentum goes the other way, between its two bounds (Smith & Topin 2018).
  case oneCycle(
    share: Double = 0.3, divisor: Double = 25, finalDivisor: Double = 1e4, momentum: ClosedRange<Double> = 0.85...0.95)
  /// Times `factor` whenever the validation loss has not fallen for more than `patience` epochs.
  case plateau(factor: Double, patience: Int)

  /// Where training is.
  package struct Progress: Hashable, Sendable {
    /// Epochs done, with the part of this one.
    package var epoch: Double
    /// Epochs that are planned.
    package var epochs: Int
    /// The validation loss of each epoch that is done.
    package var losses: [Double]

    package init(epoch: Double, of epochs: Int, losses: [Double] = []) {
      (self.epoch, self.epochs, self.losses) = (epoch, epochs, losses)
    }

    /// Of all that is planned.
    var share: Double { epochs > 0 ? min(1, epoch / Double(epochs)) : 1 }
  }

  /// - Parameter base: what the spec gives: the value at the start, of one-cycle the peak.
  package func value(_ base: Double, at progress: Progress) -> Double {
    let done = progress.epoch.rounded(.down)
    let share = progress.share
    switch self {
    case .constant: return base
    case .step(let every, let factor): return base * pow(factor, (done / Double(max(1, every))).rounded(.down))
    case .exponential(let factor): return base * pow(factor, done)
    case .linear(let end):
      guard progress.epochs > 1 else { return base }
      return base + (end - base) * min(1, done / Double(progress.epochs - 1))
    case .cosine(let end): return Self.cosine(from: base, to: end, share)
    case .oneCycle(let rising, let divisor, let finalDivisor, _):
      guard share >= rising else { return Self.cosine(from: base / divisor, to: base, share / rising) }
      let falling = rising < 1 ? (share - rising) / (1 - rising) : 1
      return Self.cosine(from: base, to: base / (divisor * finalDivisor), falling)
    case .plateau(let factor, let patience):
      return base * pow(factor, Double(Self.plateaus(progress.losses, patience)))
    }
  }

  /// The momentum that belongs to the rate; nil where the schedule has no say in it.
  package func momentum(at progress: Progress) -> Double? {
    guard case .oneCycle(let rising, _, _, let momentum) = self else { return nil }
    let (least, most, share) = (momentum.lowerBound, momentum.upperBound, progress.share)
    guard share >= rising else { return Self.cosine(from: most, to: least, share / rising) }
    return Self.cosine(from: least, to: most, rising < 1 ? (share - rising) / (1 - rising) : 1)
  }

  private static func cosine(from start: Double, to end: Double, _ share: Double) -> Double {
    end + (start - end) * (1 + cos(.pi * share)) / 2
  }

  /// How often the losses stopped falling. After each time, patience starts anew.
  private static func plateaus(_ losses: [Double], _ patience: Int) -> Int {
    var (best, since, count) = (Double.infinity, 0, 0)
    for loss in losses {
      if loss < best {
        (best, since) = (loss, 0)
      } else {
        since += 1
        if since > patience { (since, count) = (0, count + 1) }
      }
    }
    return count
  }
}

/// A gentle start: linear from `start`·rate at the beginning to the whole rate after so many epochs (Goyal et al. 2017).
package struct WarmUp: Hashable, Sendable {
  package var epochs: Double
  package var start: Double

  package init(epochs: Double, start: Double = 0.1) {
    (self.epochs, self.start) = (epochs, start)
  }

  /// What the schedule's rate is multiplied by.
  package func factor(at progress: Schedule.Progress) -> Double {
    epochs > 0 ? start + (1 - start) * min(1, progress.epoch / epochs) : 1
  }
}
