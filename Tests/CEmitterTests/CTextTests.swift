import Testing

@testable import CEmitter

@Suite struct CTextTests {
  @Test func literalsAreTheSameFloatsAgain() {
    for value in [Float(0), -0.0, 1, 0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -3.4028e38, 1e-5, .pi] {
      let text = CWords.literal(value)
      #expect(text.last == "f" && Float(text.dropLast())?.bitPattern == value.bitPattern)
    }
    #expect(CWords.literal(.infinity) == "INFINITY" && CWords.literal(-.infinity) == "-INFINITY")
    #expect(CWords.operand(-2) == "(-2.0f)")
  }

  @Test func namesAreThoseOfC() {
    #expect(CWords.identifier("conv2/first/a.W") == "conv2_first_a_W")
    #expect(CWords.identifier("__x") == "x" && CWords.identifier("7up") == "n7up")
    #expect(CWords.identifier("größe") == "gr____e" && CWords.identifier("-") == "net")
    var names = CNames()
    #expect(names.unique("for") == "for_2" && names.unique("a") == "a" && names.unique("a") == "a_2")
  }

  @Test func remarksEndNowhereElse() {
    #expect(CWords.comment("3×3 */ x\n\\") == "3x3 _/ x_\\")
    #expect(CWords.string("a\"b\\c??/é\n") == "\"a\\\"b\\\\c\\?\\?/\\303\\251\\012\"")
  }

  @Test func placesLeaveOutWhatIsZero() {
    #expect(CIndex.sum([("c", 64), ("0", 8), ("i", 1)]) == "c * 64 + i")
    #expect(CIndex.sum([("top / 2", 14), ("i", 1)], plus: -3) == "(top / 2) * 14 + i - 3")
    #expect(CIndex.sum([]) == "0" && CIndex.pointer("x", [("0", 3)]) == "x")
  }
}
