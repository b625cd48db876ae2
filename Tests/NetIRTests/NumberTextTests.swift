import NetIR
import Testing

struct NumberTextTests {
  @Test(arguments: [
    (0, "0.0"), (1, "1.0"), (-2.302585, "-2.3026"), (0.011108072, "0.011108"), (0.25, "0.25"),
    (7.55942e-5, "7.5594e-05"), (99999.6, "100000.0"), (12345.6, "12346.0"), (6_553_611, "6553600.0"),
    (999.996, "1000.0"), (1e-300, "0.0"), (.infinity, "inf"),
  ])
  func fiveFiguresAreSignificant(value: Double, text: String) { #expect(significant(value) == text) }
}
