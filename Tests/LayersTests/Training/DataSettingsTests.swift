import Diagnostics
import Layers
import Testing

struct DataSettingsTests {
  private static func checked(_ data: String) -> Checked {
    Checked("layers:\n  - Input: {shape: [null, 4]}\n  - Dense: {num_units: 3}\ndata: {\(data)}\n")
  }

  @Test(
    arguments: [
      ("{idx: {images: a, labels: b}}", .idx(images: "a", labels: "b")),
      ("{cifar10: a.bin}", .cifar10(files: ["a.bin"], height: 32, width: 32)),
      ("{cifar10: [a.bin, b.bin]}", .cifar10(files: ["a.bin", "b.bin"], height: 32, width: 32)),
      ("{cifar10: {files: a.bin, size: [4, 5]}}", .cifar10(files: ["a.bin"], height: 4, width: 5)),
      ("{npz: {file: a.npz}}", .npz(file: "a.npz", inputs: ["x"], targets: ["y"])),
      ("{npz: {file: a.npz, inputs: [p, q], targets: t}}", .npz(file: "a.npz", inputs: ["p", "q"], targets: ["t"])),
      ("{npy: {inputs: x.npy, targets: y.npy}}", .npy(inputs: ["x.npy"], targets: ["y.npy"])),
      ("{csv: t.csv}", .csv(file: "t.csv", targets: [], separator: ",")),
      (
        "{csv: {file: t.csv, targets: [a, b], separator: \";\"}}",
        .csv(file: "t.csv", targets: ["a", "b"], separator: ";")
      ),
      ("{folder: pictures}", .folder(path: "pictures")),
    ] as [(String, DataSource.Format)])
  func sources(_ text: String, _ format: DataSource.Format) throws {
    #expect(try Self.checked("train: \(text)").good().data.train?.format == format)
    #expect(try Self.checked("valid: \(text)").good().data.valid?.format == format)
    #expect(try Self.checked("test: \(text)").good().data.test?.format == format)
  }

  @Test func balance() throws {
    #expect(try Self.checked("balance: up").good().data.balance == .up)
    #expect(try Self.checked("balance: down").good().data.balance == .down)
    #expect(Self.checked("balance: sideways").marks == ["N0106 sideways"])
  }

  @Test(
    arguments: [
      ("train: a.npz", "N0105 a.npz"), ("train: {}", "N0105 {}"), ("train: {idxx: {}}", "N0106 idxx"),
      ("train: {idx: {images: a}}", "N0104 idx"), ("train: {idx: a}", "N0105 a"),
      ("train: {idx: {images: a, labels: b, lables: c}}", "N0103 lables"), ("train: {npy: {inputs: a}}", "N0104 npy"),
      ("train: {csv: {file: a, separator: ab}}", "N0105 ab"), ("train: {cifar10: {files: [null]}}", "N0105 null"),
      ("train: {cifar10: {files: a, size: 0}}", "N0106 0"), ("train: {folder: {}}", "N0104 folder"),
    ])
  func refuses(_ text: String, _ mark: String) { #expect(Self.checked(text).marks == [mark]) }
}
