/// What a definition leaves to its data.
package struct ImportOptions: Sendable {
  /// Sizes of the first input, without the batch.
  package var inputShape: [Int]?
  /// How many examples an epoch has.
  package var examples: Int?

  package init() {}
}
