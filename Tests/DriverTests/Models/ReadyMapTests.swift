import CPUBackend
import DataPipeline
import Diagnostics
import Exchange
import FileTestSupport
import Layers
import NetIR
import NetworkTestSupport
import Testing

@testable import Driver

/// Ready maps against names and shapes as the libraries themselves list them (`Names/names.txt`).
@Suite struct ReadyMapTests {
  struct Listing: Sendable, CustomTestStringConvertible {
    var spec: String
    var library: String
    var entries: [TensorFile.Entry] = []
    var testDescription: String { "\(spec) from \(library)" }
  }

  static let all: [Listing] = {
    var listings: [Listing] = []
    let text = Repository.bytes("Tests/DriverTests/Names/names.txt").map { String(decoding: $0, as: UTF8.self) } ?? ""
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      if words[0] == "#" {
        listings.append(Listing(spec: String(words[1].dropLast()), library: String(words[2])))
      } else {
        // A scalar has no sizes.
        let shape = words.count > 1 ? words[1].split(separator: "x").compactMap { Int($0) } : []
        listings[listings.count - 1].entries.append(
          TensorFile.Entry(name: String(words[0]), shape: shape, type: "F32", isFloatingPoint: true))
      }
    }
    return listings
  }()

  @Test func thereAreListings() { #expect(Self.all.count == 10) }

  /// Every parameter of netc's spec has its tensor, of the right shape, and nothing is left.
  @Test(arguments: all)
  func fits(_ listing: Listing) throws {
    let network = try Networks.spec(listing.spec)
    let wanted = network.layers.flatMap { layer in
      layer.weights.filter { !$0.isTied }.map { WeightMatching.Wanted(weight: $0, layer: layer) }
    }
    let matching = WeightMatching(wanted, of: network, in: listing.entries, WeightMap(ready: listing.library))
    #expect(matching.missing.map(\.name) == [])
    #expect(matching.unexpected.map(\.name) == [])
    #expect(matching.differing.map(\.tensor.name) == [])
    #expect(matching.repeated.map(\.parameter) == [])
    #expect(matching.sources.count == wanted.count)
  }

  // MARK: Real weights

  private func weights(_ file: String, _ map: String, _ spec: String) throws -> (Network, Weights) {
    let network = try Networks.spec(spec)
    return (network, try Weights.load(try #require(SharedData.file(file)), map: map, for: network))
  }

  /// ResNet-20 by its author's names; the published logits of 64 images of CIFAR-10 come out.
  @Test(.enabled(if: SharedData.file("models/resnet20_cifar10/weights.safetensors") != nil, "no shared data"))
  func resnet20ByItsAuthorsNames() throws {
    var (network, weights) = try weights("models/resnet20_cifar10/weights.safetensors", "resnet_cifar", "resnet20")
    // What is published are the numbers in front of softmax.
    var last = try #require(network.layers.last?.kind as? Dense)
    last.nonlinearity = .linear
    network.layers[network.layers.count - 1].kind = last
    let file = try #require(SharedData.file("cifar10/val.bin.gz"))
    let records = try Gzip.inflate(try #require(TestFile.bytes(file)), name: "val.bin.gz")
    let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    let count = 8
    let pixels = (0..<count * 3072).map { index -> Double in
      let (record, place) = (index / 3072, index % 3072)
      return (Double(records[record * 3073 + 1 + place]) / 255 - mean[place / 1024]) / deviation[place / 1024]
    }
    let graph = try network.lowered(batch: count).graph
    let found = try ReferenceInterpreter(graph) { name, shape in (try? weights.values(name, shape)) ?? [] }.run([pixels]
    )
    let path = try #require(SharedData.file("models/resnet20_cifar10/logits_val_0_63.f32"))
    let expected = try #require(TestFile.bytes(path)).withUnsafeBytes { bytes in
      (0..<count * 10).map { Double(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
    }
    #expect(found[0].count == count * 10)
    let worst = zip(found[0], expected).map { abs($0 - $1) }.max() ?? 9
    #expect(worst < 1e-4, "\(worst)")
  }

  @Test(.enabled(if: SharedData.file("models/lenet_caffe/weights.safetensors") != nil, "no shared data"))
  func lenetByEqualNames() throws {
    let (network, weights) = try weights("models/lenet_caffe/weights.safetensors", "pytorch", "lenet-caffe")
    let direct = try TensorFile(path: try #require(SharedData.file("models/lenet_caffe/weights.safetensors")))
    for weight in network.weights {
      let name = weight.name.replacing(".W", with: ".weight").replacing(".b", with: ".bias")
      #expect(try weights.values(weight.name, weight.shape) == (try direct.floats(named: name)))
    }
  }
}
