/// N04: what was asked of the compiler cannot be had on this target.
enum TargetCodes {
  static let unknownTarget = CatalogueEntry(
    title: "unknown target",
    essay: """
      `--target` takes `native`, the machine at hand, or the name of a described machine. A plan is made for
      one target: its instruction sets, its cores and its caches.

      `netc doctor` lists the names and says what `native` means here.
      """)

  static let unsupportedOnTarget = CatalogueEntry(
    title: "the target cannot do this",
    essay: """
      The network or an option asks for something that this target has no kernel for, such as a precision that
      its instruction set lacks or a layer that a device does not have.

      Choose another target, device or precision; the message names what is missing.
      """)

  static let badOption = CatalogueEntry(
    title: "an option has a value that cannot be used",
    essay: """
      The option exists, but not with this value, or not together with another one that was given. The message
      says which values there are.

      `--help` behind a command shows its options with an example.
      """)
}
