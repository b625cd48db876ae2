import Exchange
import FileTestSupport
import Testing

@Suite struct WeightsTests {
  private let folder = TemporaryFolder()

  @Test func aTable() {
    let run = NetcProcess.run(["weights", Files.weights])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines[0].contains("tensor") && run.lines[0].hasSuffix("L2 norm"))
    #expect(run.lines.contains { $0.contains("conv1.W") && $0.contains("F32") })
    #expect(run.lines.last?.contains("(safetensors)") == true)
  }

  @Test func asJSON() throws {
    var writer = SafetensorsWriter()
    writer.add("a", [2, 2], floats: [1, 2, 2, .nan])
    writer.add("n", .i64, [1], bytes: [7, 0, 0, 0, 0, 0, 0, 0])
    let path = folder.path + "/w.safetensors"
    try writer.write(to: path)
    let run = NetcProcess.run(["weights", path, "--json"])
    try #require(run.status == 0, "\(run.errors)")
    let tensors = try run.json()["tensors"]?.arrayValue ?? []
    #expect(tensors.first?.keys == ["name", "shape", "type", "min", "max", "mean", "l2_norm", "nan", "infinite"])
    #expect(tensors.first?["l2_norm"]?.doubleValue == 3 && tensors.first?["nan"]?.intValue == 1)
    #expect(tensors.last?["max"]?.doubleValue == 7)
    #expect(NetcProcess.run(["weights", path]).output.contains("`a` has 1 NaN and 0 infinite numbers"))
  }

  @Test func otherFormats() {
    let path = folder.path + "/w.npz"
    #expect(NetcProcess.run(["weights", Files.weights, "-o", path]).status == 0)
    let run = NetcProcess.run(["eval", Files.digits, "--weights", path])
    #expect(run.output.contains("354 of 360 right"), "\(run.errors)")
    #expect(NetcProcess.run(["weights", Files.weights, "-o", folder.path + "/w.h5"]).errors.contains("N0514"))
    #expect(NetcProcess.run(["eval", Files.digits, "--map", "pytorch"]).status == 64)
  }
}
