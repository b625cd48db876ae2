import Glibc

/// A run of the real binary in the root of the repository.
package struct NetcProcess {
  package enum Output: Sendable {
    /// Caught, and no terminal.
    case caught
    /// A pipe whose reader has gone.
    case closedPipe
    case path(String)
  }

  /// The exit code; 128 and the number of the signal that ended it.
  package let status: Int32
  package let outputBytes: [UInt8]
  package let errors: String
  package var output: String { String(decoding: outputBytes, as: UTF8.self) }

  /// The binary that was built with these tests.
  package static let binary: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let path = String(decoding: buffer[..<max(0, count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
    let beside = path.lastIndex(of: "/").map { path[..<$0] + "/netc" } ?? "netc"
    return access(beside, X_OK) == 0 ? beside : Repository.root + "/.build/debug/netc"
  }()

  /// What would change words or colours for one developer and not for another.
  private static let dropped = ["NO_COLOR", "COLUMNS", "LINES", "TERM"]
  /// Seconds until a run counts as hung.
  private static let patience = 120.0

  package static func run(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], output: Output = .caught
  ) -> NetcProcess {
    run(command: [binary] + arguments, input: input, environment: environment, output: output)
  }

  package static func run(
    command: [String], input: [UInt8] = [], environment: [String: String] = [:], output: Output = .caught
  ) -> NetcProcess {
    let folder = TemporaryFolder()
    let (out, err) = (folder.path + "/out", folder.path + "/err")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, folder.store(input, as: "in"), O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, err, O_WRONLY | O_CREAT, 0o600)
    var ends: [Int32] = [-1, -1]
    switch output {
    case .caught: posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT, 0o600)
    case .path(let path): posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY, 0)
    case .closedPipe:
      pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      close(ends[0])
      posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    }
    let status = wait(spawn(command, environment, &actions))
    if ends[1] >= 0 { close(ends[1]) }
    return NetcProcess(
      status: status, outputBytes: TestFile.bytes(out) ?? [], errors: TestFile.text(err) ?? "")
  }

  private static func spawn(
    _ command: [String], _ environment: [String: String], _ actions: inout posix_spawn_file_actions_t
  ) -> pid_t {
    // The child starts as from a shell, whatever the test runner does with the signal.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))

    let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", Repository.root] + command
    let names = Set(dropped + environment.keys)
    let inherited = currentEnvironment().filter { entry in
      !names.contains(String(entry.prefix { $0 != "=" }))
    }
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var envp = (inherited + environment.map { "\($0)=\($1)" }).map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var process = pid_t()
    let failure = posix_spawn(&process, "/bin/sh", &actions, &attributes, &argv, &envp)
    precondition(failure == 0, "cannot start \(command[0])")
    return process
  }

  private static func currentEnvironment() -> [String] {
    var entries: [String] = []
    var place = environ
    while let entry = place.pointee {
      entries.append(String(cString: entry))
      place += 1
    }
    return entries
  }

  private static func wait(_ process: pid_t) -> Int32 {
    var status: Int32 = 0
    let start = ContinuousClock.now
    while waitpid(process, &status, WNOHANG) == 0 {
      if ContinuousClock.now - start > .seconds(patience) { kill(process, SIGKILL) }
      usleep(1000)
    }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }
}
