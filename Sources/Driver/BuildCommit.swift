/// The commit that was built. `netc.sh build` writes it into the binary it makes; a plain `swift build` leaves
/// it unknown.
enum BuildCommit {
  static let hash = "unknown"
}
