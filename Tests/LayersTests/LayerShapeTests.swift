import Layers
import Testing

struct LayerShapeTests {
  @Test func words() {
    let image: LayerShape = [nil, 6, 28, 20]
    #expect(image.crossed == "6×28×20")
    #expect(image.full == "null×6×28×20")
    #expect(([nil, 10] as LayerShape).crossed == "10")
    #expect(([nil] as LayerShape).crossed == "null")
    #expect(([4, 10] as LayerShape).full == "4×10")
  }

  @Test func parts() {
    let image: LayerShape = [nil, 6, 28, 20]
    #expect(image.channels == 6)
    #expect(image.spatial?.height == 28)
    #expect(image.spatial?.width == 20)
    #expect(([nil, 10] as LayerShape).spatial == nil)
    #expect(([nil] as LayerShape).channels == nil)
    #expect(image.elements(after: 1) == 3360)
    #expect(image.elements(after: 2) == 560)
    #expect(image.withBatch(5) == [5, 6, 28, 20])
    #expect(([2, 6] as LayerShape).withBatch(5) == [2, 6])
  }
}
