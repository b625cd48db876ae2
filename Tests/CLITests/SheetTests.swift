import FileTestSupport
import Testing

/// Sheets of pictures: of training examples, and of mistakes.
struct SheetTests {
  private let folder = TemporaryFolder()

  private func images(_ path: String) throws -> Int {
    let text = try #require(TestFile.text(path))
    #expect(text.hasPrefix("<?xml") && text.hasSuffix("</svg>\n"))
    return text.split(separator: "\n").count { $0.hasPrefix("<image ") && $0.contains("href=\"data:image/png;base64,") }
  }

  @Test func examplesStandBesideTheirCopies() throws {
    let path = folder.path + "/sheet.svg"
    let augment = ["--set", "data.augment=[{rotate: 20}]"]
    let run = NetcProcess.run(["data", Files.digits, "-o", path, "--count", "3", "--copies", "4"] + augment)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try images(path) == 15)
    let text = try #require(TestFile.text(path))
    #expect(text.contains("as it is") && text.contains("epoch 4") && !text.contains("epoch 5"))
    let again = NetcProcess.run(["data", Files.digits, "-o", path, "--count", "3", "--copies", "4"] + augment)
    #expect(again.status == 0 && TestFile.text(path) == text)
  }

  @Test func withoutAugmentationOnlyTheExamplesAreDrawn() throws {
    let path = folder.path + "/sheet.svg"
    #expect(
      NetcProcess.run(["data", Files.digits, "-o", path, "--count", "8", "--set", "data.augment=[]"]).status == 0)
    #expect(try images(path) == 8)
  }

  @Test func theWorstMistakesAreDrawn() throws {
    let path = folder.path + "/wrong.svg"
    let run = NetcProcess.run(
      ["eval", Files.digits, "--weights", Files.weights, "--mistakes", "6", "--sheet", path, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try images(path) == 6)
    let text = try #require(TestFile.text(path))
    #expect(text.contains("6 of 6, the largest loss first; 360 examples"))
  }

  @Test func faultsAreNamed() {
    #expect(NetcProcess.run(["data", Files.digits, "-o", folder.path + "/a.gif"]).errors.contains("N0514"))
    #expect(NetcProcess.run(["data", Files.lenet, "-o", folder.path + "/a.svg"]).errors.contains("N0601"))
    #expect(NetcProcess.run(["data", Files.digits, "-o", folder.path + "/a.svg", "--count", "0"]).status == 64)
  }
}
