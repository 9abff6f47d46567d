import Glibc
import Platform
import Records

/// A new plugin's folder, put together from the SDK:
///
///     templates/any/ROLE        what a role needs in every language: plugin.toml, README, sample.conf, testcases
///     templates/LANGUAGE/any    what a language needs for every role: Makefile, gitignore; X.part stands in X of the above for @part@
///     templates/LANGUAGE/ROLE   sources and tests
///     c/*.h, python/*.py, swift/CrossdockSDK   copied as they are
///
/// Templates are whole plugins by the name `my-plugin`, so that they can be built where they lie.
struct PluginTemplate {
  static let roles = ["model", "decoder", "uplink", "feed"]
  static let languages = ["swift", "c", "python"]

  private static let placeholder = "my-plugin"
  private static let part = "@part@"
  private static let partSuffix = ".part"
  private static let maxFileBytes = 1 << 20
  private static let skipped: Set<String> = [".build", "__pycache__", "Package.resolved"]

  let sdk: String
  let name: String
  let role: String
  let language: String

  /// Writes everything beside the folder and renames it: it is there whole or not at all.
  /// - Returns: how many files there are.
  func write(to folder: String) throws(CrossdockError) -> Int {
    var folder = folder
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    let above = Files.folder(of: folder)
    if !Files.isFolder(above) { try Files.createFolder(above) }
    let temporary = "\(folder).new-\(getpid())"
    do {
      try makeFolder(temporary)
      let templates = "\(sdk)/templates"
      var files = try copy("\(templates)/any/\(role)", to: temporary, isTemplate: true)
      files += try copy("\(templates)/\(language)/any", to: temporary, isTemplate: true)
      files += try copy("\(templates)/\(language)/\(role)", to: temporary, isTemplate: true)
      files += try copySDK(to: temporary)
      // Fails when the folder came to be meanwhile, unless it is empty.
      try Files.rename(temporary, to: folder)
      return files
    } catch {
      Self.removeTree(temporary)
      var error = error
      error.exitCode = .cannotWrite
      throw error
    }
  }

  private func copySDK(to folder: String) throws(CrossdockError) -> Int {
    guard language == "swift" else { return try copy("\(sdk)/\(language)", to: folder, isTemplate: false) }
    try makeFolder("\(folder)/CrossdockSDK")
    return try copy("\(sdk)/swift/CrossdockSDK", to: "\(folder)/CrossdockSDK", isTemplate: false)
  }

  private func copy(_ source: String, to target: String, isTemplate: Bool) throws(CrossdockError) -> Int {
    var count = 0
    for entry in try Self.names(in: source) where !Self.skipped.contains(entry) {
      if Files.isFolder("\(source)/\(entry)") {
        if !Files.isFolder("\(target)/\(entry)") { try makeFolder("\(target)/\(entry)") }
        count += try copy("\(source)/\(entry)", to: "\(target)/\(entry)", isTemplate: isTemplate)
      } else if !entry.hasSuffix(Self.partSuffix) {
        var bytes = try Files.read("\(source)/\(entry)", limit: Self.maxFileBytes)
        if isTemplate { bytes = Array(try filled(String(decoding: bytes, as: UTF8.self), entry).utf8) }
        let isHidden = isTemplate && entry == "gitignore"
        try Files.replace("\(target)/\(isHidden ? "." : "")\(entry)", with: bytes, mode: 0o644)
        count += 1
      }
    }
    return count
  }

  private func filled(_ text: String, _ file: String) throws(CrossdockError) -> String {
    var text = text
    if text.split(separator: "\n", omittingEmptySubsequences: false).contains(Self.part[...]) {
      let path = "\(sdk)/templates/\(language)/any/\(file)\(Self.partSuffix)"
      var insert = String(decoding: try Files.read(path, limit: Self.maxFileBytes), as: UTF8.self)
      if insert.hasSuffix("\n") { insert.removeLast() }
      text.replace(Self.part, with: insert)
    }
    text.replace(Self.placeholder, with: name)
    return text
  }

  private func makeFolder(_ path: String) throws(CrossdockError) {
    guard mkdir(path, 0o755) == 0 else { throw Files.failure("make the folder", path) }
  }

  private static func names(in folder: String) throws(CrossdockError) -> [String] {
    guard let listing = opendir(folder) else { throw Files.failure("read the folder", folder) }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func removeTree(_ folder: String) {
    for name in (try? names(in: folder)) ?? [] {
      let path = "\(folder)/\(name)"
      if Files.isFolder(path) { removeTree(path) } else { Files.remove(path) }
    }
    rmdir(folder)
  }
}
