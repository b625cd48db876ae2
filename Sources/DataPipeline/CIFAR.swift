import Diagnostics
import Exchange

/// Reads the binary version of CIFAR-10: records of a label byte and an RGB image, plane after plane.
///
/// Source: A. Krizhevsky, "The CIFAR-10 dataset", section "Binary version".
package enum CIFAR {
  /// Reads files of records, plain or gzip as their content says, one after the other.
  ///
  /// Throws N0501, N0510, or N0516 where a file does not consist of whole records.
  package static func read(paths: [String], height: Int, width: Int) throws(DiagnosticError) -> DataSet {
    var (images, labels): ([UInt8], [Float]) = ([], [])
    for path in paths {
      let file = try MappedFile(path: path)
      try file.withBytes { (bytes) throws(DiagnosticError) in
        guard Gzip.isGzip(bytes) else {
          return try append(bytes, path, height, width, &images, &labels)
        }
        let content = try Gzip.inflate(bytes, name: path)
        try content.withUnsafeBufferPointer { (plain) throws(DiagnosticError) in
          try append(UnsafeRawBufferPointer(plain), path, height, width, &images, &labels)
        }
      }
    }
    let count = labels.count
    return DataSet(
      inputs: [Examples(shape: [3, height, width], count: count, .bytes(images))],
      targets: [Examples(shape: [], count: count, .floats(labels))])
  }

  private static func append(
    _ bytes: UnsafeRawBufferPointer, _ path: String, _ height: Int, _ width: Int, _ images: inout [UInt8],
    _ labels: inout [Float]
  ) throws(DiagnosticError) {
    let record = 1 + 3 * height * width
    let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: record)
    guard rest == 0, count > 0 else {
      let look = FileSignature.describe(bytes).map { ["the file looks like \($0)"] } ?? []
      throw FileFault.make(
        .damagedCifar, in: path,
        count == 0 && rest == 0
          ? "the file has no records"
          : "the file has \(bytes.count.counted("byte")): \(count.grouped) records of \(record.grouped), "
            + "and \(rest.grouped) left over",
        notes: ["a record is a label byte and 3×\(height)×\(width) bytes"] + look,
        help: ["fetch the file again, or give the `size` of its images"])
    }
    images.reserveCapacity(images.count + count * (record - 1))
    for index in 0..<count {
      labels.append(Float(bytes[index * record]))
      images.append(contentsOf: bytes[index * record + 1..<(index + 1) * record])
    }
  }
}
