/// N00: the file is no YAML that netc can read.
enum SyntaxCodes {
  static let yamlSyntax = CatalogueEntry(
    title: "the file is not well-formed YAML",
    essay: """
      Before netc can look at the network it has to read the file as YAML, and at the marked place it could
      not. Nothing behind that place was read, so mend this first and check again.

      Most often a bracket is not closed, a comma is missing between two entries, a line is indented by one
      column more or less than its neighbours, or there is no space after a colon. Where an opening bracket
      is to blame, a note points at it.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]
        - Dense: {name: output, num_units: 10}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Dense: {name: output, num_units: 10}
      """)

  static let duplicateKey = CatalogueEntry(
    title: "a key is given twice in one mapping",
    essay: """
      A mapping may hold each key once. Many YAML readers silently let the last one win, which hides slips of
      copy and paste; netc reports every repetition and shows the first.

      Keep the one that is meant. A key that comes from a `<<` merge is no repetition: the explicit one wins.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 5, num_filters: 16}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 16, filter_size: 5}
      """)

  static let undefinedAlias = CatalogueEntry(
    title: "an alias names an anchor that does not exist",
    essay: """
      `*name` stands for the value that was marked `&name` earlier in the file. An anchor must come before
      its aliases, and in the same file.

      Check the spelling, or put the `&name` in front of the value that is meant.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: &conv {num_filters: 8, filter_size: 3}
        - Conv2D: {<<: *convs, num_filters: 16}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: &conv {num_filters: 8, filter_size: 3}
        - Conv2D: {<<: *conv, num_filters: 16}
      """)

  static let secondDocument = CatalogueEntry(
    title: "the file holds more than one YAML document",
    essay: """
      A line `---` begins a new YAML document. A spec is one document; which of several to take would be a
      guess.

      Remove the line, or put the second network into a file of its own.
      """,
    example: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      ---
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 100}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """)

  static let tabIndentation = CatalogueEntry(
    title: "a line is indented with a tab",
    essay: """
      YAML allows only spaces in indentation, because a tab has no fixed width: the same file would mean
      different things in different editors.

      Replace the tab by spaces; most editors have a command for the whole file.
      """,
    example: "layers:\n\t- Input: {shape: [null, 784]}\n\t- Dense: {num_units: 10}\n",
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """)

  static let badEncoding = CatalogueEntry(
    title: "the file is not plain UTF-8 text",
    essay: """
      A spec is text in UTF-8, with or without a byte order mark. The marked byte belongs to no UTF-8
      character, or it is a control character that YAML forbids. A file in UTF-16, as some editors on Windows
      write it, or one that is no text at all, ends here too.

      Save the file as UTF-8. A control character can be written as an escape in double quotes, such as
      "\\a".
      """,
    example: "name: ring \u{07} bell\nlayers:\n  - Input: {shape: [null, 784]}\n  - Dense: {num_units: 10}\n",
    fixed: """
      name: ring the bell
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """)

  static let tooDeep = CatalogueEntry(
    title: "the document is nested too deeply, or its aliases expand to too much",
    essay: """
      A document may be 64 levels deep and hold a million values once every alias stands for a copy of its
      anchor; files that consist mostly of aliases get less. A few lines of aliases of aliases can stand for
      more values than any memory holds, so the bound protects whoever reads a foreign file.

      Networks do not come near these bounds. If yours does, write the repetition with fewer aliases.
      """,
    example: """
      name: &a [x, x, x, x, x, x, x, x, x, x]
      layers:
        - &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
        - &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
        - &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
        - &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
        - &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
      """,
    fixed: """
      name: small
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """)

  static let emptyDocument = CatalogueEntry(
    title: "the file holds nothing",
    essay: """
      There is no YAML value in the file: it is empty, or has only comments. A spec needs at least a list
      of `layers:`.

      The example below is the smallest network there is; the folder `specs` has larger ones.
      """,
    example: "# layers will follow\n",
    fixed: """
      layers:
        - Input: {shape: [null, 784]}
        - Dense: {num_units: 10}
      """)

  static let badMerge = CatalogueEntry(
    title: "`<<` merges something that is no mapping",
    essay: """
      `<<: *name` copies the keys of another mapping into this one; explicit keys win. What follows must be a
      mapping, an alias of one, or a list of these, of which the earlier win. There is one `<<` in a mapping.

      If a key that is really spelled `<<` is meant, quote it.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: &conv 8, filter_size: 3}
        - Conv2D: {<<: *conv, num_filters: 16, filter_size: 3}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: &conv {num_filters: 8, filter_size: 3}
        - Conv2D: {<<: *conv, num_filters: 16}
      """)

  static let recursiveAlias = CatalogueEntry(
    title: "an alias stands inside the value that it names",
    essay: """
      The anchor of this alias marks a value of which the alias is a part, so the value would contain itself
      without end.

      Name another anchor, or write the value out.
      """,
    example: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: &conv {num_filters: 8, filter_size: 3, W: *conv}
      """,
    fixed: """
      layers:
        - Input: {shape: [null, 1, 28, 28]}
        - Conv2D: {num_filters: 8, filter_size: 3, W: he_normal}
      """)

  static let unreadableSpec = CatalogueEntry(
    title: "the spec file cannot be read",
    essay: """
      The file does not exist, is a folder, or may not be read by this user. The message ends with what the
      operating system said.

      Check the path; it is taken from the folder in which netc was started.
      """)
}
