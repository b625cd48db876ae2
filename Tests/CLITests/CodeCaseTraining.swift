import Diagnostics
import FileTestSupport

extension CodeCase {
  /// What training and its data can be refused for.
  static let training: [CodeCase] = [
    CodeCase(.damagedCifar, "half a record") { folder in
      folder.store([UInt8](repeating: 1, count: 5000), as: "a.bin")
      return try train(folder, data: "{cifar10: a.bin}")
    },
    CodeCase(.damagedCsv, "rows of two lengths") { folder in
      folder.store(Array("1,2,0\n1,1\n".utf8), as: "a.csv")
      return try train(folder, data: "{csv: a.csv}")
    },
    CodeCase(.badTargets, "a class beyond the units") { folder in
      folder.store(Array("1,2,0\n1,1,2\n".utf8), as: "a.csv")
      return try train(folder, data: "{csv: a.csv}")
    },
    CodeCase(.noTrainingData, "a spec without data") { folder in
      ["train", Files.lenet, "--output", folder.path, "--quiet"]
    },
    CodeCase(.noTrainingData, "nothing to judge by") { _ in
      ["eval", Files.lenet, "--weights", Files.weights]
    },
    CodeCase(.notTrainable, "everything is frozen") { folder in
      try train(folder, data: points(folder), more: "freeze: \"*\"")
    },
    CodeCase(.diverged, "a learning rate of a million") { folder in
      try train(
        folder, data: points(folder), more: "objective: squared_error, update: {sgd: {learning_rate: 1000000}}",
        output: "Dense: {num_units: 1, nonlinearity: null}")
    },
    CodeCase(.outOfMemory, "less than the parameters take") { _ in
      ["report", Files.lenet, "--memory", "100KiB"]
    },
    CodeCase(.cannotResume, "weights in place of a checkpoint") { folder in
      folder.store(try Files.bytes(Files.weights), as: "last.safetensors")
      return try train(folder, data: points(folder)) + ["--resume"]
    },
  ]

  /// Numbers with two classes.
  private static func points(_ folder: TemporaryFolder) -> String {
    let rows = (0..<40).map { "\($0 % 7),\($0 % 5),\($0 % 2)\n" }.joined()
    folder.store(Array(rows.utf8), as: "points.csv")
    return "{csv: points.csv}"
  }

  private static func train(
    _ folder: TemporaryFolder, data: String, more: String = "", output: String? = nil
  ) throws -> [String] {
    let last = output ?? "Dense: {num_units: 2, nonlinearity: softmax}"
    let shape = data.contains("cifar10") ? "[null, 3, 32, 32]" : "[null, 2]"
    let spec = """
      layers:
        - Input: {shape: \(shape)}
        - \(last)
      data: {train: \(data)}
      train: {batch_size: 4, max_epochs: 3, validation: none\(more.isEmpty ? "" : ", ")\(more)}

      """
    return ["train", folder.store(spec, as: "net.yaml"), "--output", folder.path, "--quiet"]
  }
}
