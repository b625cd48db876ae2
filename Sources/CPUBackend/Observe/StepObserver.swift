/// Is told by every thread of a run whenever it passes from one thing to the next.
///
/// A run is compiled once for each observer: `Unobserved` leaves no trace in the code of a normal run.
protocol StepObserver: Sendable {
  /// The thread enters the run.
  func entered(_ thread: Int)
  /// The thread has met the others before its share of this step.
  func began(_ step: Int, _ thread: Int)
  /// The thread has done its share of this step.
  func worked(_ step: Int, _ thread: Int)
  /// The thread has met the others behind this step.
  func left(_ step: Int, _ thread: Int)
}

/// Nobody looks.
struct Unobserved: StepObserver {
  @inline(__always) func entered(_ thread: Int) {}
  @inline(__always) func began(_ step: Int, _ thread: Int) {}
  @inline(__always) func worked(_ step: Int, _ thread: Int) {}
  @inline(__always) func left(_ step: Int, _ thread: Int) {}
}
