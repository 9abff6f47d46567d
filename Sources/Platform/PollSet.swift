internal import CLinux
internal import Glibc

/// A poll(2) call whose array is kept from turn to turn.
package struct PollSet {
  private var entries: [pollfd] = []

  package init() {}

  package mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
  }

  /// Adds a descriptor and returns its place.
  @discardableResult
  package mutating func add(_ fd: Int32, wantsWrite: Bool = false) -> Int {
    entries.append(pollfd(fd: fd, events: Int16(POLLIN) | (wantsWrite ? Int16(POLLOUT) : 0), revents: 0))
    return entries.count - 1
  }

  /// Waits for any of them, at most the time.
  package mutating func wait(timeoutMs: Int32) {
    _ = poll(&entries, nfds_t(entries.count), timeoutMs)
  }

  /// Readable, or closed or broken, which reading will tell.
  package func isReadable(_ place: Int) -> Bool {
    entries[place].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0
  }
}
