// mosquitto.conf as far as a reader of queues and sessions needs it: `name value` lines, `include_dir`, the last value counts.
internal import CLinux
internal import Glibc
internal import Platform
package import Records

package struct MosquittoSettings: Sendable, Equatable {
  package static let defaultPath = "/etc/mosquitto/mosquitto.conf"
  static let maxFileBytes = 1 << 20
  static let maxFiles = 256

  package private(set) var files: [String] = []
  private var values: [String: String] = [:]
  private var listeners: Set<Int> = []

  /// Reads the file and those of its `include_dir`s.
  package init(path: String) throws(CrossdockError) {
    try read(path)
  }

  package init(text: String) {
    _ = take(text)
  }

  package subscript(name: String) -> String? { values[name] }

  /// Whether the broker of this file can be the one at a port. Without any listener it is at 1883.
  package func listens(on port: Int) -> Bool { listeners.isEmpty ? port == 1883 : listeners.contains(port) }

  package func flag(_ name: String, default fallback: Bool) -> Bool {
    values[name].map { $0 == "true" || $0 == "1" } ?? fallback
  }

  package func integer(_ name: String, default fallback: Int) -> Int {
    values[name].flatMap { Int($0) } ?? fallback
  }

  /// `persistent_client_expiration`: a number and h, d, w, m or y. Nil: never.
  package var sessionExpiryS: Int? {
    guard let text = values["persistent_client_expiration"], let unit = text.last, let count = Int(text.dropLast())
    else { return nil }
    let hours = [Character("h"): 1, "d": 24, "w": 168, "m": 720, "y": 8766]
    return hours[unit].map { $0 * count * 3600 }
  }

  private mutating func read(_ path: String) throws(CrossdockError) {
    guard files.count < Self.maxFiles, !files.contains(path) else { return }
    let text = String(decoding: try Files.read(path, limit: Self.maxFileBytes), as: UTF8.self)
    files.append(path)
    for folder in take(text) {
      for name in Self.names(in: folder) where name.hasSuffix(".conf") { try read("\(folder)/\(name)") }
    }
  }

  /// Takes the values; gives the folders to include. Mosquitto reads an included folder where it stands; since the last value
  /// counts and what Debian ships includes at the end, the folders are read after the file.
  private mutating func take(_ text: String) -> [String] {
    var folders: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" })
      guard let name = words.first, !name.hasPrefix("#") else { continue }
      var value = words.count > 1 ? words[1] : ""
      while value.last == " " || value.last == "\t" { value = value.dropLast() }
      while value.first == " " || value.first == "\t" { value = value.dropFirst() }
      if name == "include_dir" { folders.append(String(value)) } else { values[String(name)] = String(value) }
      if name == "listener" || name == "port", let port = value.split(separator: " ").first.flatMap({ Int($0) }) {
        listeners.insert(port)
      }
    }
    return folders
  }

  private static func names(in folder: String) -> [String] {
    guard let open = opendir(folder) else { return [] }
    defer { closedir(open) }
    var names: [String] = []
    while let entry = readdir(open) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names.sorted()
  }
}
