import Exchange
import FileTestSupport
import Testing

@Suite struct ReportTests {
  @Test func textHasTheNumbersOfTheConvNetGuides() {
    let run = NetcProcess.run(["report", Files.lenet])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    // (1·5·5 + 1)·6, (6·25 + 1)·16, (16·25 + 1)·120, 121·84, 85·10.
    for count in ["156", "2,416", "48,120", "10,164", "850", "61,706"] {
      #expect(run.output.contains(" \(count) "))
    }
    // 28²·6·25 + 10²·16·150 + 120·400 + 84·120 + 10·84.
    #expect(run.output.contains("416,520 MACs"))
    #expect(run.lines.allSatisfy { $0.count <= 80 })
  }

  @Test(arguments: [
    (Files.lenet, 61_706), ("specs/alexnet.yaml", 61_100_840), ("specs/alexnet-grouped.yaml", 60_965_224),
    ("specs/vgg16.yaml", 138_357_544), ("specs/keypoints.yaml", 16_561_502), (Files.digits, 45_162),
  ])
  func jsonCountsWhatIsPublished(spec: String, parameters: Int) throws {
    let run = NetcProcess.run(["report", spec, "--format", "json"])
    #expect(run.status == 0)
    #expect(try run.json()["totals"]?["parameters"]?.intValue == parameters)
  }

  @Test func jsonHasTheKeysOfTheContract() throws {
    let report = try NetcProcess.run(["report", Files.lenet, "--format", "json", "--batch", "128"]).json()
    #expect(report.keys == ["name", "batch", "layers", "totals", "memory"])
    #expect(report["batch"] == 128)
    let layers = try #require(report["layers"]?.arrayValue)
    for layer in layers {
      #expect(
        layer.keys == [
          "index", "name", "type", "inputs", "output_shape", "parameters", "trainable", "frozen", "state",
          "macs", "flops", "weight_bytes", "activation_bytes", "receptive_field", "jump", "capacity", "coverage",
        ])
    }
    #expect(layers[1]["output_shape"] == [nil, 6, 28, 28])
    #expect(layers[1]["inputs"] == ["input1"])
    #expect(layers[1]["activation_bytes"]?.intValue == 4 * 128 * 6 * 28 * 28)
    #expect(layers[3]["receptive_field"] == [14, 14] && layers[3]["jump"] == [2, 2])
    #expect(
      report["totals"]?.keys == ["parameters", "trainable", "frozen", "state", "macs", "flops", "weight_bytes"])
    #expect(report["totals"]?["weight_bytes"]?.intValue == 4 * 61_706)
    #expect(report["memory"]?.keys == ["inference_arena_bytes", "inference_arena_bound_bytes", "training_bytes"])
    let training = try #require(report["memory"]?["training_bytes"])
    #expect(training.keys == ["weights", "gradients", "optimizer", "activations", "workspace", "total"])
    let parts = training.objectValue?.dropLast().compactMap { $0.1.intValue }.reduce(0, +)
    #expect(parts == training["total"]?.intValue)
  }

  @Test func csvIsARectangle() {
    let run = NetcProcess.run(["report", Files.lenet, Files.digits, "--format", "csv"])
    #expect(run.status == 0)
    #expect(run.lines.count == 1 + 8 + 9)
    let widths = Set(run.lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
    #expect(widths == [16])
    #expect(run.lines[0].hasPrefix("network,index,name,type,"))
    #expect(run.lines[2].hasPrefix("lenet,1,conv1,Conv2D,input1,x6x28x28,156,156,0,0,117600,"))
  }

  @Test func markdownIsATable() {
    let run = NetcProcess.run(["report", Files.lenet, "--format", "markdown"])
    #expect(run.status == 0)
    let rows = run.lines.filter { $0.hasPrefix("|") }
    #expect(rows.count == 2 + 8)
    #expect(Set(rows.map { $0.filter { $0 == "|" }.count }) == [9])
    #expect(run.output.contains("61,706 trainable"))
  }

  @Test(arguments: [
    ("index", ["input1", "conv1", "pool1", "conv2", "pool2", "conv3", "hidden", "output"]),
    ("name", ["conv1", "conv2", "conv3", "hidden", "input1", "output", "pool1", "pool2"]),
    ("parameters", ["conv3", "hidden", "conv2", "output", "conv1", "input1", "pool1", "pool2"]),
    ("macs", ["conv2", "conv1", "conv3", "hidden", "output", "input1", "pool1", "pool2"]),
    // 6·28², 16·10², 6·14², 32², 16·5², 120, 84, 10.
    ("activations", ["conv1", "conv2", "pool1", "input1", "pool2", "conv3", "hidden", "output"]),
  ])
  func rowsAreSorted(order: String, names: [String]) throws {
    let run = NetcProcess.run(["report", Files.lenet, "--sort", order, "--format", "json"])
    #expect(try run.json()["layers"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == names)
  }

  @Test func severalSpecsAreALineEach() {
    let run = NetcProcess.run(["report", Files.lenet, "specs/vgg16.yaml", Files.digits, "--sort", "parameters"])
    #expect(run.status == 0)
    #expect(run.lines.count == 5)
    #expect(run.lines.allSatisfy { $0.count <= 80 })
    let names = run.lines.dropFirst(2).map { $0.split(separator: " ")[0] }
    #expect(names == ["vgg16", "lenet", "digits"])
  }

  @Test func aWrongSpecAmongGoodOnesFails() {
    let run = NetcProcess.run(["report", Files.lenet, "none.yaml"])
    #expect(run.status == 1)
    #expect(run.output.contains("61,706"))
    #expect(run.errors.contains("N0011"))
    let alone = NetcProcess.run(["report", "none.yaml"])
    #expect(alone.status == 1)
    #expect(alone.output.isEmpty)
  }

  @Test func standardInputIsASpec() throws {
    let run = NetcProcess.run(["report", "-"], input: try Files.bytes(Files.lenet))
    #expect(run.status == 0)
    #expect(run.output.contains("61,706 trainable"))
  }

  @Test func quietLeavesWarningsOut() {
    let input = Array(Specs.warned.utf8)
    #expect(NetcProcess.run(["report", "-"], input: input).errors.contains("1 warning in <stdin>"))
    let quiet = NetcProcess.run(["report", "-", "--quiet"], input: input)
    #expect(quiet.status == 0)
    #expect(quiet.errors.isEmpty && quiet.output.contains("136 trainable"))
  }
}
