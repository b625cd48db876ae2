/// Recognises files by their first bytes, to say what a file is when it is not what was expected.
package enum FileSignature {
  private static let known: [(prefix: [UInt8], name: String)] = [
    ([0x93] + Array("NUMPY".utf8), "a NumPy array (.npy)"),
    ([0x1F, 0x8B], "a gzip file"),
    (Array("PK\u{3}\u{4}".utf8), "a zip archive, as .npz and PyTorch's .pt and .pth are"),
    ([0x89] + Array("PNG".utf8), "a PNG image"),
    ([0xFF, 0xD8, 0xFF], "a JPEG image"),
    ([0x89] + Array("HDF".utf8), "an HDF5 file, as Keras's .h5 is"),
    ([0x80, 0x02], "a Python pickle"),
    ([0x80, 0x03], "a Python pickle"),
    ([0x80, 0x04], "a Python pickle"),
    ([0x80, 0x05], "a Python pickle"),
    (Array("GGUF".utf8), "a GGUF file"),
    (Array("BM".utf8), "a BMP image"),
    (Array("GIF8".utf8), "a GIF image"),
    (Array("version https://git-lfs".utf8), "a Git LFS pointer; `git lfs pull` fetches the file itself"),
    (Array("<!DOCTYPE".utf8), "an HTML page, often a download that failed"),
    (Array("<!doctype".utf8), "an HTML page, often a download that failed"),
    (Array("<html".utf8), "an HTML page, often a download that failed"),
  ]

  /// What `bytes` seem to be, "a PNG image"; nil if they are like nothing known.
  package static func describe(_ bytes: UnsafeRawBufferPointer) -> String? {
    known.first { bytes.starts(with: $0.prefix) }?.name
  }
}
