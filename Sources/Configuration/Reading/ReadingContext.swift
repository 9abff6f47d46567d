/// What every part of the reading shares: where it is, and the problems found so far. Used by one thread, gone after the load.
final class ReadingContext {
  static let maxSecretBytes = 65_536

  /// As given; the folder is what relative paths are relative to.
  let file: String
  let folder: String
  let environment: ConfigurationLoader.Environment
  /// Whether `${NAME}` is an environment variable: in agent.conf, not in a plugin's own file.
  let substitutesVariables: Bool
  private(set) var problems: [ConfigurationProblem] = []

  init(
    file: String, environment: @escaping ConfigurationLoader.Environment, substitutesVariables: Bool = true
  ) {
    self.file = file
    self.substitutesVariables = substitutesVariables
    self.folder = FileContents.folder(of: file)
    self.environment = environment
  }

  var hasErrors: Bool { problems.contains { $0.severity == .error } }

  func error(_ position: SourcePosition, _ message: String, hint: String = "") {
    add(.error, position, message, hint)
  }

  func warning(_ position: SourcePosition, _ message: String, hint: String = "") {
    add(.warning, position, message, hint)
  }

  func append(_ more: [ConfigurationProblem]) { problems += more }

  private func add(
    _ severity: ConfigurationProblem.Severity, _ position: SourcePosition, _ message: String, _ hint: String
  ) {
    problems.append(
      ConfigurationProblem(
        file: file, line: position.line, column: position.column, severity: severity, message: message, hint: hint))
  }

  /// Puts the values of environment variables in the place of `${NAME}`; `$${` stands for `${`. Nil after an error.
  func substituted(_ text: String, at position: SourcePosition) -> String? {
    guard substitutesVariables, text.contains("${") else { return text }
    var out = ""
    var rest = Substring(text)
    var isWhole = true
    while let dollar = rest.firstIndex(of: "$") {
      out += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        out += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") {
        guard let end = rest.firstIndex(of: "}") else {
          error(position, "\"${\" without \"}\"", hint: "write \"$${\" for the two characters themselves")
          return nil
        }
        let name = String(rest.dropFirst(2)[..<end])
        if let value = environment(name), !name.isEmpty {
          out += value
        } else {
          error(position, "environment variable \"\(printable(name))\" is not set")
          isWhole = false
        }
        rest = rest[end...].dropFirst()
      } else {
        out.append(rest.removeFirst())
      }
    }
    return isWhole ? out + rest : nil
  }

  /// A secret's file, without one line end at its end. `credential:NAME` is a file in $CREDENTIALS_DIRECTORY (systemd).
  func secret(fromFile written: String, at position: SourcePosition) -> Secret? {
    var path = FileContents.path(written, in: folder)
    if written.hasPrefix("credential:") {
      let name = String(written.dropFirst("credential:".count))
      guard let directory = environment("CREDENTIALS_DIRECTORY"), !directory.isEmpty else {
        error(
          position, "there is no credential \"\(printable(name))\": $CREDENTIALS_DIRECTORY is not set",
          hint: "systemd sets it for a unit with LoadCredential=\(printable(name)):PATH")
        return nil
      }
      guard !name.isEmpty, !name.contains("/") else {
        error(position, "\"\(printable(name))\" is not the name of a credential")
        return nil
      }
      path = FileContents.path(name, in: directory)
    }
    switch FileContents.read(path, maxBytes: Self.maxSecretBytes) {
    case .failure(let failure):
      error(position, "cannot read \"\(printable(path))\": \(failure.reason)")
      return nil
    case .success(let contents):
      return checkedSecret(contents, path: path, at: position)
    }
  }

  private func checkedSecret(_ contents: FileContents.Contents, path: String, at position: SourcePosition) -> Secret? {
    var bytes = contents.bytes[...]
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
      error(
        position, "\"\(printable(path))\" holds no secret: it is \(bytes.isEmpty ? "empty" : "not text")",
        hint: "write the secret into it, on one line")
      return nil
    }
    if contents.mode & 0o004 != 0 {
      warning(position, "\"\(printable(path))\" can be read by every user of this machine", hint: "chmod 600 it")
    }
    return Secret(text)
  }
}

/// Text from the file as it may stand in a message: no control characters, and not more than a line of it.
func printable(_ text: String, limit: Int = 160) -> String {
  var out = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
      out += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      out.unicodeScalars.append(scalar)
    }
  }
  return text.unicodeScalars.count > limit ? out + "…" : out
}
