import Records
import Seeded
import Testing

@Suite struct RecordBatchTests {
  /// The same records, as one would write them down without thinking of speed.
  private struct Model: Equatable {
    struct Record: Equatable {
      var stream: UInt16
      var source: UInt32
      var feed: UInt16 = 0
      var sequence: UInt64 = 0
      var times: [Int64]
      var flags: UInt32
      var body: [UInt8]
      var columns: [Double]
      var samples: [Float]
    }
    var records: [Record] = []
  }

  @Test func batchEqualsItsModelThroughAppendsMarksAndRollBacks() throws {
    var random = SeededNumbers()
    for _ in 0..<60 {
      let batch = RecordBatch()
      var model = Model()
      var marks: [(RecordBatch.Mark, Model)] = []
      for _ in 0..<120 {
        switch Int.random(in: 0..<12, using: &random) {
        case 0..<6: model.records.append(Self.append(to: batch, &random))
        case 6: marks.append((batch.mark(), model))
        case 7 where !marks.isEmpty:
          // An unfinished record is forgotten too.
          batch.appendBody([1, 2, 3])
          batch.appendColumn(9)
          batch.appendSample(9)
          let (mark, then) = marks.removeLast()
          batch.rollBack(to: mark)
          model = then
        case 8:
          guard let index = model.records.indices.randomElement(using: &random) else { continue }
          model.records[index].sequence = random.next()
          batch.setSequence(model.records[index].sequence, of: index)
          // A mark remembers how much there is, not what.
          marks.removeAll()
        case 9:
          let start = Int.random(in: 0...model.records.count, using: &random)
          for index in start..<model.records.count { model.records[index].feed = 4 }
          batch.setFeed(4, from: start)
          marks.removeAll()
        case 10 where Int.random(in: 0..<8, using: &random) == 0:
          batch.removeAll()
          model = Model()
          marks.removeAll()
        default: break
        }
        try #require(Self.read(batch) == model)
      }
    }
  }

  private static func append(to batch: RecordBatch, _ random: inout SeededNumbers) -> Model.Record {
    let record = Model.Record(
      stream: UInt16.random(in: 0...9, using: &random), source: UInt32.random(in: 0...99, using: &random),
      times: (0..<3).map { _ in Int64(bitPattern: random.next()) }, flags: UInt32.random(in: 0..<32, using: &random),
      body: (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) },
      columns: (0..<Int.random(in: 0...4, using: &random)).map { _ in Double.random(in: -1...1, using: &random) },
      samples: (0..<Int.random(in: 0...6, using: &random)).map { _ in Float.random(in: -1...1, using: &random) })
    let flags = RecordFlags(rawValue: record.flags)
    batch.appendSamples(record.samples)
    if Bool.random(using: &random) {
      record.body.withUnsafeBytes { body in
        record.columns.withUnsafeBufferPointer { columns in
          batch.finishRecord(
            body: body, columns: columns, stream: record.stream, source: record.source, eventTimeNs: record.times[0],
            ingestTimeNs: record.times[1], monotonicNs: record.times[2], flags: flags)
        }
      }
    } else {
      let middle = record.body.count / 2
      batch.appendBody(Array(record.body[..<middle]))
      batch.appendBody(Array(record.body[middle...]))
      for column in record.columns { batch.appendColumn(column) }
      batch.finishRecord(
        stream: record.stream, source: record.source, eventTimeNs: record.times[0], ingestTimeNs: record.times[1],
        monotonicNs: record.times[2], flags: flags)
    }
    return record
  }

  /// Reads all of it back, and checks that the arrays fit together.
  private static func read(_ batch: RecordBatch) throws -> Model {
    let count = batch.count
    try #require(batch.isEmpty == (count == 0))
    for length in [
      batch.streams.count, batch.sources.count, batch.feeds.count, batch.sequences.count, batch.eventTimesNs.count,
      batch.ingestTimesNs.count, batch.monotonicTimesNs.count, batch.flags.count,
    ] { try #require(length == count) }
    for (offsets, arena) in [
      (batch.bodyOffsets, batch.bodies.count), (batch.columnOffsets, batch.columns.count),
      (batch.sampleOffsets, batch.samples.count),
    ] {
      try #require(offsets.count == count + 1 && offsets[0] == 0 && Int(offsets[count]) == arena)
      try #require(zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 })
    }
    try #require(batch.bodyBytes == batch.bodies.count)
    return Model(
      records: (0..<count).map { index in
        Model.Record(
          stream: batch.streams[index], source: batch.sources[index], feed: batch.feeds[index],
          sequence: batch.sequences[index],
          times: [batch.eventTimesNs[index], batch.ingestTimesNs[index], batch.monotonicTimesNs[index]],
          flags: batch.flags[index], body: batch.withBody(of: index) { Array($0) },
          columns: Array(batch.columns[Int(batch.columnOffsets[index])..<Int(batch.columnOffsets[index + 1])]),
          samples: Array(batch.samples[Int(batch.sampleOffsets[index])..<Int(batch.sampleOffsets[index + 1])]))
      })
  }

  @Test func restatedRecordHasItsStoredNumbers() {
    let batch = RecordBatch()
    for _ in 0..<2 {
      batch.finishRecord(stream: 1, source: 2, eventTimeNs: 3, ingestTimeNs: 4, monotonicNs: 5, flags: .retained)
    }
    batch.restate(0, sequence: 9, eventTimeNs: 10, ingestTimeNs: 11, monotonicNs: 12, flags: [.derived, .retained])
    #expect(batch.sequences == [9, 0] && batch.eventTimesNs == [10, 3] && batch.ingestTimesNs == [11, 4])
    #expect(batch.monotonicTimesNs == [12, 5] && batch.flags == [0b11000, 0b1000])
  }

  @Test func markOfALongerBatchIsABug() async {
    await #expect(processExitsWith: .failure) {
      let batch = RecordBatch()
      batch.finishRecord(stream: 0, source: 0, eventTimeNs: 0, ingestTimeNs: 0, monotonicNs: 0, flags: [])
      let mark = batch.mark()
      batch.removeAll()
      batch.rollBack(to: mark)
    }
  }
}
