import CThreads

/// The cores that this process can keep busy: those of its affinity mask, and no more than the quotas of its control
/// groups pay for.
package enum UsableCores {
  package static let count = count(affinity: Int(ct_cpu_count()), quota: CPUQuota.current())

  /// Part of a core is rounded up: throttled for a part of the time, it still helps.
  static func count(affinity: Int, quota: Double?) -> Int {
    guard let quota, quota < Double(affinity) else { return max(1, affinity) }
    return max(1, Int(quota.rounded(.up)))
  }
}
