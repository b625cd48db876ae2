import DataPipeline
import Diagnostics
import FileTestSupport
import Images
import Testing

struct ClassFoldersTests {
  private let folder = TemporaryFolder()

  private func store(_ names: [String], in classFolder: String) throws {
    let path = folder.subfolder(classFolder)
    for name in names { try Picture(channels: 1, height: 1, width: 1).write(to: "\(path)/\(name)") }
  }

  @Test func foldersAreClasses() throws {
    try store(["b.png", "a.png"], in: "bees")
    try store(["c.png"], in: "ants")
    let own = try ClassFolders(folder.path, classes: nil)
    #expect(own.classes == ["ants", "bees"] && own.labels == [0, 1, 1])
    #expect(own.files.names == ["c.png", "a.png", "b.png"])
    let given = try ClassFolders(folder.path, classes: ["bees", "ants"])
    #expect(given.classes == ["bees", "ants"] && given.labels == [0, 0, 1])
    #expect(given.files.names == ["a.png", "b.png", "c.png"])
    #expect(try ClassFolders.names(folder.path) == ["ants", "bees"])
  }

  @Test func whatIsMissingIsSaid() throws {
    #expect(diagnostic { try ClassFolders(folder.path, classes: nil) }?.code == .emptyInput)
    try store(["a.png"], in: "ants")
    try store([], in: "bees")
    let empty = try #require(diagnostic { try ClassFolders(folder.path, classes: nil) })
    #expect(empty.code == .emptyInput && empty.message.hasPrefix("the class `bees` has no pictures"))
    let absent = try #require(diagnostic { try ClassFolders(folder.path, classes: ["ants", "bees", "wasps"]) })
    #expect(absent.code == .emptyInput)
  }

  @Test func whatBelongsToNoClassIsSaid() throws {
    try store(["a.png"], in: "ants")
    let stranger = try #require(diagnostic { try ClassFolders(folder.path, classes: ["aunts", "bees"]) })
    #expect(stranger.code == .badTargets && stranger.message.contains("/ants` is called after none of the classes"))
    #expect(stranger.notes == ["did you mean `aunts`?"])
    folder.store([1], as: "stray.jpg")
    folder.store([1], as: "stray2.jpg")
    let stray = try #require(diagnostic { try ClassFolders(folder.path, classes: nil) })
    #expect(stray.code == .badTargets && stray.message.hasSuffix("/stray.jpg` and 1 more belong to no class"))
  }

  @Test func picturesWithoutFoldersGetAHint() throws {
    try Picture(channels: 1, height: 1, width: 1).write(to: folder.path + "/a.png")
    let problem = try #require(diagnostic { try ClassFolders(folder.path, classes: nil) })
    #expect(problem.code == .emptyInput && problem.notes == ["it has 1 picture itself"])
  }
}
