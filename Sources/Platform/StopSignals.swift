internal import CLinux
internal import Glibc

/// SIGTERM, SIGINT and SIGHUP as something to wait for. Install before any thread starts: threads inherit the mask.
package enum StopSignals {
  private static func set() -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] { sigaddset(&signals, signal) }
    return signals
  }

  package static func block() {
    var signals = set()
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    signal(SIGPIPE, SIG_IGN)
  }

  /// The next signal's number, or nil after the time.
  package static func wait(timeoutMs: Int) -> Int32? {
    var signals = set()
    var time = timespec(tv_sec: timeoutMs / 1000, tv_nsec: (timeoutMs % 1000) * 1_000_000)
    let number = sigtimedwait(&signals, nil, &time)
    return number > 0 ? number : nil
  }

  package static let hangUp = SIGHUP
  /// Sent by the program to itself: a thread has ended for good.
  package static let threadEnded = SIGUSR1

  package static func raiseThreadEnded() {
    kill(getpid(), SIGUSR1)
  }
}
