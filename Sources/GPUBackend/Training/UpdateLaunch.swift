import CGPU

/// A kernel of the update behind a step: `UpdateArguments` of the kernel text.
struct UpdateLaunch {
  let kernel: String
  let blocks: Int
  let addresses: [cgpu_address]
  let numbers: LaunchNumbers
  /// Of parameters, gradients and what the rule remembers, read and written; few numbers do not count.
  let bytes: Int

  /// In their order: a look at the loss, and at gradients where it is scaled, the norm of all gradients where it is
  /// bounded, the rule, bounds of weights, running statistics, the scale of the next step.
  static func kernels(_ roles: TrainingRoles) -> [String] {
    let isScaled = roles.scaling != nil
    return ["judge_loss"] + (isScaled ? ["find_overflow"] : [])
      + (roles.normLimit == nil ? [] : ["gradient_squares", "gradient_factor"]) + ["update_parameters"]
      + (roles.unitLimit == nil ? [] : ["bound_units"]) + (roles.statistics.isEmpty ? [] : ["follow_moments"])
      + (isScaled ? ["adjust_scale"] : [])
  }

  /// - Parameters:
  ///   - resident: where the places lie.
  ///   - numbers: of the step.
  static func all(_ roles: TrainingRoles, _ places: ResidentPlaces, resident: cgpu_address, numbers: cgpu_address)
    -> [UpdateLaunch]
  {
    kernels(roles).compactMap { kernel in
      let (table, blocks): (Int, Int) =
        switch kernel {
        case "bound_units": (places.unitTable, places.units.count)
        case "follow_moments": (places.statisticsTable, places.statistics.count)
        case "judge_loss", "gradient_factor", "adjust_scale": (places.pieceTable, 1)
        default: (places.pieceTable, places.pieces.count)
        }
      // Nothing may be bounded, or learn.
      guard blocks > 0 else { return nil }
      var arguments = LaunchNumbers()
      arguments.add(places.pieces.count, roles.rule.code)
      let passes: Int =
        switch kernel {
        case "update_parameters": 3 + 2 * roles.rule.slots
        case "find_overflow", "gradient_squares": 1
        case "bound_units": 2
        default: 0
        }
      let ranges = kernel == "bound_units" ? places.units.map(\.range) : places.pieces.map(\.range)
      return UpdateLaunch(
        kernel: kernel, blocks: blocks,
        addresses: [table, nil, places.progress, places.squares, places.outputs[roles.loss]].map { place in
          place.map { resident + UInt64($0) } ?? numbers
        }, numbers: arguments, bytes: passes * 4 * ranges.reduce(0) { $0 + $1.count })
    }
  }
}
