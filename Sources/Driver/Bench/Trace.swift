import CPUBackend
import Diagnostics
import Exchange
import NetIR

/// Recorded runs in the Trace Event Format, which Perfetto and Chrome's `about:tracing` show: a track per thread, a
/// slice per step and per wait.
struct Trace {
  let plan: Plan
  let timelines: [RunTimeline]

  /// - Throws: N0513; an existing file is replaced as a whole or stays.
  func write(to path: String) throws(DiagnosticError) {
    let text = json.serialised() + "\n"
    try AtomicFile.write(path: path) { (file) throws(DiagnosticError) in try file.write(text) }
  }

  var json: JSONValue {
    .object([("displayTimeUnit", "ms"), ("traceEvents", .array(names + timelines.enumerated().flatMap(events)))])
  }

  private var names: [JSONValue] {
    let title = "netc \(plan.name), \(plan.batchWords)"
    let threads = timelines.first?.tracks.count ?? 0
    return [Self.metadata("process_name", title, thread: 0)]
      + (0..<threads).map { Self.metadata("thread_name", $0 == 0 ? "caller" : "worker \($0)", thread: $0) }
  }

  private static func metadata(_ kind: String, _ name: String, thread: Int) -> JSONValue {
    .object([
      ("ph", "M"), ("name", .string(kind)), ("pid", 1), ("tid", .int(thread)),
      ("args", .object([("name", .string(name))])),
    ])
  }

  private func events(_ number: Int, _ timeline: RunTimeline) -> [JSONValue] {
    let run = slice(
      "run \(number + 1)", "run", thread: 0, timeline.start, max(timeline.start, timeline.end), [])
    return [run]
      + timeline.tracks.enumerated().flatMap { thread, slices in
        slices.map { slice in
          let step = plan.steps[slice.step]
          guard slice.isWork else {
            return self.slice(
              "wait", "wait", thread: thread, slice.begin, slice.end, [("step", .string(step.name))])
          }
          return self.slice(
            step.name, "step", thread: thread, slice.begin, slice.end,
            [
              ("step", .int(slice.step + 1)), ("microbatch", .int(slice.microbatch + 1)),
              ("kernel", .string(step.kernel)),
              ("algorithm", .string(step.algorithm)),
              ("out", .string(plan.tensors[step.result].shape.crossed)),
            ])
        }
      }
  }

  /// Times are microseconds since the first recorded run began.
  private func slice(
    _ name: String, _ category: String, thread: Int, _ begin: UInt64, _ end: UInt64, _ facts: [(String, JSONValue)]
  ) -> JSONValue {
    let origin = timelines.first?.start ?? 0
    return .object([
      ("ph", "X"), ("name", .string(name)), ("cat", .string(category)), ("pid", 1), ("tid", .int(thread)),
      ("ts", .double((Double(begin) - Double(origin)) / 1000)), ("dur", .double(Double(end - begin) / 1000)),
      ("args", .object(facts)),
    ])
  }
}
