// A file of segments, one after the other, as `crossdock journal export` writes them. It is verified from end to end before anything
// is done with it; later one segment at a time is read.
internal import Platform
package import Records
package import Segments

package struct SegmentFile {
  /// A segment and where it is.
  package struct Entry: Sendable {
    package var offset: Int64
    package var bytes: Int
    package var header: SegmentHeader
  }

  package let path: String
  package let entries: [Entry]
  private let file: FileInput

  /// Segments of one file; at a megabyte each: a terabyte.
  static let maxEntries = 1 << 20

  /// - Throws: with exit code 65 and the offset of the first byte that is wrong.
  package init(path: String) throws(CrossdockError) {
    self.path = path
    file = try FileInput(path: path)
    guard file.size > 0 else { throw Self.refusal(path, "the file is empty", at: 0) }
    var entries: [Entry] = []
    var offset: Int64 = 0
    while offset < file.size {
      guard entries.count < Self.maxEntries else {
        throw Self.refusal(path, "more than \(Self.maxEntries) segments", at: offset)
      }
      do throws(CrossdockError) {
        let start = try file.read(at: offset, count: SegmentHeader.lengthBytes)
        let length = try SegmentHeader.lengths(of: start).segment
        guard Int64(length) <= file.size - offset else {
          throw CrossdockError(
            "read the segments", at: path,
            reason: "the last segment is cut off: \(length) bytes, \(file.size - offset) are there",
            exitCode: .badInput)
        }
        let header = try SegmentDecoder.decode(try file.read(at: offset, count: length)).header
        entries.append(Entry(offset: offset, bytes: length, header: header))
        offset += Int64(length)
      } catch {
        guard error.exitCode == .badInput else { throw error }
        let place = error.place == path ? "" : " (\(error.place) of the segment)"
        throw Self.refusal(path, error.reason + place, at: offset)
      }
    }
    self.entries = entries
  }

  package func segment(_ entry: Entry) throws(CrossdockError) -> [UInt8] {
    try file.read(at: entry.offset, count: entry.bytes)
  }

  package func records(_ entry: Entry) throws(CrossdockError) -> [StoredRecord] {
    try SegmentDecoder.decode(try segment(entry)).records
  }

  private static func refusal(_ path: String, _ reason: String, at offset: Int64) -> CrossdockError {
    CrossdockError(
      "read the segments", at: path, reason: "byte \(offset): \(reason)",
      hint: "nothing was imported; copy the file again, or export again", exitCode: .badInput)
  }
}
