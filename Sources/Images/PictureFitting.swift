import NetIR

/// Brings pictures of any size to what a network takes: the steps `resize` and `center_crop` of its preprocessing, in
/// their order; what is larger then is cut around its centre. Without such steps a picture is resized until it just
/// covers the network's image, and cut.
package struct PictureFitting: Sendable {
  /// Why a picture cannot be fitted, in words that follow its name.
  package struct Misfit: Error, Equatable {
    package var message: String
    package var help: String
  }

  private let channels: Int
  private let size: Size2D
  private let steps: [PreprocessingStep]

  /// - Parameters:
  ///   - shape: of an example: channels, height, width.
  ///   - steps: those that do not move pixels are left to others.
  /// - Returns: nil where an example is no grey or coloured image.
  package init?(_ shape: [Int], _ steps: [PreprocessingStep]) {
    guard shape.count == 3, shape[0] == 1 || shape[0] == 3 else { return nil }
    (channels, size) = (shape[0], Size2D(shape[1], shape[2]))
    self.steps = steps.filter(\.movesPixels)
  }

  /// Channels, height and width of what `fitted` returns.
  package var shape: [Int] { [channels, size.height, size.width] }

  package func fitted(_ picture: Picture) throws(Misfit) -> Picture {
    var picture = picture.withChannels(channels)
    for step in steps {
      switch step {
      case .resize(let wanted):
        let size = Self.size(of: wanted, Size2D(picture.height, picture.width))
        picture = picture.resized(height: size.height, width: size.width)
      case .centerCrop(let size): picture = try centre(of: picture, size, "`center_crop` keeps")
      default: break
      }
    }
    if steps.isEmpty {
      let cover = Self.covering(size, Size2D(picture.height, picture.width))
      picture = picture.resized(height: cover.height, width: cover.width)
    }
    return try centre(of: picture, size, "the network takes")
  }

  private func centre(of picture: Picture, _ size: Size2D, _ who: String) throws(Misfit) -> Picture {
    guard picture.height >= size.height, picture.width >= size.width else {
      throw Misfit(
        message: "has \(picture.height)×\(picture.width) pixels when \(who) \(size.crossed)",
        help: "`resize: \(max(size.height, size.width))` in front makes its shorter side long enough")
    }
    return picture.cropped(
      top: Self.middle(picture.height, size.height), left: Self.middle(picture.width, size.width),
      height: size.height, width: size.width)
  }

  /// Where a part begins that lies in the middle.
  private static func middle(_ whole: Int, _ part: Int) -> Int { (whole - part) / 2 }

  private static func size(of wanted: PictureSize, _ size: Size2D) -> Size2D {
    switch wanted {
    case .exact(let exact): return exact
    case .shortSide(let side):
      let short = min(size.height, size.width)
      return Size2D(max(1, size.height * side / short), max(1, size.width * side / short))
    }
  }

  /// The smallest size of the same proportion with no side shorter than wanted.
  private static func covering(_ wanted: Size2D, _ size: Size2D) -> Size2D {
    if wanted.height * size.width >= wanted.width * size.height {
      return Size2D(wanted.height, max(wanted.width, size.width * wanted.height / size.height))
    }
    return Size2D(max(wanted.height, size.height * wanted.width / size.width), wanted.width)
  }
}
