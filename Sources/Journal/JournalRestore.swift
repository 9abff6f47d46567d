// A new journal from segments: the records of one agent, each stream in its order, with their times, flags, sources and bodies. It is
// another life of the journal, so that it has a new epoch, above the one that was exported, and new sequences from 1 on. It is made
// under another name and renamed when it is whole and on disk.
//
// What is not in segments is not restored: cursors, models' checkpoints, counters, the order of arrival across streams. Boots are new
// ones: monotonic times of the old ones are comparable with nothing.
internal import Platform
package import Records
internal import SQLite
internal import Segments

package struct JournalRestore {
  package struct Stream: Sendable, Equatable {
    package var name: String
    package var records: UInt64 = 0
    /// Declared as missing by the segments, or between them.
    package var missing: UInt64 = 0
  }

  package private(set) var agent = ""
  package private(set) var epoch = Epoch(counter: 0, high: 0, low: 0)
  package private(set) var streams: [Stream] = []
  package var records: UInt64 { streams.reduce(0) { $0 + $1.records } }

  private struct Part {
    var file: Int
    var entry: SegmentFile.Entry
    var header: SegmentHeader { entry.header }
  }

  /// - Throws: with exit code 65 when the segments are of several agents, 73 when the folder has a journal.
  package init(
    _ files: [SegmentFile], into folder: String, limits: JournalLimits, now: ClockReading
  ) throws(CrossdockError) {
    let path = "\(folder)/\(JournalOpening.fileName)"
    let parts = try Self.order(files)
    agent = parts[0].header.agent
    guard !Files.exists(path), !Files.exists(path + "-wal") else {
      throw CrossdockError(
        "restore the journal", at: path, reason: "there is one already",
        hint: "choose an empty folder: records are not mixed into a journal", exitCode: .cannotWrite)
    }
    try Files.createFolder(folder)
    let temporary = "\(path).importing"
    for suffix in ["", "-wal", "-shm"] { Files.remove(temporary + suffix) }
    do throws(CrossdockError) {
      try write(parts, files, to: temporary, limits, now)
      try Files.sync(temporary)
    } catch {
      for suffix in ["", "-wal", "-shm"] { Files.remove(temporary + suffix) }
      throw error
    }
    try Files.rename(temporary, to: path)
  }

  /// By stream, epoch and sequence, whatever the order of the files.
  private static func order(_ files: [SegmentFile]) throws(CrossdockError) -> [Part] {
    var parts: [Part] = []
    for (index, file) in files.enumerated() {
      for entry in file.entries {
        if let first = parts.first, first.header.agent != entry.header.agent {
          throw CrossdockError(
            "restore the journal", at: file.path,
            reason:
              "byte \(entry.offset): a segment of agent \"\(entry.header.agent)\" beside those of \"\(first.header.agent)\"",
            hint: "a journal belongs to one agent: import the files of each by themselves", exitCode: .badInput)
        }
        parts.append(Part(file: index, entry: entry))
      }
    }
    return parts.sorted { (a, b) in
      (a.header.stream, a.header.epoch.counter, a.header.epoch.high, a.header.epoch.low, a.header.first)
        < (b.header.stream, b.header.epoch.counter, b.header.epoch.high, b.header.epoch.low, b.header.first)
    }
  }

  private mutating func write(
    _ parts: [Part], _ files: [SegmentFile], to path: String, _ limits: JournalLimits, _ now: ClockReading
  ) throws(CrossdockError) {
    let opened = try JournalOpening.openFile(path, agent: agent, limits: limits)
    let old = parts.map(\.header.epoch).max { $0.counter < $1.counter } ?? epoch
    guard old.counter < UInt32.max else {
      throw CrossdockError(
        "restore the journal", at: path, reason: "epoch \(old) has no successor", exitCode: .badInput)
    }
    epoch = try JournalOpening.beginEpoch(
      "restored from an export of epoch \(old)", after: old.counter, opened.database, now)
    var writer = try RestoreWriter(opened.database)
    var at = 0
    while at < parts.count {
      let header = parts[at].header
      var stream = Stream(name: header.stream)
      try writer.begin(
        StreamDefinition(name: header.stream, streamClass: header.streamClass, bodyFormat: header.bodyFormat))
      var (life, end) = (header.epoch, UInt64(0))
      while at < parts.count, parts[at].header.stream == stream.name {
        let part = parts[at]
        if part.header.epoch != life { (life, end) = (part.header.epoch, 0) }
        if part.header.first > end + 1 { stream.missing += part.header.first - 1 - end }
        for record in try files[part.file].records(part.entry) where record.sequence > end {
          try writer.take(record, epoch: life)
          stream.records += 1
        }
        end = max(end, part.header.last)
        at += 1
      }
      try writer.end()
      streams.append(stream)
    }
    try opened.database.checkpointPassively()
  }
}
