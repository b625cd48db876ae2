/// What `netc explain` says about a code.
struct CatalogueEntry: Sendable {
  let title: String
  let essay: String
  let example: String?
  let fixed: String?

  init(title: String, essay: String, example: String? = nil, fixed: String? = nil) {
    self.title = title
    self.essay = essay
    self.example = example
    self.fixed = fixed
  }
}
