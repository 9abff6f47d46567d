internal import CLinux
internal import Glibc

/// An eventfd: any thread wakes the one that polls `fd`.
package final class WakeDescriptor: Sendable {
  package let fd: Int32

  package init() {
    fd = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(fd >= 0, "eventfd: \(errno)")
  }

  deinit {
    close(fd)
  }

  package func wake() {
    var one: UInt64 = 1
    _ = write(fd, &one, 8)
  }

  /// Takes back all wakes so far.
  package func clear() {
    var count: UInt64 = 0
    _ = read(fd, &count, 8)
  }
}
