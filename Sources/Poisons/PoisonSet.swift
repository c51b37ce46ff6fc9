import Records

/// A whole set of which some records are to be poisoned: what an attack needs that looks at all of them first.
package struct PoisonSet {
  /// Pictures, labels and ids of all records, clean.
  package let spool: Spool
  /// The records to be poisoned, in the order of the stream.
  package let rows: [Int]
  /// What the chosen records are.
  let share: PoisonedShare
  /// By row, whether the record is among them.
  let isChosen: [Bool]

  /// The records of a spool that belong to a share.
  package init(_ spool: Spool, share: PoisonedShare) {
    self.spool = spool
    self.share = share
    isChosen = spool.ids.map { share.contains(id: $0) }
    rows = spool.ids.indices.filter { [isChosen] in isChosen[$0] }
  }
}
