import Diagnostics
import Exchange
import Glibc

/// Turns SVG into PNG with what the machine has: netc has no rasteriser of its own.
enum PNGConverter {
  /// What Cairo can hold is 32,767 pixels, a browser's canvas 16,384.
  private static let largestSide = (cairo: 32_000.0, browser: 16_000.0)
  private static let patience = 120

  /// Writes the picture to `path`, two pixels for each of the drawing unless that becomes too large.
  ///
  /// Throws N0513 when no converter is on the PATH, or all of them failed.
  static func write(_ svg: String, width: Double, height: Double, to path: String) throws(DiagnosticError) {
    let folder = try temporaryFolder(for: path)
    let (source, result) = ("\(folder)/drawing.svg", "\(folder)/drawing.png")
    defer {
      unlink(source)
      unlink(result)
      rmdir(folder)
    }
    try AtomicFile.write(path: source) { writer throws(DiagnosticError) in try writer.write(svg) }
    var tried: [String] = []
    for (program, arguments) in commands(source, result, width, height) {
      guard let executable = ChildProcess.find(program) else { continue }
      tried.append(program)
      if ChildProcess.run(executable, arguments, seconds: patience), let bytes = try readPNG(result) {
        return try AtomicFile.write(path: path) { writer throws(DiagnosticError) in try writer.write(bytes) }
      }
    }
    let why =
      tried.isEmpty
      ? "no program that turns SVG into PNG is on the PATH"
      : "\(tried.joined(separator: " and ")) could not turn the SVG into PNG"
    throw FileFault.make(
      .cannotWrite, in: path, "cannot write `\(path)`: \(why)",
      help: [
        "install rsvg-convert (`apt-get install librsvg2-bin`), Inkscape or Chromium",
        "or write an SVG, `-o \(path.hasSuffix(".png") ? String(path.dropLast(4)) : path).svg`: browsers show it",
      ])
  }

  private static func commands(
    _ source: String, _ result: String, _ width: Double, _ height: Double
  ) -> [(String, [String])] {
    let pixels = Int((width * min(2, largestSide.cairo / max(width, height))).rounded(.down))
    let scale = min(2, largestSide.browser / max(width, height))
    var browser = [
      "--headless", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=\(scale)",
      "--window-size=\(Int(width)),\(Int(height))", "--screenshot=\(result)",
    ]
    // Chromium's sandbox refuses to work for root; the page is our own and holds no script.
    if geteuid() == 0 { browser.append("--no-sandbox") }
    browser.append("file://\(source)")
    return [
      ("rsvg-convert", ["--format=png", "--width=\(pixels)", "--keep-aspect-ratio", "--output=\(result)", source]),
      ("inkscape", ["--export-type=png", "--export-width=\(pixels)", "--export-filename=\(result)", source]),
    ] + ["chromium", "chromium-browser", "google-chrome", "chrome"].map { ($0, browser) }
  }

  /// The file's bytes if it is a PNG.
  private static func readPNG(_ path: String) throws(DiagnosticError) -> [UInt8]? {
    guard access(path, R_OK) == 0 else { return nil }
    let bytes = try MappedFile(path: path).withBytes { Array($0) }
    return bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? bytes : nil
  }

  private static func temporaryFolder(for path: String) throws(DiagnosticError) -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/netc-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    if let made { return made }
    throw FileFault.make(
      .cannotWrite, in: path, "cannot write `\(path)`: no temporary folder in \(parent)",
      help: ["let TMPDIR name a folder that you may write into"])
  }
}
