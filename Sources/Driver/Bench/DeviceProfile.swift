import Diagnostics
import Exchange
import GPUBackend
import NetIR

/// How long every kernel of a plan takes on a GPU: the median of some watched runs.
struct DeviceProfile {
  static let runs = 20

  let launches: [WatchedLaunch]

  private var seconds: Double { launches.reduce(0) { $0 + $1.median } }

  var json: JSONValue {
    .array(
      launches.map { launch in
        .object([
          ("kernel", .string(launch.kernel)), ("steps", .array(launch.steps.map { .string($0) })),
          ("blocks", .int(launch.blocks)), ("median_us", .double(rounded(launch.median * 1e6, to: 1e-3))),
          ("gflop", .double(Double(launch.flops) / 1e9)), ("bytes", .int(launch.bytes)),
        ])
      })
  }

  /// The launches in their order, and what they take in all.
  func rendered(width: Int?, _ style: Style) -> String {
    let names = launches.map { $0.steps.joined(separator: " + ") }
    let table = Table.fitted(to: width, style: style, names: names) { letters in
      var table = Table([
        Table.Column("#", right: true), Table.Column("steps"), Table.Column("kernel", expendable: 9),
        Table.Column("blocks", right: true, expendable: 3), Table.Column("µs", right: true),
        Table.Column("%", right: true), Table.Column("GFLOP/s", right: true), Table.Column("MB", right: true),
        Table.Column("GB/s", right: true),
      ])
      for (index, launch) in launches.enumerated() {
        let time = launch.median
        let share = seconds > 0 ? 100 * time / seconds : 0
        func rate(_ count: Int) -> String {
          count == 0 || time == 0 ? "" : fixed(Double(count) / time / 1e9, digits: 1)
        }
        table.rows.append([
          "\(index + 1)", names[index].cut(to: letters), launch.kernel, "\(launch.blocks)",
          fixed(time * 1e6, digits: 1), fixed(share, digits: 1), rate(launch.flops),
          fixed(Double(launch.bytes) / 1e6, digits: 2), rate(launch.bytes),
        ])
      }
      return table
    }
    return "\n\(table)\n  launches   \(fixed(seconds * 1e6, digits: 1)) µs in all, with an event behind each\n"
  }

  private func rounded(_ value: Double, to unit: Double) -> Double { (value / unit).rounded() / (1 / unit) }
}
