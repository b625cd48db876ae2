import CBuildInfo

/// What `netc --version` says.
package enum Version {
  package static let number = "0.1.0"

  /// How this binary was built.
  package static var build: String {
    #if DEBUG
      let mode = "debug"
    #else
      let mode = "release"
    #endif
    #if arch(x86_64)
      let machine = "x86-64"
    #elseif arch(arm64)
      let machine = "arm64"
    #else
      let machine = "unknown"
    #endif
    return "commit \(String(cString: cb_commit())), \(mode), \(machine)"
  }
}
