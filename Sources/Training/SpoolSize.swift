import Records

extension Spool {
  /// Checks that there is something to train on, and tells where each step will take the whole set.
  ///
  /// - Throws: a data failure where the stream held no records.
  package func prepare(batch: Int, report: (TrainingEvent) -> Void) throws {
    guard count > 0 else { throw Failure(.data, "the stream holds no records to train on") }
    if count < batch {
      report(.note("the set's \(count) records are fewer than a batch of \(batch); each step takes them all"))
    }
  }
}
