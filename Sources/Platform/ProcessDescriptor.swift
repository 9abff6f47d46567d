internal import CLinux
internal import Glibc
package import Records

/// A process by a descriptor: unlike its number, it never comes to mean another process.
package final class ProcessDescriptor {
  /// Readable when the process has ended.
  package let fd: Int32
  private let process: Int32

  package init(_ process: Int32) throws(CrossdockError) {
    self.process = process
    fd = crossdock_pidfd_open(process)
    guard fd >= 0 else { throw Files.failure("find the process", "\(process)") }
  }

  deinit {
    close(fd)
  }

  package func send(_ signal: Int32) throws(CrossdockError) {
    guard crossdock_pidfd_signal(fd, signal) == 0 else { throw Files.failure("signal the process", "\(process)") }
  }
}
