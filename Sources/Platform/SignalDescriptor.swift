internal import CLinux
internal import Glibc

/// SIGTERM, SIGINT and SIGHUP as a descriptor to poll. Made before any thread starts: threads inherit the mask.
package final class SignalDescriptor: Sendable {
  package enum Request: Sendable {
    case stop
    case reload
  }

  package let fd: Int32

  package init() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    signal(SIGPIPE, SIG_IGN)
    fd = signalfd(-1, &signals, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    precondition(fd >= 0, "signalfd: \(errno)")
  }

  deinit {
    close(fd)
  }

  /// The next signal that has come, or nil.
  package func take() -> Request? {
    var info = signalfd_siginfo()
    guard read(fd, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size else {
      return nil
    }
    return Int32(bitPattern: info.ssi_signo) == SIGHUP ? .reload : .stop
  }
}
