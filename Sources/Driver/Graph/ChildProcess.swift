import Glibc

/// Runs another program and waits for it.
enum ChildProcess {
  /// The first place on the PATH where `name` can be executed.
  static func find(_ name: String) -> String? {
    guard let path = getenv("PATH") else { return nil }
    return String(cString: path).split(separator: ":").lazy.map { "\($0)/\(name)" }.first {
      access($0, X_OK) == 0
    }
  }

  /// Runs `program` silently; only a few variables of the environment are handed on.
  ///
  /// - Returns: whether it ended with 0 within `seconds`; afterwards it is killed.
  static func run(_ program: String, _ arguments: [String], seconds: Int) -> Bool {
    var actions = posix_spawn_file_actions_t()
    guard posix_spawn_file_actions_init(&actions) == 0 else { return false }
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (stream, mode) in [(STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_WRONLY), (STDERR_FILENO, O_WRONLY)] {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", mode, 0)
    }
    var process = pid_t()
    let started = withStrings([program] + arguments) { argv in
      withStrings(environment) { posix_spawn(&process, program, &actions, nil, argv, $0) }
    }
    guard started == 0 else { return false }
    var status: Int32 = 0
    for _ in 0..<(seconds * 100) {
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process { return status == 0 }
      if ended < 0, errno != EINTR { return false }
      usleep(10_000)
    }
    kill(process, SIGKILL)
    waitpid(process, &status, 0)
    return false
  }

  private static let inherited = [
    "PATH", "HOME", "TMPDIR", "LANG", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH",
  ]

  private static var environment: [String] {
    inherited.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
  }

  private static func withStrings<R>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("the array ends with nil") }
      return body(base)
    }
  }
}
