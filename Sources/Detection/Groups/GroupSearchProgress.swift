/// How far a search for groups has come.
public struct GroupSearchProgress: Sendable, Equatable {
  /// The round, from 1, and from 1 once more when each view sets out from what the other has found.
  public let round: Int
  /// The records that have passed; a round passes over all of them twice.
  public let records: Int
}
