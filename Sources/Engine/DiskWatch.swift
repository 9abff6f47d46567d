internal import Platform

/// Stops ingest before the disk is full, and lets it go on when half as much again is free: others live on this disk too, and a
/// full one takes the log, the shell and the repair with it.
struct DiskWatch {
  private let folder: String
  private let minFreeBytes: Int64
  /// Why nothing is read now; nil: there is room.
  private(set) var reason: String?

  /// - Parameter minFreeBytes: 0 switches the watch off.
  init(folder: String, minFreeBytes: Int64) {
    self.folder = folder
    self.minFreeBytes = minFreeBytes
  }

  mutating func look() {
    guard minFreeBytes > 0, let free = Files.freeBytes(at: folder) else { return }
    if free < minFreeBytes {
      reason = "the disk of data_dir has \(free >> 20) MiB left, and \(minFreeBytes >> 20) MiB are to stay free"
    } else if free >= minFreeBytes + minFreeBytes / 2 {
      reason = nil
    }
  }
}
