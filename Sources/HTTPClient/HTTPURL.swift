package import Records

/// The parts of a base URL.
package struct HTTPURL: Sendable, Equatable {
  package var isSecure: Bool
  /// Without the brackets of an IPv6 address.
  package var host: String
  package var port: UInt16
  /// `` or `/prefix`, without a slash at its end.
  package var prefix: String

  package init(_ text: String) throws(CrossdockError) {
    func refuse(_ reason: String) -> CrossdockError {
      CrossdockError(
        "read the URL", at: text, reason: reason, hint: "write it as http://host:7790 or https://host:7790",
        exitCode: .badConfiguration)
    }
    let rest: Substring
    if text.hasPrefix("http://") {
      (isSecure, rest) = (false, text.dropFirst("http://".count))
    } else if text.hasPrefix("https://") {
      (isSecure, rest) = (true, text.dropFirst("https://".count))
    } else {
      throw refuse("it begins with neither http:// nor https://")
    }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("?"), !text.contains("#"),
      !text.contains("@")
    else { throw refuse("it has a query, a user, or characters that do not belong into a URL") }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    var authority = rest[..<slash]
    var path = rest[slash...]
    while path.hasSuffix("/") { path = path.dropLast() }
    prefix = String(path)
    port = isSecure ? 443 : 80
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else {
        throw refuse("the port is not a number from 1 to 65535")
      }
      port = number
      authority = authority[..<colon]
    }
    if authority.hasPrefix("["), authority.hasSuffix("]") { authority = authority.dropFirst().dropLast() }
    guard !authority.isEmpty else { throw refuse("there is no host") }
    host = String(authority)
  }
}
