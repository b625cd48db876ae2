import Foundation
import Testing

@testable import Runtime

@Suite struct UsableCoresTests {
  @Test func countsWhatThisProcessMayUse() {
    #expect(UsableCores.count >= 1)
    #expect(UsableCores.count <= ProcessInfo.processInfo.processorCount)
  }

  @Test func partsOfACoreAreRoundedUp() {
    #expect(UsableCores.count(affinity: 8, quota: nil) == 8)
    #expect(UsableCores.count(affinity: 8, quota: 1.5) == 2)
    #expect(UsableCores.count(affinity: 8, quota: 3) == 3)
    #expect(UsableCores.count(affinity: 8, quota: 0.1) == 1)
    #expect(UsableCores.count(affinity: 2, quota: 64) == 2)
  }
}
