internal import CLinux
internal import Glibc

/// Tells the service manager how the service is, by the sd_notify(3) protocol. Without `NOTIFY_SOCKET` it does nothing.
package struct ServiceNotifier: Sendable {
  private let address: String?
  /// Half of the time after which systemd takes a silent service for hung; nil when it does not watch.
  package let watchdogIntervalMs: Int?

  package init() {
    address = Self.environment("NOTIFY_SOCKET")
    if let text = Self.environment("WATCHDOG_USEC"), let microseconds = Int(text), microseconds > 0 {
      watchdogIntervalMs = max(1, microseconds / 2000)
    } else {
      watchdogIntervalMs = nil
    }
  }

  package func ready(status: String) {
    send("READY=1\nSTATUS=\(status)")
  }
  /// The service works on a new configuration; `ready` ends it. The time is that of CLOCK_MONOTONIC, by which the service
  /// manager knows an old message.
  package func reloading() {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    send("RELOADING=1\nMONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)")
  }
  package func stopping() {
    send("STOPPING=1")
  }
  package func watchdog() {
    send("WATCHDOG=1")
  }
  package func status(_ text: String) {
    send("STATUS=\(text)")
  }

  private func send(_ message: String) {
    if let address { _ = crossdock_notify(address, message) }
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
