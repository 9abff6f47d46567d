import CLinux
import Glibc

/// Small files, whole.
enum FileContents {
  struct Unreadable: Error {
    var reason: String
  }

  struct Contents {
    var bytes: [UInt8]
    /// Permission bits.
    var mode: mode_t
  }

  static func read(_ path: String, maxBytes: Int) -> Result<Contents, Unreadable> {
    let descriptor = crossdock_open_plain(path)
    guard descriptor >= 0 else { return .failure(lastError()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failure(lastError()) }
    guard status.st_mode & S_IFMT != S_IFDIR else { return .failure(Unreadable(reason: "it is a folder")) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return .failure(lastError()) }
      if count == 0 { return .success(Contents(bytes: bytes, mode: status.st_mode & 0o7777)) }
      guard bytes.count + count <= maxBytes else {
        return .failure(Unreadable(reason: "it is larger than \(Quantity.text(bytes: maxBytes))"))
      }
      bytes += chunk[..<count]
    }
  }

  /// Absolute paths stay; others are relative to the folder.
  static func path(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") || folder.isEmpty ? path : folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
  }

  /// What stands before the last slash; empty where there is none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func lastError() -> Unreadable {
    if errno == Int32(crossdock_not_plain) { return Unreadable(reason: "it is no plain file") }
    return Unreadable(reason: lowercasedFirst(String(cString: strerror(errno))))
  }

  private static func lowercasedFirst(_ text: String) -> String { text.prefix(1).lowercased() + text.dropFirst() }
}
