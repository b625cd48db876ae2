/// Why a library does not compute a step: a kernel of netc's own does it instead.
package struct LibraryRefusal: Error, Hashable, Sendable {
  package let words: String

  package init(_ words: String) { self.words = words }
}
