/// The kernel's name for this boot: monotonic times are comparable only within one.
package enum BootID {
  package static func current() -> String {
    guard let bytes = try? Files.read("/proc/sys/kernel/random/boot_id", limit: 64) else { return "unknown" }
    return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
  }
}
