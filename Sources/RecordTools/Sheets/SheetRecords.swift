import Records

/// A stream to be shown, and what it is called.
package struct SheetStream {
  /// A file's path.
  package let name: String
  let reader: RecordReader

  /// The records of a reader under a name.
  package init(name: String, reader: RecordReader) {
    self.name = name
    self.reader = reader
  }
}

/// The first records of a stream, and those of the same ids of others.
struct SheetRecords {
  private var streams: [OpenStream]

  /// A stream whose first batch has been read.
  fileprivate struct OpenStream {
    let stream: SheetStream
    let head: ImageBatch
    /// That batch, until it has been used.
    var waiting: ImageBatch?
    var count = 0

    init(_ stream: SheetStream) throws {
      self.stream = stream
      guard let first = try stream.reader.next() else { throw Failure(.data, "\(stream.name): holds no records") }
      head = first.records(0..<0)
      waiting = first
    }

    /// The next batch, and the ids of its records; positions where there are none.
    mutating func next() throws -> (ImageBatch, [Int])? {
      guard let batch = try waiting ?? stream.reader.next() else { return nil }
      waiting = nil
      defer { count += batch.count }
      return (batch, batch.ids ?? Array(count..<count + batch.count))
    }
  }

  /// Reads the first batch of each stream. Precondition: there is one stream at least.
  init(_ streams: [SheetStream]) throws { self.streams = try streams.map(OpenStream.init) }

  /// The columns of each stream, without records.
  var heads: [ImageBatch] { streams.map(\.head) }

  /// The first `count` records of the first stream, each with the records of its id from all streams, in their order. Where
  /// those are of one class, the first of every class in turn.
  ///
  /// - Throws: `Failure` of kind `data` where another stream lacks one of the ids.
  mutating func first(_ count: Int) throws -> [(id: Int, records: [ImageBatch])] {
    var choice = SheetChoice(count: count, classes: streams[0].head.classes?.count)
    while !choice.isOver, let (batch, ids) = try streams[0].next() { choice.add(batch, ids: ids) }
    var chosen = choice.chosen.map { (id: $0.id, records: [$0.record]) }
    for place in streams.indices.dropFirst() {
      let found = try streams[place].records(of: Set(chosen.map(\.id)))
      for index in chosen.indices {
        guard let record = found[chosen[index].id] else {
          throw Failure(
            .data, "\(streams[place].stream.name): has no record of the id \(chosen[index].id), which the first has")
        }
        chosen[index].records.append(record)
      }
    }
    return chosen
  }
}

extension SheetRecords.OpenStream {
  /// The first record of each id, as far as the stream has it; no more is read than is needed.
  fileprivate mutating func records(of wanted: Set<Int>) throws -> [Int: ImageBatch] {
    var found: [Int: ImageBatch] = [:]
    while found.count < wanted.count, let (batch, ids) = try next() {
      for (row, id) in ids.enumerated() where wanted.contains(id) && found[id] == nil {
        found[id] = batch.records(row..<row + 1)
      }
    }
    return found
  }
}
