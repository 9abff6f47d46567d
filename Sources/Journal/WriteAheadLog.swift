// A look at SQLite's write-ahead log before SQLite opens it. Every frame's checksum goes on from the frame before: one flipped
// bit, and SQLite takes everything behind it for the rest of a crash and forgets it, commits that were acknowledged included.
//
// A crash looks different: with synchronous=FULL a transaction is on disk before the next one begins, so only the last
// transaction can be torn. A break with a later transaction behind it is damage, and then the frames that are there are joined again
// by new checksums. What the broken frame itself held shows itself in the checksums of blocks, and goes its way from there.
//
// Format (https://www.sqlite.org/fileformat2.html#walformat): a header of 32 bytes (magic, version, page size, sequence, two salts,
// checksum), then frames: 24 bytes (page, size of the database after a commit or 0, the salts, checksum) and a page.
internal import Platform
internal import Records

struct WriteAheadLog {
  private static let headerBytes = 32
  private static let frameHeaderBytes = 24
  private static let pageBytes = Int(JournalLimits.pageBytes)
  private static var frameBytes: Int { frameHeaderBytes + pageBytes }
  /// Longer logs are left to SQLite: ours are bounded far below.
  private static let maxBytes = 64 << 20
  /// "The numbers of the checksum are little-endian".
  private static let magic: UInt32 = 0x377F_0682
  private static let version: UInt32 = 3_007_000

  private var bytes: [UInt8]
  private var frames: Int { max(0, bytes.count - Self.headerBytes) / Self.frameBytes }

  /// Joins a broken log again. Returns what was done, nil when nothing had to be.
  static func repair(_ path: String) throws(CrossdockError) -> String? {
    guard let size = Files.size(path), size > headerBytes + frameBytes, size <= maxBytes else { return nil }
    var log = WriteAheadLog(bytes: try Files.read(path, limit: maxBytes))
    guard let (salts, broken) = log.damage() else { return nil }
    let kept = log.rejoin(salts)
    try Files.replace(path, with: log.bytes)
    return "write-ahead log damaged at frame \(broken): \(kept) frames joined again"
  }

  /// The first broken frame, without changing anything; nil where there is no damage. Beside a writer the file may change while it
  /// is read: only what is found twice counts.
  static func brokenFrame(_ path: String) -> Int? {
    func look() -> Int? {
      guard let size = Files.size(path), size > headerBytes + frameBytes, size <= maxBytes,
        let bytes = try? Files.read(path, limit: maxBytes)
      else { return nil }
      return WriteAheadLog(bytes: bytes).damage()?.frame
    }
    guard let frame = look(), look() == frame else { return nil }
    return frame
  }

  /// The salts of the present generation and the first broken frame, if the break is none that a crash leaves.
  private func damage() -> (salts: (UInt32, UInt32), frame: Int)? {
    let isHeaderValid = word(0) == Self.magic && checksum(0..<24, from: (0, 0)) == (word(24), word(28))
    let salts = isHeaderValid ? (word(16), word(20)) : commonSalts()
    guard let salts else { return nil }
    var running = (word(24), word(28))
    var index = 0
    if isHeaderValid {
      while index < frames, isOf(salts, index), let next = isValid(index, from: running) {
        running = next
        index += 1
      }
    }
    var commits = 0
    for later in index..<frames where isOf(salts, later) && word(offset(later) + 4) != 0 { commits += 1 }
    return commits >= 2 ? (salts, index) : nil
  }

  /// Of a log whose header is destroyed: the salts that most frames have.
  private func commonSalts() -> (UInt32, UInt32)? {
    var counts: [UInt64: Int] = [:]
    for index in 0..<frames {
      counts[UInt64(word(offset(index) + 8)) << 32 | UInt64(word(offset(index) + 12)), default: 0] += 1
    }
    guard let best = counts.max(by: { $0.value < $1.value }), best.value >= 2 else { return nil }
    return (UInt32(truncatingIfNeeded: best.key >> 32), UInt32(truncatingIfNeeded: best.key))
  }

  /// New checksums for the frames of a generation, to its last commit. Returns their number.
  private mutating func rejoin(_ salts: (UInt32, UInt32)) -> Int {
    var out = Array(bytes[..<Self.headerBytes])
    Self.put(Self.magic, at: 0, in: &out)
    Self.put(Self.version, at: 4, in: &out)
    Self.put(UInt32(Self.pageBytes), at: 8, in: &out)
    Self.put(salts.0, at: 16, in: &out)
    Self.put(salts.1, at: 20, in: &out)
    var running = Self.checksum(out, 0..<24, from: (0, 0))
    Self.put(running.0, at: 24, in: &out)
    Self.put(running.1, at: 28, in: &out)
    var committed = out.count
    var (kept, keptAtCommit) = (0, 0)
    for index in 0..<frames {
      let start = offset(index)
      // A frame whose own header is damaged says neither its page nor its generation.
      guard isOf(salts, index), word(start) != 0 else { continue }
      let at = out.count
      out += bytes[start..<(start + Self.frameBytes)]
      running = Self.checksum(out, at..<(at + 8), from: running)
      running = Self.checksum(out, (at + Self.frameHeaderBytes)..<(at + Self.frameBytes), from: running)
      Self.put(running.0, at: at + 16, in: &out)
      Self.put(running.1, at: at + 20, in: &out)
      kept += 1
      if word(start + 4) != 0 { (committed, keptAtCommit) = (out.count, kept) }
    }
    bytes = Array(out[..<committed])
    return keptAtCommit
  }

  private func offset(_ frame: Int) -> Int { Self.headerBytes + frame * Self.frameBytes }

  private func isOf(_ salts: (UInt32, UInt32), _ frame: Int) -> Bool {
    word(offset(frame) + 8) == salts.0 && word(offset(frame) + 12) == salts.1
  }

  /// The checksum after the frame, if its own agrees.
  private func isValid(_ frame: Int, from running: (UInt32, UInt32)) -> (UInt32, UInt32)? {
    let start = offset(frame)
    var sum = checksum(start..<(start + 8), from: running)
    sum = checksum((start + Self.frameHeaderBytes)..<(start + Self.frameBytes), from: sum)
    return sum == (word(start + 16), word(start + 20)) ? sum : nil
  }

  /// A big-endian number.
  private func word(_ at: Int) -> UInt32 {
    bytes[at..<(at + 4)].reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func put(_ value: UInt32, at: Int, in out: inout [UInt8]) {
    for index in 0..<4 { out[at + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index)) }
  }

  private func checksum(_ range: Range<Int>, from start: (UInt32, UInt32)) -> (UInt32, UInt32) {
    Self.checksum(bytes, range, from: start)
  }

  private static func checksum(
    _ bytes: [UInt8], _ range: Range<Int>, from start: (UInt32, UInt32)
  ) -> (UInt32, UInt32) {
    var sum = start
    bytes.withUnsafeBytes { raw in
      for at in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
        sum.0 = sum.0 &+ raw.loadUnaligned(fromByteOffset: at, as: UInt32.self).littleEndian &+ sum.1
        sum.1 = sum.1 &+ raw.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self).littleEndian &+ sum.0
      }
    }
    return sum
  }
}
