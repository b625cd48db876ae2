import Drawing
import Testing

/// Properties of every layout, checked on graphs of all kinds.
@Suite struct DiagramLayoutTests {
  private static let seeds = 0..<150

  @Test(arguments: seeds) func boxesNeverOverlap(seed: Int) {
    let layout = DiagramLayout(.random(seed))
    for (a, box) in layout.boxes.enumerated() {
      for other in layout.boxes[..<a] { #expect(!box.overlaps(other)) }
      #expect(Rect(x: 0, y: 0, width: layout.width, height: layout.height).contains(box))
    }
  }

  @Test(arguments: seeds) func edgesGoDown(seed: Int) {
    let diagram = Diagram.random(seed)
    let layout = DiagramLayout(diagram)
    for edge in diagram.edges { #expect(layout.boxes[edge.from].maxY < layout.boxes[edge.to].minY) }
    for route in layout.routes {
      for (a, b) in zip(route.points, route.points.dropFirst()) { #expect(a.y <= b.y && (a.x == b.x || a.y == b.y)) }
    }
  }

  /// Follows the pieces of each node's lines from its box.
  @Test(arguments: seeds) func everyEdgeIsDrawn(seed: Int) {
    let diagram = Diagram.random(seed)
    let layout = DiagramLayout(diagram)
    for (source, box) in layout.boxes.enumerated() {
      let pieces = layout.routes.filter { $0.source == source }
      var ends = [Point(box.midX, box.maxY)]
      var place = 0
      while place < ends.count {
        for piece in pieces where piece.points.first == ends[place] {
          if let end = piece.points.last, !ends.contains(end) { ends.append(end) }
        }
        place += 1
      }
      let users = Set(diagram.edges.filter { $0.from == source }.map(\.to))
      let reached = layout.boxes.indices.filter { node in
        let top = layout.boxes[node]
        return ends.contains { $0.y == top.minY && $0.x > top.minX && $0.x < top.maxX }
      }
      #expect(Set(reached) == users)
      let isOut = ends.dropFirst().contains { $0.y == layout.height }
      #expect(isOut == diagram.nodes[source].isOutput)
      #expect(pieces.count { $0.hasHead } == users.count + (isOut ? 1 : 0))
    }
  }

  @Test(arguments: seeds) func linesPassBesideBoxes(seed: Int) {
    let layout = DiagramLayout(.random(seed))
    for route in layout.routes {
      for (a, b) in zip(route.points, route.points.dropFirst()) {
        let line = Rect(
          x: min(a.x, b.x) - 0.25, y: a.y + 0.25, width: abs(a.x - b.x) + 0.5, height: max(0, b.y - a.y - 0.5))
        #expect(!layout.boxes.contains { $0.overlaps(line) }, "a line of \(route.source)")
      }
    }
  }

  /// Lines of two nodes that lie on each other could not be told apart.
  @Test(arguments: seeds) func horizontalLinesAreApart(seed: Int) {
    let layout = DiagramLayout(.random(seed))
    let lines = layout.routes.flatMap { route in
      zip(route.points, route.points.dropFirst()).filter { $0.0.y == $0.1.y && $0.0.x != $0.1.x }.map {
        (source: route.source, y: $0.0.y, from: min($0.0.x, $0.1.x), to: max($0.0.x, $0.1.x))
      }
    }
    for (index, a) in lines.enumerated() {
      for b in lines[..<index] where a.source != b.source && abs(a.y - b.y) < 2 {
        #expect(a.to < b.from || b.to < a.from)
      }
    }
  }

  @Test(arguments: seeds) func verticalLinesAreApart(seed: Int) {
    let layout = DiagramLayout(.random(seed))
    let lines = layout.routes.flatMap { route in
      zip(route.points, route.points.dropFirst()).filter { $0.0.x == $0.1.x && $0.0.y != $0.1.y }.map {
        (source: route.source, x: $0.0.x, from: $0.0.y, to: $0.1.y)
      }
    }
    for (index, a) in lines.enumerated() {
      for b in lines[..<index] where a.source != b.source && abs(a.x - b.x) < 1 {
        #expect(a.to <= b.from || b.to <= a.from, "\(a) \(b)")
      }
    }
  }

  @Test(arguments: seeds) func framesNestAroundTheirNodes(seed: Int) {
    let diagram = Diagram.random(seed)
    let layout = DiagramLayout(diagram)
    for frame in layout.frames {
      for (node, box) in layout.boxes.enumerated() {
        let isIn = frame.nodes.contains(node)
        #expect(isIn ? frame.rect.contains(box) : !frame.rect.overlaps(box))
        if isIn { #expect(diagram.nodes[node].groups[frame.depth] == frame.name) }
      }
    }
    for (index, a) in layout.frames.enumerated() {
      for b in layout.frames[..<index] {
        #expect(!a.rect.overlaps(b.rect) || a.rect.contains(b.rect) || b.rect.contains(a.rect))
      }
    }
    for (node, words) in diagram.nodes.enumerated() {
      let around = layout.frames.filter { $0.nodes.contains(node) }.sorted { $0.depth < $1.depth }
      #expect(around.map(\.name) == words.groups)
    }
  }

  @Test(arguments: seeds) func layoutsAreReproducible(seed: Int) {
    #expect(DiagramLayout(.random(seed)) == DiagramLayout(.random(seed)))
  }

  @Test func aChainIsStraightAndItsSkipRunsBeside() {
    let layout = DiagramLayout(.plain(5, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)]))
    #expect(Set(layout.boxes.map(\.midX)).count == 1)
    let right = layout.boxes.map(\.maxX).max() ?? 0
    let skip = layout.routes.filter { $0.source == 0 }.flatMap(\.points).map(\.x).max() ?? 0
    #expect(skip > right)
  }

  @Test func branchesSpreadEvenlyInTheirOrder() {
    let layout = DiagramLayout(.plain(5, [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)]))
    let middles = layout.boxes.map(\.midX)
    #expect(middles[1] < middles[2] && middles[2] < middles[3])
    #expect(middles[0] == middles[2] && middles[4] == middles[2])
    #expect(middles[2] - middles[1] == middles[3] - middles[2])
  }

  @Test func longSkipsNestWithoutCrossing() {
    // Two encoders, two decoders: 1 → 6 around 2 → 5.
    let diagram = Diagram.plain(8, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (2, 5), (1, 6)])
    let layout = DiagramLayout(diagram)
    func lane(_ source: Int) -> Double {
      layout.routes.filter { $0.source == source }.flatMap(\.points).map(\.x).max() ?? 0
    }
    #expect(lane(1) > lane(2) && lane(2) > layout.boxes[3].maxX)
  }

