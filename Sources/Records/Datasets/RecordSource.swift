/// Something that hands over the records of a data set in order.
package protocol RecordSource {
  /// The next records, a bounded number of them; nil at the end.
  mutating func next() throws -> ImageBatch?
}

/// What a format's reader does: it moves on through its files and appends what it finds to the batch under way.
protocol RecordFeed {
  /// Names of the classes of the records that go on; nil when the format has none.
  var classes: [String]? { get }

  /// Appends some further records to an empty batch, none at times; false when there are no more.
  /// When it throws, the records appended until then are good.
  mutating func append(to batch: inout BatchAssembly) throws -> Bool
}
