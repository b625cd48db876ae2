extension Plan {
  /// How the kernel of a step was chosen: which there were, and what was known of each.
  package struct Choice: Sendable, Codable, Equatable {
    package struct Candidate: Sendable, Codable, Equatable {
      package var kernel: String
      /// Nanoseconds by the cost model of the target; nil where the kernel cannot compute the step.
      package var estimate: Int?
      /// Nanoseconds as `netc compile --tune` measured them; nil where it did not.
      package var measured: Int?
      /// Why the kernel cannot compute the step, or may not; nil where it can.
      package var exclusion: String?

      package init(kernel: String, estimate: Int? = nil, measured: Int? = nil, exclusion: String? = nil) {
        self.kernel = kernel
        self.estimate = estimate
        self.measured = measured
        self.exclusion = exclusion
      }

      /// What is best known of its time.
      package var nanoseconds: Int? { measured ?? estimate }
    }

    /// The one that was taken, the others from the quickest to the slowest, and those that were excluded.
    package var candidates: [Candidate]

    package init(candidates: [Candidate]) { self.candidates = candidates }

    package var taken: Candidate? { candidates.first }
    /// The best of those that were not taken.
    package var runnerUp: Candidate? { candidates.dropFirst().first { $0.exclusion == nil } }
  }

  /// Where and how the candidates of a plan's steps were timed.
  package struct Tuning: Sendable, Codable, Equatable {
    /// The CPU's name.
    package var cpu: String
    package var threads: Int

    package init(cpu: String, threads: Int) {
      self.cpu = cpu
      self.threads = threads
    }
  }
}
