/// `{data}` and `{option:KEY}` in the paths and destinations of plugin.toml.
package struct PluginPlaceholders: Sendable {
  package enum Check: Sendable {
    case path
    case destination
  }

  package var data: String
  package var options: [String: String]

  package init(data: String, options: [String: String]) {
    self.data = data
    self.options = options
  }

  /// Nil where an option is empty.
  func fill(_ text: String, _ check: Check) throws(CrossdockError) -> String? {
    var out = ""
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      out += rest[..<open]
      let name = rest[rest.index(after: open)..<close]
      if name == "data" {
        out += data
      } else {
        let key = String(name.dropFirst("option:".count))
        guard let value = options[key] else {
          throw CrossdockError(
            "grant a capability", at: text, reason: "the plugin has no option \"\(key)\"",
            hint: "correct plugin.toml", exitCode: .badConfiguration)
        }
        if value.isEmpty { return nil }
        out += value
      }
      rest = rest[rest.index(after: close)...]
    }
    out += rest
    if let problem = check == .path ? Self.pathProblem(out) : Self.destinationProblem(out) {
      throw CrossdockError(
        "grant a capability", at: text, reason: "\"\(out)\" \(problem)", exitCode: .badConfiguration)
    }
    return out
  }

  /// What is wrong with an entry of plugin.toml: a placeholder that there is not, or what no value could make right.
  package static func problem(_ text: String, _ check: Check) -> String? {
    var out = ""
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else { return "has \"{\" without \"}\"" }
      let name = String(rest[rest.index(after: open)..<close])
      let isOption = name.hasPrefix("option:") && name.count > "option:".count
      guard isOption || name == "data" else { return "has \"{\(name)}\"; there are {data} and {option:KEY}" }
      if check == .path, open != text.startIndex { return "has \"{\(name)}\" in its middle; it may only begin a path" }
      if check == .destination, name == "data" { return "has \"{data}\", which is a folder" }
      // A value that is right wherever an option may stand.
      out += rest[..<open] + (check == .path ? "/x" : "x")
      rest = rest[rest.index(after: close)...]
    }
    out += rest
    return check == .path ? pathProblem(out) : destinationProblem(out, isTemplate: text.contains("{"))
  }

  static func pathProblem(_ path: String) -> String? {
    guard path.hasPrefix("/") else { return "is not an absolute path" }
    if path.utf8.contains(0) { return "contains a NUL character" }
    if path == "/" { return "would open everything" }
    let parts = path.split(separator: "/")
    if parts.contains("..") || parts.contains(".") { return "has \".\" or \"..\" in it" }
    return path.utf8.count > 4095 ? "is too long for a path" : nil
  }

  /// `tcp:HOST:PORT`, `tcp:[V6]:PORT`.
  static func destinationProblem(_ text: String, isTemplate: Bool = false) -> String? {
    let form = "is not \"tcp:HOST:PORT\""
    guard text.hasPrefix("tcp:") else { return form }
    let rest = text.dropFirst(4)
    guard let colon = rest.lastIndex(of: ":") else { return form }
    let port = rest[rest.index(after: colon)...]
    let isPort = UInt16(port).map { $0 > 0 } ?? false
    guard isPort || (isTemplate && port == "x") else { return "has no port between 1 and 65535" }
    let host = rest[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    guard !host.isEmpty, isBracketed || !host.contains(":"), host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      return "has no valid host"
    }
    return nil
  }
}
