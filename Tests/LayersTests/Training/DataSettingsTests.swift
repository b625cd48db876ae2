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
      ("{folder: photos}", .folder(path: "photos")), ("{folder: {path: photos}}", .folder(path: "photos")),
      ("{csv: t.csv}", .csv(file: "t.csv", targets: [], separator: ",")),
      (
        "{csv: {file: t.csv, targets: [a, b], separator: \";\"}}",
        .csv(file: "t.csv", targets: ["a", "b"], separator: ";")
      ),
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
      ("train: {cifar10: {files: a, size: 0}}", "N0106 0"), ("train: {folder: {paths: a, path: b}}", "N0103 paths"),
      ("train: {folder: [a, b]}", "N0105 [a, b]"),
    ])
  func refuses(_ text: String, _ mark: String) { #expect(Self.checked(text).marks == [mark]) }

  private static func images(_ augment: String, shape: String = "[null, 3, 8, 8]") -> Checked {
    Checked("layers:\n  - Input: {shape: \(shape)}\n  - Dense: {num_units: 3}\ndata: {augment: \(augment)}\n")
  }

  @Test(
    arguments: [
      ("translate: 2", .translate(2)), ("crop: 4", .crop(4)), ("rotate: 15", .rotate(15)),
      ("scale: 0.1", .scale(0.9...1.1)),
      ("scale: [0.5, 2]", .scale(0.5...2)), ("shear: 10", .shear(10)),
      ("flip: horizontal", .flip(.init(axis: .horizontal, swap: nil))),
      ("flip: {axis: vertical, swap: [[0, 2]]}", .flip(.init(axis: .vertical, swap: [[0, 2]]))),
      ("noise: 0.1", .noise(0.1)),
      ("brightness: 0.2", .brightness(0.2)), ("contrast: 0.3", .contrast(0.3)), ("hsv: null", .hsv(.init())),
      ("fancy_pca: 0.2", .fancyPCA(sigma: 0.2, usesEigenvalues: false)), ("cutout: 4", .cutout(4)),
      ("resized_crop: 0.25", .resizedCrop(area: 0.25...1, ratio: 0.75...(4.0 / 3))),
      ("resized_crop: {area: [0.1, 0.5], ratio: [0.5, 2]}", .resizedCrop(area: 0.1...0.5, ratio: 0.5...2)),
      ("fancy_pca: {scale: eigenvalue}", .fancyPCA(sigma: 0.1, usesEigenvalues: true)),
    ] as [(String, AugmentationStep)])
  func augmentation(_ text: String, _ step: AugmentationStep) throws {
    #expect(try Self.images("[{\(text)}]").good().data.augmentation == [step])
  }

  @Test(
    arguments: [
      ("{flip: horizontal}", "N0105 {flip: horizontal}"), ("[{flpi: horizontal}]", "N0103 flpi"),
      ("[{flip: diagonal}]", "N0106 diagonal"), ("[flip]", "N0105 flip"), ("[{translate: 1.5}]", "N0105 1.5"),
      ("[{rotate: 0}]", "N0106 0"), ("[{shear: 90}]", "N0106 90"), ("[{scale: 1}]", "N0105 1"),
      ("[{scale: [2, 1]}]", "N0105 [2, 1]"), ("[{contrast: 2}]", "N0106 2"), ("[{hsv: {hue: -1}}]", "N0106 -1"),
      ("[{hsv: {huge: 1}}]", "N0103 huge"), ("[{fancy_pca: {scale: long}}]", "N0106 long"),
      ("[{resized_crop: 2}]", "N0105 2"), ("[{resized_crop: {area: [0.5, 2]}}]", "N0105 [0.5, 2]"),
      ("[{flip: {axis: horizontal, swap: [1]}}]", "N0105 [1]"),
      ("[{crop: 1, flip: vertical}]", "N0105 {crop: 1, flip: vertical}"),
    ])
  func refusesToAugment(_ text: String, _ mark: String) { #expect(Self.images(text).marks == [mark]) }

  @Test func onlyImagesAreAugmented() {
    #expect(Self.images("[{crop: 1}]", shape: "[null, 4]").marks == ["N0201 [{crop: 1}]"])
    #expect(Self.images("[{hsv: null}]", shape: "[null, 1, 8, 8]").marks == ["N0201 [{hsv: null}]"])
    #expect(Self.images("[{crop: 1}]", shape: "[null, 1, 8, 8]").bag.isEmpty)
  }
}
