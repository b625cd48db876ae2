import Layers
import NetIR
import Testing

struct GlobalPoolTests {
  @Test(arguments: [("", GlobalPoolMode.mean), ("mode: max", .max), ("mode: l2", .l2)])
  func oneNumberPerChannel(_ parameters: String, _ mode: GlobalPoolMode) throws {
    let built = try Built("GlobalPool: {\(parameters)}", on: "[null, 5, 7, 3]")
    #expect(built.shape == [nil, 5])
    #expect(built.ops == [.globalPool(mode)])
    #expect(built.weights.isEmpty)
    #expect(built.layer.kind.window(over: built.shape)?.kind == .everything)
  }

  @Test func needsAnImage() {
    #expect(Checked("GlobalPool: {}", on: "[null, 784]").marks == ["N0201 GlobalPool"])
    #expect(Checked("GlobalPool: {mode: min}", on: "[null, 1, 2, 2]").marks == ["N0106 min"])
  }
}
