import Diagnostics
import Layers
import Testing
import YAMLSyntax

@Suite struct WeightMapTests {
  private func read(_ text: String) -> (map: WeightMap?, bag: DiagnosticBag) {
    var (sources, bag) = (SourceMap(), DiagnosticBag())
    let id = sources.add(SourceFile(path: "map.yaml", bytes: Array(text.utf8)))
    let map = parseYAML(id, in: sources, bag: &bag).flatMap { WeightMap.read($0, &bag) }
    return (map, bag)
  }

  @Test func theFirstRuleThatFitsCounts() throws {
    let (map, bag) = read(
      """
      'features\\.(\\d+)\\.weight': conv$1.W
      fc.kernel: {to: fc.W, as: [transposed, hwc_inputs]}
      'norm\\.(\\w+)': [$1.gamma, {to: $1.scales, epsilon: 1.0e-3}]
      'aux.*':
      '.*': rest.W
      """)
    #expect(!bag.hasErrors)
    let found = try #require(map)
    func target(_ name: String, _ layouts: WeightLayout..., epsilon: Float? = nil) -> WeightMap.Match {
      .target(.init(name: name, layouts: layouts, epsilon: epsilon))
    }
    #expect(found.match("features.3.weight") { _ in true } == target("conv3.W"))
    #expect(found.match("fc.kernel") { _ in true } == target("fc.W", .transposed, .hwcInputs))
    #expect(found.match("norm.a") { $0 == "a.scales" } == target("a.scales", epsilon: 1e-3))
    // Where there is neither, the last is named.
    #expect(found.match("norm.a") { _ in false } == target("a.scales", epsilon: 1e-3))
    #expect(found.match("aux1.W") { _ in true } == .leftOut)
    #expect(found.match("other") { _ in true } == target("rest.W"))
    #expect(WeightMap().match("other") { _ in true } == .unknown)
  }

  @Test func namesOfReadyMaps() {
    #expect(read("torchvision").map == WeightMap(ready: "torchvision"))
    let (map, bag) = read("torchvison")
    #expect(map == nil && bag.sorted.map(\.message) == ["netc has no map `torchvison`"])
    for name in ReadyMaps.names { #expect(!ReadyMaps.maps(named: name).isEmpty) }
  }

  @Test(arguments: [
    ("'a(': b.W", DiagnosticCode.wrongType), ("a: [x, [y]]", .wrongType), ("a: {as: transposed}", .missingParameter),
    ("a: {to: b.W, as: sideways}", .outOfRange), ("a: b$1.W", .outOfRange), ("a: {to: b.W, by: 2}", .unknownParameter),
    ("[a]", .wrongType), ("a: {to: b.W, epsilon: x}", .wrongType),
  ])
  func faults(_ text: String, _ code: DiagnosticCode) {
    #expect(read(text).bag.sorted.map(\.code) == [code])
  }
}
