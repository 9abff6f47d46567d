// Everything that can be wrong with a journal's file: SQLite's structure, every block and meta with its checksum and every record in it,
// the invariants of JournalSchema.swift. It goes on behind what it finds, however damaged the file is, and changes nothing. Beside a
// running agent too: records are looked at a few blocks a transaction; only SQLite's own check holds the file for as long as it takes.
internal import JSONText
internal import Platform
package import Records
internal import SQLite

package struct JournalVerification: Sendable {
  package let path: String
  /// The first ones; `problemCount` counts all.
  package private(set) var problems: [JournalProblem] = []
  package private(set) var problemCount = 0
  package private(set) var blocks: UInt64 = 0
  package private(set) var records: UInt64 = 0

  package var isSound: Bool { problemCount == 0 }
  /// Problems kept for people.
  package static let maxListed = 1000
  /// Lines of SQLite's check.
  private static let maxStructureLines = 100

  package init(path: String) throws(CrossdockError) {
    self.path = path
    guard Files.exists(path) else {
      throw CrossdockError(
        "verify the journal", at: path, reason: "there is none", hint: "name the data folder, or the file itself",
        exitCode: .unavailable)
    }
    checkBeside()
    let file: JournalFile
    do throws(CrossdockError) {
      file = try JournalFile(path: path)
    } catch {
      guard error.fault == .damaged || problemCount > 0 else { throw error }
      add(JournalProblem(error.reason))
      return
    }
    checkStructure(file.database)
    checkIdentity(file)
    var rows = VerificationRows(file)
    rows.checkTables()
    for slot in file.slots { rows.checkRecords(of: slot) }
    rows.problems.forEach { add($0) }
    (blocks, records) = (rows.blocks, rows.records)
  }

  private mutating func add(_ problem: JournalProblem) {
    problemCount += 1
    if problems.count < Self.maxListed { problems.append(problem) }
  }

  /// What lies beside the file, and its length.
  private mutating func checkBeside() {
    for (name, what) in [("damaged", "marked as damaged"), ("salvaging", "a salvage was cut off")] {
      guard let text = try? Files.read("\(path).\(name)", limit: 8192) else { continue }
      let reason = String(decoding: text, as: UTF8.self).split(separator: "\n").joined(separator: ": ")
      add(JournalProblem("\(what): \(reason)"))
    }
    let size = Files.size(path) ?? 0
    if size % JournalLimits.pageBytes != 0, Files.size(path + "-wal") ?? 0 == 0 {
      add(JournalProblem("\(size) bytes are no whole pages: the file was cut off"))
    }
    if let frame = WriteAheadLog.brokenFrame(path + "-wal") {
      add(JournalProblem("the write-ahead log is damaged at frame \(frame), and there are commits behind it"))
    }
  }

  private mutating func checkStructure(_ database: SQLiteConnection) {
    do throws(CrossdockError) {
      let lines = try database.prepare("PRAGMA integrity_check(\(Self.maxStructureLines))")
      while try lines.step() {
        let line = lines.text(0)
        if line != "ok" { add(JournalProblem("SQLite: \(line)")) }
      }
    } catch {
      add(JournalProblem("SQLite: \(error.reason)"))
    }
  }

  private mutating func checkIdentity(_ file: JournalFile) {
    do throws(CrossdockError) {
      if try JournalOpening.presentEpoch(file.database) == nil { add(JournalProblem("there is no epoch")) }
      _ = try JournalOpening.owner(file.database)
      if try file.database.integer("SELECT count(*) FROM agent") != 1 {
        add(JournalProblem("the table agent has not one row"))
      }
    } catch {
      add(JournalProblem(error.reason))
    }
  }

  /// `{"ok":…,"blocks":…,"records":…,"problem_count":…,"problems":[{"stream","first","last","problem"}]}`
  package func json() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("path", path)
      json.member("ok", isSound)
      json.member("blocks", blocks)
      json.member("records", records)
      json.member("problem_count", problemCount)
      json.member(
        "problems",
        array: { json in
          for problem in problems {
            json.object {
              $0.member("stream", problem.stream)
              $0.member("first", problem.first)
              $0.member("last", problem.last)
              $0.member("problem", problem.text)
            }
          }
        })
    }
    return json.bytes
  }
}
