internal import CLinux
internal import Glibc
package import Records

/// Tells when a file of a folder was written or came in by a rename.
package final class FolderWatch {
  /// Readable when something has happened since the last `clear`.
  package let fd: Int32
  private static let bufferBytes = 4096

  package init(_ folder: String) throws(CrossdockError) {
    fd = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    guard fd >= 0 else { throw Files.failure("watch the folder", folder) }
    guard inotify_add_watch(fd, folder, UInt32(IN_MOVED_TO) | UInt32(IN_CLOSE_WRITE)) >= 0 else {
      let error = Files.failure("watch the folder", folder)
      close(fd)
      throw error
    }
  }

  deinit {
    close(fd)
  }

  package func clear() {
    var events = [UInt8](repeating: 0, count: Self.bufferBytes)
    while read(fd, &events, events.count) > 0 {}
  }
}
