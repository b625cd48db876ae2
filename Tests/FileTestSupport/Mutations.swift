import Diagnostics

/// The diagnostic that `body` throws; nil if it succeeds.
package func diagnostic<R>(of body: () throws -> R) -> Diagnostic? {
  do {
    _ = try body()
    return nil
  } catch let error as DiagnosticError {
    return error.diagnostic
  } catch {
    fatalError("an error that is no diagnostic: \(error)")
  }
}

/// Damaged copies of a file.
package enum Mutations {
  /// Every proper prefix of `bytes`, the empty one included.
  package static func truncations(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.indices.map { Array(bytes[..<$0]) }
  }

  /// `bytes` with each single bit flipped, and each byte set to 0, 0x7F and 0xFF.
  package static func corruptions(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.indices.flatMap { index in
      let values = (0..<8).map { bytes[index] ^ (1 << $0) } + [0, 0x7F, 0xFF]
      return values.map { value in
        var copy = bytes
        copy[index] = value
        return copy
      }
    }
  }
}
