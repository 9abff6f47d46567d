/// `host:port`, `[v6]:port`.
struct ListenAddress {
  var host: String
  var port: UInt16

  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    self.host = host
    self.port = port
  }

  /// Whether only programs on this machine can reach the address.
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

/// An uplink's URL: scheme, host, optional port and base path; nothing else.
struct UplinkURL {
  var text: String
  var isSecure: Bool
  var host: String

  struct Invalid: Error {
    var message: String
    var hint: String
  }

  static func parse(_ text: String) -> Result<UplinkURL, Invalid> {
    let shown = printable(text)
    let secure = text.hasPrefix("https://")
    guard secure || text.hasPrefix("http://") else {
      return .failure(
        Invalid(message: "\"\(shown)\" is not an uplink's URL", hint: "it begins with \"http://\" or \"https://\""))
    }
    let rest = text.dropFirst(secure ? 8 : 7)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if authority.contains("@") {
      return .failure(Invalid(message: "a user name or password in the URL", hint: "use \"token_file\""))
    }
    guard !text.contains("?"), !text.contains("#"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      return .failure(
        Invalid(message: "\"\(shown)\" is not an uplink's URL", hint: "scheme, host, port and a path, nothing else"))
    }
    let withPort = authority.hasSuffix("]") || !authority.contains(":") ? "\(authority):1" : String(authority)
    guard let address = ListenAddress(withPort), address.port != 0 else {
      return .failure(Invalid(message: "\"\(shown)\" has no valid host and port", hint: ""))
    }
    var clean = Substring(text)
    while clean.hasSuffix("/") { clean = clean.dropLast() }
    return .success(UplinkURL(text: String(clean), isSecure: secure, host: address.host))
  }
}
