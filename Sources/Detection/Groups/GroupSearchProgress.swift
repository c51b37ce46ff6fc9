/// How far a search for groups has come.
package struct GroupSearchProgress: Sendable, Equatable {
  /// The round, from 1 whenever the search sets out; 0 while classes that are one group borrow from the others.
  package let round: Int
  /// The records that have passed; a round passes over all of them twice.
  package let records: Int
}
