internal import CLinux
internal import Platform
internal import Records

/// The folder that a plugin may write to as it likes: held to what its plugin.toml declares. Other folders of `write_files` are the
/// operator's, who chose them.
package struct PrivateFolder {
  private let path: String
  private let limits: PluginLimits
  private var nextMs: Int64 = 0

  /// How often it is looked at; less often where that takes long.
  private static let watchMs: Int64 = 200
  /// Looking takes no more than this part of the time.
  private static let shareOfTime: Int64 = 20

  /// Nil: it has none.
  package init?(_ launch: PluginLaunch) {
    guard let path = launch.privateFolder else { return nil }
    (self.path, limits) = (path, launch.limits)
  }

  /// How it is beyond its limits; nil: it is not.
  /// - Parameter pid: of a process whose deleted files count too, or 0.
  package func excess(pid: Int32 = 0) -> PluginFailure? {
    var (files, bytes) = (0, Int64(0))
    crossdock_folder_use(path, pid, limits.diskFiles, Int64(limits.diskMb) << 20, &files, &bytes)
    if files > limits.diskFiles {
      return .filled("more than \(limits.diskFiles) files in its folder \(path): disk_files = \(limits.diskFiles)")
    }
    guard bytes > Int64(limits.diskMb) << 20 else { return nil }
    return .filled("more than \(limits.diskMb) MiB in its folder \(path): disk_mb = \(limits.diskMb)")
  }

  mutating func watch(_ nowMs: Int64, pid: Int32) throws(PluginFailure) {
    guard nowMs >= nextMs else { return }
    let startedNs = SystemClock.monotonicNs()
    let excess = excess(pid: pid)
    let tookMs = (SystemClock.monotonicNs() - startedNs) / 1_000_000
    nextMs = nowMs + max(Self.watchMs, tookMs * Self.shareOfTime)
    if let excess { throw excess }
  }
}
