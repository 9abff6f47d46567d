internal import CFaultVFS
internal import Glibc
import Platform

/// A folder whose files lie on a disk that can fail, fill up and lose its power (see CFaultVFS).
final class SimulatedDisk {
  struct Counts {
    var faults: UInt64
    var cuts: UInt64
    var lost: UInt64
    var torn: UInt64
  }

  let folder: String
  private let disk: OpaquePointer

  init(folder: String, seed: UInt64) {
    self.folder = folder
    try? Files.createFolder(folder)
    disk = crossdock_disk_create(folder, seed)
  }

  /// Every file must be closed.
  deinit {
    crossdock_disk_destroy(disk)
    for name in fileNames { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }

  /// Puts the faulty file system under every database that this process opens from now on. Files elsewhere are not concerned.
  static func install() {
    precondition(crossdock_fault_vfs_install() == 0, "the VFS cannot be registered")
  }
  static func uninstall() {
    crossdock_fault_vfs_remove()
  }
  /// Makes SQLite's own random numbers repeatable on this thread.
  static func seedSQLite(_ seed: UInt64) {
    crossdock_fault_vfs_seed(seed)
  }

  /// A spell of bad luck: some kinds of calls fail, soon or later, a few times or for long.
  func misbehave(_ chance: inout SimulatedChance) {
    let kinds: [Int] = [
      CROSSDOCK_DISK_WRITE, CROSSDOCK_DISK_SYNC, CROSSDOCK_DISK_TRUNCATE, CROSSDOCK_DISK_READ, CROSSDOCK_DISK_MAP,
      CROSSDOCK_DISK_GROWTH, CROSSDOCK_DISK_GROWTH, CROSSDOCK_DISK_WRITE + CROSSDOCK_DISK_SYNC,
      CROSSDOCK_DISK_SYNC + CROSSDOCK_DISK_TRUNCATE,
    ].map { Int($0) }
    let length = chance.oneIn(2) ? chance.within(1...3) : chance.within(4...200)
    crossdock_disk_fail(disk, UInt32(chance.pick(kinds)), UInt64(chance.below(30)), UInt64(length))
  }
  func heal() {
    crossdock_disk_heal(disk)
  }

  /// The power goes at a write, sync or truncation to come.
  func cutPower(after calls: Int) {
    crossdock_disk_cut_after(disk, UInt64(calls))
  }
  /// Every call fails from now on.
  func stop() {
    crossdock_disk_stop(disk)
  }
  var isStopped: Bool { crossdock_disk_is_stopped(disk) != 0 }
  /// What is left after the process died, or after the power was cut. Every file must be closed.
  func restore(powerWasCut: Bool) {
    crossdock_disk_restore(disk, powerWasCut ? 1 : 0)
  }
  func lie(_ lies: Bool) {
    crossdock_disk_lie(disk, lies ? 1 : 0)
  }
  /// The simulation's own look at the files meets no faults.
  func withoutFaults<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    crossdock_disk_pause(disk, 1)
    defer { crossdock_disk_pause(disk, 0) }
    return try body()
  }

  var counts: Counts {
    let counted = crossdock_disk_counted(disk)
    return Counts(
      faults: counted.faults, cuts: counted.cuts, lost: counted.changes_lost, torn: counted.changes_torn)
  }

  var fileNames: [String] {
    guard let list = opendir(folder) else { return [] }
    defer { closedir(list) }
    var names: [String] = []
    while let entry = readdir(list) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Of all files together.
  var bytes: Int64 { fileNames.reduce(0) { $0 + (Files.size("\(folder)/\($1)") ?? 0) } }
}
