/// The path of a file inside a plugin's folder or bundle: relative, of plain names, so that no system and no program can read
/// it as something else.
package enum PluginPath {
  /// What ustar's name field holds.
  package static let maxBytes = 100
  package static let maxDepth = 8

  /// What is wrong with it; nil when nothing is.
  package static func problem(_ path: String) -> String? {
    if path.isEmpty { return "is empty" }
    if path.hasPrefix("/") { return "is an absolute path; it must be relative to the plugin's folder" }
    if path.utf8.count > maxBytes { return "is longer than \(maxBytes) bytes" }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count > maxDepth { return "is more than \(maxDepth) folders deep" }
    for part in parts {
      if part.isEmpty { return "has an empty name in it" }
      if part == "." || part == ".." { return "has \"\(part)\" in it" }
    }
    let isPlain = path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
    return isPlain ? nil : "has other characters than printable ASCII without spaces"
  }
}
