import Exchange
import GPUBackend

/// What `netc doctor` says of GPUs: every library, every device, and what is missing.
extension GPUSystem {
  /// Title and words.
  var lines: [(String, String)] {
    var lines: [(String, String)]
    do throws(GPUProblem) {
      let (device, _) = try usable()
      let libraries = DeviceLibraries(self).versions
      let work = libraries.isEmpty ? "" : ", with \(libraries) for large convolutions and dense layers"
      lines = [("GPU", "\(device.name): `--device gpu` uses it\(work)")]
    } catch {
      lines = [("GPU", error.message)]
      lines += error.notes.map { ("", $0) }
    }
    for (index, device) in devices.enumerated() {
      lines.append(
        (
          "device \(index)",
          "\(device.name), compute capability \(device.capability / 10).\(device.capability % 10), "
            + "\(Format.count(device.processors, "multiprocessor")), \(Format.binary(device.memory)), "
            + "L2 \(Format.binary(device.cache))"
        ))
    }
    // A machine without a driver has one line, unless there are libraries for one.
    let hasDriver = (try? driver.get()) != nil
    for library in libraries {
      switch library.result {
      case .success(let found): lines.append((library.title, "\(found.version), \(found.path)\(library.remark)"))
      case .failure(let problem):
        if hasDriver { lines.append((library.title, "missing: \(problem.reason)\(library.remark)")) }
      }
    }
    return lines
  }

  /// null where nothing of NVIDIA's was found.
  var json: JSONValue {
    let found = libraries.contains { (try? $0.result.get()) != nil }
    guard found else { return .null }
    var problem: GPUProblem?
    do throws(GPUProblem) { _ = try usable() } catch { problem = error }
    return .object([
      ("usable", .bool(problem == nil)), ("problem", problem.map { .string($0.message) } ?? .null),
      (
        "devices",
        .array(
          devices.map { device in
            .object([
              ("name", .string(device.name)), ("compute_capability", .int(device.capability)),
              ("multiprocessors", .int(device.processors)), ("memory_bytes", .int(device.memory)),
              ("l2_bytes", .int(device.cache)),
            ])
          })
      ),
      (
        "libraries",
        .object(
          libraries.map { library in
            guard let found = try? library.result.get() else { return (library.key, .null) }
            return (library.key, .object([("version", .string(found.version)), ("path", .string(found.path))]))
          })
      ),
    ])
  }

  private struct Library {
    let key: String
    let title: String
    let result: Result<(path: String, version: String), GPUProblem>
    var remark = ""
  }

  private var libraries: [Library] {
    [
      Library(
        key: "driver", title: "driver",
        result: driver.map { ($0.path, "CUDA \($0.version / 1000).\($0.version % 1000 / 10)") }),
      Library(key: "nvrtc", title: "NVRTC", result: compiler.map { ($0.path, $0.version) }),
    ]
      + extras.map { extra in
        Library(
          key: extra.library.rawValue, title: extra.library == .cudnn ? "cuDNN" : "cuBLASLt", result: extra.result,
          remark: "")
      }
  }
}

extension GPUProblem {
  /// What the system said, or else what this is.
  fileprivate var reason: String { notes.first ?? message }
}
