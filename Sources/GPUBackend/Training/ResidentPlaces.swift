import CGPU
import NetIR
import Training

/// Where what stays on the device lies: bytes from the beginning of one piece of memory.
struct ResidentPlaces {
  /// Of each input of the plan that is a parameter, or the loss's factor.
  private(set) var inputs: [Int: Int] = [:]
  private(set) var outputs: [Int] = []
  /// Of each parameter, as many as the rule has.
  private(set) var slots: [[Int]] = []
  private(set) var statistics: [(mean: Int, variance: Int, channels: Int)] = []
  let progress: Int
  let squares: Int
  let pieceTable, unitTable, statisticsTable: Int
  let pieces: [Piece]
  let units: [Unit]
  let bytes: Int

  /// Neighbouring elements of a parameter.
  struct Piece {
    var parameter: Int
    var range: Range<Int>
  }

  /// The weights of one unit.
  struct Unit {
    var parameter: Int
    var range: Range<Int>
  }

  /// `struct Progress`, `struct Piece`, … of the kernel text.
  static let progressBytes = 32
  private static let (pieceBytes, unitBytes, statisticsBytes) = (56, 16, 40)
  /// Elements of a piece.
  private static let piece = 4096

  init(_ plan: Plan, _ roles: TrainingRoles) {
    var places = DevicePlaces()
    let counts = roles.parameters.map { plan.inputs[$0.input].shape.elements }
    for (parameter, count) in zip(roles.parameters, counts) {
      inputs[parameter.input] = places.take(floats: count)
      slots.append((0..<roles.rule.slots).map { _ in places.take(floats: count) })
    }
    outputs = plan.outputs.map { places.take(floats: $0.shape.elements) }
    statistics = roles.statistics.map { statistics in
      let channels = plan.outputs[statistics.moments].shape.elements / 2
      return (places.take(floats: channels), places.take(floats: channels), channels)
    }
    pieces = counts.enumerated().flatMap { index, count in
      stride(from: 0, to: count, by: Self.piece).map {
        Piece(parameter: index, range: $0..<min(count, $0 + Self.piece))
      }
    }
    units =
      roles.unitLimit == nil
      ? []
      : roles.parameters.enumerated().flatMap { index, parameter -> [Unit] in
        guard let units = parameter.units, units > 0 else { return [] }
        let length = counts[index] / units
        return (0..<units).map { Unit(parameter: index, range: $0 * length..<($0 + 1) * length) }
      }
    progress = places.take(Self.progressBytes)
    // The first number of it.
    if let scaling = roles.scaling { inputs[scaling.input] = progress }
    squares = places.take(8 * pieces.count)
    pieceTable = places.take(Self.pieceBytes * pieces.count)
    unitTable = places.take(Self.unitBytes * units.count)
    statisticsTable = places.take(Self.statisticsBytes * roles.statistics.count)
    bytes = places.bytes
  }

  // MARK: Tables

  /// What kernels of the update read, with the place of each.
  ///
  /// - Parameter base: where the memory begins.
  func tables(_ roles: TrainingRoles, base: cgpu_address) -> [(place: Int, bytes: [UInt8])] {
    var (pieceBytes, unitBytes, statisticsBytes) = ([UInt8](), [UInt8](), [UInt8]())
    func address(_ place: Int, _ element: Int = 0) -> UInt64 { base + UInt64(place + 4 * element) }
    func input(_ parameter: Int) -> Int { inputs[roles.parameters[parameter].input] ?? 0 }
    for piece in pieces {
      let parameter = roles.parameters[piece.parameter]
      let start = piece.range.lowerBound
      pieceBytes.add(address(input(piece.parameter), start))
      pieceBytes.add(address(outputs[parameter.gradient], start))
      for index in 0..<3 {
        let slots = slots[piece.parameter]
        pieceBytes.add(slots.indices.contains(index) ? address(slots[index], start) : 0)
      }
      pieceBytes.add(Int32(piece.range.count))
      for number in [parameter.multiplier, parameter.penalty.l1, parameter.penalty.slope] { pieceBytes.add(number) }
    }
    for unit in units {
      unitBytes.add(address(input(unit.parameter), unit.range.lowerBound))
      unitBytes.add(Int32(unit.range.count))
      unitBytes.add(Float(roles.unitLimit ?? .infinity))
    }
    for (places, role) in zip(statistics, roles.statistics) {
      for place in [places.mean, places.variance, outputs[role.moments]] { statisticsBytes.add(address(place)) }
      statisticsBytes.add(Int32(places.channels))
      statisticsBytes.add(role.alpha)
      statisticsBytes.add(role.count > 1 ? Float(Double(role.count) / Double(role.count - 1)) : 1)
      statisticsBytes.add(Int32(0))
    }
    return [(pieceTable, pieceBytes), (unitTable, unitBytes), (statisticsTable, statisticsBytes)]
      .filter { !$0.1.isEmpty }
  }
}

extension [UInt8] {
  /// The bytes of a number as the device has them.
  fileprivate mutating func add<Number: BitwiseCopyable>(_ number: Number) {
    Swift.withUnsafeBytes(of: number) { append(contentsOf: $0) }
  }
}
