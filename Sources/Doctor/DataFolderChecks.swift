// The journal's place: file system, room, and how long a sync takes. The folder may not be there yet: then the nearest one
// above it is looked at.
internal import CLinux
internal import Glibc
internal import Journal
internal import Platform
internal import Records

package struct DataFolderChecks {
  static let syncs = 50
  static let syncBytes = 4096
  /// A 99th percentile beyond this shows in every reply.
  static let slowSyncMs = 50.0
  /// Beside the journal: what the rest of the box needs.
  static let reserveBytes: Int64 = 64 << 20

  package let folder: String
  package let maxBytes: Int64

  package init(folder: String, maxBytes: Int64) {
    self.folder = folder
    self.maxBytes = maxBytes
  }

  package func run() -> [Finding] {
    var present = folder
    while !Files.exists(present), present != "/", present != "." { present = Files.folder(of: present) }
    var findings = [fileSystem(present), room(present)]
    findings.append(journal())
    if let finding = sync(present) { findings.append(finding) }
    return findings
  }

  private func fileSystem(_ present: String) -> Finding {
    var info = statfs()
    guard statfs(present, &info) == 0 else {
      return Finding("data folder", .wrong, "\(present): \(String(cString: strerror(errno)))", hint: "check data_dir")
    }
    // Magic numbers of statfs(2).
    switch UInt32(truncatingIfNeeded: info.f_type) {
    case 0x0102_1994, 0x8584_58F6:
      return Finding(
        "data folder", .warning, "\(folder): in memory (tmpfs): a power cut or a reboot loses the journal",
        hint: "put data_dir on a disk; for tests this is right")
    case 0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x0102_1997, 0x00C3_6400, 0x5346_414F, 0x0BD0_0BD0:
      return Finding(
        "data folder", .wrong, "\(folder): on a network file system, where SQLite's write-ahead log does not work",
        hint: "put data_dir on a local disk")
    case 0x6573_5546:
      return Finding(
        "data folder", .warning, "\(folder): on FUSE: whether a sync reaches the disk is up to that program",
        hint: "prefer a local ext4, xfs or btrfs")
    default: return Finding("data folder", .ok, "\(folder): on a local file system")
    }
  }

  private func room(_ present: String) -> Finding {
    let used = ["", "-wal", "-shm"].reduce(Int64(0)) { $0 + (Files.size("\(folder)/journal.db\($1)") ?? 0) }
    guard let free = Files.freeBytes(at: present) else {
      return Finding("free space", .warning, "\(present): cannot be asked")
    }
    let text = "\(mebibytes(free)) free; the journal has \(mebibytes(used)) and may grow to \(mebibytes(maxBytes))"
    return free + used >= maxBytes + Self.reserveBytes
      ? Finding("free space", .ok, text)
      : Finding(
        "free space", .warning, text,
        hint: "lower journal.max_size, or make room: the agent holds when the disk is full")
  }

  private func mebibytes(_ bytes: Int64) -> String {
    bytes >= 10 << 30 ? "\(bytes >> 30) GiB" : "\(bytes >> 20) MiB"
  }

  private func journal() -> Finding {
    let path = "\(folder)/journal.db"
    guard Files.exists(path) else {
      return Finding("journal", .ok, "\(path): none yet; the first run makes it")
    }
    do throws(CrossdockError) {
      let reader = try JournalReader(path: path)
      let streams = try reader.streams()
      return Finding("journal", .ok, "\(path): agent \(reader.agent), epoch \(reader.epoch), \(streams.count) streams")
    } catch {
      return Finding("journal", .wrong, "\(path): \(error.reason)", hint: error.hint)
    }
  }

  // MARK: syncs

  private func sync(_ present: String) -> Finding? {
    guard let times = Self.syncTimesMs(in: present) else {
      return Finding(
        "disk sync", .wrong, "\(present): no file can be written there (\(String(cString: strerror(errno))))",
        hint: "run this as the user that runs the agent, or give that user the folder")
    }
    let (middle, high) = (times[times.count / 2], times[times.count * 99 / 100])
    let text = """
      fdatasync of \(Self.syncBytes) bytes: p50 \(rounded(middle)) ms, p99 \(rounded(high)) ms: what each acknowledgement and \
      reply waits for
      """
    return high <= Self.slowSyncMs
      ? Finding("disk sync", .ok, text)
      : Finding(
        "disk sync", .warning, text, hint: "replies wait for it; look for what else writes, or for a worn-out card")
  }

  private func rounded(_ ms: Double) -> String { "\((ms * 100).rounded() / 100)" }

  /// Sorted; nil, with errno, when the folder cannot be written.
  static func syncTimesMs(in folder: String) -> [Double]? {
    let path = "\(folder)/.crossdock-doctor-\(getpid())"
    let fd = crossdock_open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard fd >= 0 else { return nil }
    defer {
      let code = errno
      close(fd)
      unlink(path)
      errno = code
    }
    let block = [UInt8](repeating: 0xA5, count: syncBytes)
    var times: [Double] = []
    for round in 0..<syncs {
      let start = SystemClock.monotonicNs()
      guard pwrite(fd, block, block.count, off_t(round * syncBytes)) == block.count, fdatasync(fd) == 0 else {
        return nil
      }
      times.append(Double(SystemClock.monotonicNs() - start) / 1_000_000)
    }
    return times.sorted()
  }
}
