import FileTestSupport
import Glibc
import Testing

/// The commands `netc fmt` and `netc init` as a user meets them.
@Suite struct FormatCommandTests {
  private let folder = TemporaryFolder()
  private let ugly = "layers:\n- [in, InputLayer]\n- Dense: {num_units: 2}  # two\nin_shape: [null, 3]\n"
  private let canonical = """
    layers:
      - Input: {name: in, shape: [null, 3]}
      - Dense: {num_units: 2}   # two

    """

  private func store(_ text: String, _ name: String) -> String { folder.store(Array(text.utf8), as: name) }

  private func mode(_ path: String) -> mode_t {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_mode & 0o777 : 0
  }

  private func changed(_ path: String) -> Int {
    var info = stat()
    return stat(path, &info) == 0 ? Int(info.st_ino) : 0
  }

  @Test func rewritesInPlaceAndOnlyOnce() {
    let path = store(ugly, "net.yaml")
    chmod(path, 0o640)
    let run = NetcProcess.run(["fmt", path])
    #expect(run.status == 0 && run.output.isEmpty)
    #expect(run.errors == "\(path): formatted\n")
    #expect(TestFile.text(path) == canonical)
    #expect(mode(path) == 0o640)
    let file = changed(path)
    let again = NetcProcess.run(["fmt", path])
    #expect(again.status == 0 && again.output.isEmpty && again.errors.isEmpty)
    #expect(changed(path) == file, "an unchanged file is not written")
    #expect(folder.names == ["net.yaml"])
  }

  @Test func checkNamesFilesAndWritesNothing() {
    let (bad, good) = (store(ugly, "bad.yaml"), store(canonical, "good.yaml"))
    let run = NetcProcess.run(["fmt", "--check", good, bad])
    #expect(run.status == 1)
    #expect(run.output == "\(bad)\n" && run.errors.isEmpty)
    #expect(TestFile.text(bad) == ugly)
    #expect(NetcProcess.run(["fmt", "--check", good]).status == 0)
    let input = NetcProcess.run(["fmt", "--check", "-"], input: Array(ugly.utf8))
    #expect(input.status == 1 && input.output == "<stdin>\n")
  }

  @Test func standardInputGoesToStandardOutput() {
    for text in [ugly, canonical] {
      let run = NetcProcess.run(["fmt", "-"], input: Array(text.utf8))
      #expect(run.status == 0 && run.errors.isEmpty)
      #expect(run.output == canonical)
    }
  }

  @Test func wrongFilesAreLeftAlone() {
    let wrong = "layers:\n- Input: {shape: [null, 3]}\n- Dens: {num_units: 2}\n"
    let (first, second) = (store(wrong, "wrong.yaml"), store(ugly, "net.yaml"))
    let run = NetcProcess.run(["fmt", first, second, folder.path + "/none.yaml"])
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.contains("error[N0102]") && run.errors.contains("wrong.yaml:3:3"))
    #expect(run.errors.contains("error[N0011]"))
    #expect(TestFile.text(first) == wrong)
    #expect(TestFile.text(second) == canonical, "the others are formatted")
    let input = NetcProcess.run(["fmt", "-"], input: Array(wrong.utf8))
    #expect(input.status == 1 && input.output.isEmpty)
  }

  @Test func aFolderThatCannotBeWrittenIsReported() {
    // The superuser may write anywhere; a file in place of a folder stops everybody.
    let path = store(ugly, "net.yaml") + "/x.yaml"
    let run = NetcProcess.run(["fmt", path])
    #expect(run.status == 1 && run.errors.contains("error[N0011]"))
  }

  @Test func quietSaysNothing() {
    let run = NetcProcess.run(["fmt", "--quiet", store(ugly, "net.yaml")])
    #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty)
  }

  @Test func aSpecIsNeeded() {
    #expect(NetcProcess.run(["fmt"]).status == 64)
    #expect(NetcProcess.run(["init", "a", "b"]).status == 64)
  }

  // MARK: init

  @Test func initWritesASpecThatIsGoodAndCanonical() throws {
    let path = folder.path + "/my-net.yaml"
    let run = NetcProcess.run(["init", folder.path + "/my-net"])
    #expect(run.status == 0 && run.output.isEmpty)
    #expect(run.errors.contains("netc check \(path)") && run.errors.contains("netc report \(path)"))
    let text = try #require(TestFile.text(path))
    #expect(text.contains("\nname: my-net\n"))
    for word in ["Input", "Conv2D", "MaxPool2D", "Dense", "Dropout", "softmax", "\ndata:", "\ntrain:"] {
      #expect(text.contains(word))
    }
    let layers = text.split(separator: "\n").filter { $0.hasPrefix("  - ") }
    #expect(layers.count == 8 && layers.allSatisfy { $0.contains("   # ") })
    let check = NetcProcess.run(["check", "--strict", path])
    #expect(check.status == 0 && check.errors.isEmpty)
    #expect(check.output.contains("1×28×28 → 10. No problems."))
    #expect(NetcProcess.run(["fmt", "--check", path]).status == 0)
  }

  @Test func initOverwritesNothing() {
    let path = store("mine", "net.yaml")
    for name in [path, String(path.dropLast(5))] {
      let run = NetcProcess.run(["init", name])
      #expect(run.status == 1 && run.errors.contains("error[N0513]"))
    }
    #expect(TestFile.text(path) == "mine")
    // A link that leads nowhere is something, too.
    symlink(folder.path + "/nowhere", folder.path + "/link.yaml")
    #expect(NetcProcess.run(["init", folder.path + "/link"]).status == 1)
  }

  @Test func initTakesAnyName() throws {
    for name in ["a b", "null", "1", "größe", "it's"] {
      let run = NetcProcess.run(["init", "\(folder.path)/\(name)"])
      let path = "\(folder.path)/\(name).yaml"
      #expect(run.status == 0)
      #expect(NetcProcess.run(["check", "--strict", path]).status == 0)
      #expect(NetcProcess.run(["fmt", "--check", path]).status == 0)
    }
    #expect(NetcProcess.run(["init", folder.path + "/none/x"]).status == 1)
  }
}