  @Test func aGroupThatAPathLeavesIsSplit() {
    var diagram = Diagram.plain(3, [(0, 1), (1, 2)])
    diagram.nodes[0].groups = ["g"]
    diagram.nodes[2].groups = ["g"]
    #expect(DiagramLayout(diagram).frames.map(\.nodes) == [[0], [2]])
    diagram.nodes[1].groups = ["g"]
    #expect(DiagramLayout(diagram).frames.map(\.nodes) == [[0, 1, 2]])
  }

  @Test func nothingIsDrawnOfNothing() {
    let layout = DiagramLayout(Diagram(title: "empty"))
    #expect(layout.boxes.isEmpty && layout.width == 0)
  }

  @Test func edgesThatDoNotGoForwardAreDropped() {
    #expect(Diagram.plain(2, [(0, 1), (0, 1), (1, 1), (1, 0), (0, 2), (-1, 1)]).edges == [.init(from: 0, to: 1)])
  }

  @Test func aLargeGraphTakesLittleTime() {
    let edges = (1..<400).map { ($0 - 1, $0) } + (8..<400).filter { $0.isMultiple(of: 4) }.map { ($0 - 7, $0) }
    let clock = ContinuousClock()
    let time = clock.measure { _ = DiagramLayout(.plain(400, edges)) }
    #expect(time < .seconds(20))
  }
}
