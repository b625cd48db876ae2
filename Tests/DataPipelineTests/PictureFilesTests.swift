import DataPipeline
import Diagnostics
import FileTestSupport
import Images
import NetIR
import Runtime
import Testing

struct PictureFilesTests {
  private let folder = TemporaryFolder()
  private let pool = ThreadPool.shared(threads: 2)

  private func picture(_ value: Int) -> Picture {
    Picture(channels: 1, height: 2, width: 3, bytes: (0..<6).map { UInt8(10 * value + $0) })
  }

  private func fitting() throws -> PictureFitting { try #require(PictureFitting([1, 2, 3], [])) }

  @Test(arguments: [1, 2, 5]) func theOrderIsThatOfTheNames(threads: Int) throws {
    for name in [7, 3, 11, 0, 5] { try picture(name).write(to: "\(folder.path)/a\(name).PNG") }
    folder.store([1, 2], as: "notes.txt")
    folder.store([1, 2], as: ".hidden.png")
    let files = try PictureFiles(folder: folder.path)
    #expect(files.names == ["a0.PNG", "a11.PNG", "a3.PNG", "a5.PNG", "a7.PNG"])
    let examples = try files.decoded(1..<4, fitting(), ThreadPool.shared(threads: threads))
    #expect(examples.shape == [1, 2, 3] && examples.count == 3)
    #expect((0..<3).map { examples.floats(of: $0)[5] } == [115, 35, 55])
  }

  @Test func theFirstDamagedFileIsNamed() throws {
    for name in 0..<6 { try picture(name).write(to: "\(folder.path)/\(name).png") }
    folder.store([0x89, 0x50], as: "2.png")
    folder.store([0xFF, 0xD8, 0xFF], as: "4.png")
    let files = try PictureFiles(folder: folder.path)
    for _ in 0..<10 {
      let problem = try #require(diagnostic { try files.decoded(0..<6, fitting(), pool) })
      #expect(problem.code == .unknownFormat && problem.message.contains("/2.png`"))
    }
  }

  @Test func aPictureThatIsTooSmallIsNamed() throws {
    try picture(1).write(to: folder.path + "/a.png")
    let fitting = try #require(PictureFitting([3, 2, 2], [.resize(.shortSide(1))]))
    let files = try PictureFiles(folder: folder.path)
    let problem = try #require(diagnostic { try files.decoded(0..<1, fitting, pool) })
    #expect(problem.code == .inputShapeDiffers && problem.message.contains("a.png` has 1×1 pixels when"))
  }

  @Test func foldersWithoutPicturesAreRefused() throws {
    #expect(diagnostic { try PictureFiles(folder: folder.path) }?.code == .emptyInput)
    #expect(diagnostic { try PictureFiles(folder: folder.path + "/none") }?.code == .unreadableFile)
  }

  @Test func anInputIsWhatItsContentSays() throws {
    try picture(1).write(to: folder.path + "/a.txt")
    guard case .pictures(let files) = try Input(folder.path + "/a.txt") else {
      Issue.record("not taken for a picture")
      return
    }
    #expect(files.names == ["a.txt"])
  }

  /// Three photographs against what Pillow made of them, down to the last bit.
  @Test(
    .enabled(if: SharedData.file("images/ref") != nil, "shared/data/images is not here"),
    arguments: ["coral_bird", "coral_cat", "coral_grace_hopper"]) func photographs(name: String) throws
  {
    let path = try #require(SharedData.file("images/\(name).bmp"))
    let reference = try #require(SharedData.file("images/ref/\(name).squeezenet_v1.0.input.f32.gz"))
    let steps: [PreprocessingStep] = [
      .resize(.shortSide(256)), .centerCrop(Size2D(227)), .reverseChannels, .subtract([104, 117, 123]),
    ]
    let fitting = try #require(PictureFitting([3, 227, 227], steps))
    var values = try PictureFiles(paths: [path]).decoded(0..<1, fitting, pool).floats(of: 0)
    for step in steps { step.apply(to: &values, shape: fitting.shape) }
    let expected = try Gzip.inflate(path: reference).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    #expect(values == expected)
  }
}
