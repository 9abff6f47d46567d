internal import JSONText
internal import Platform
internal import Records

/// What a plugin has answered against what the case expects, in words.
extension PluginCase {
  static let maxLines = 40

  func differences(outputs: [ActualOutput], rejects found: [ActualReject]) -> [String] {
    var out: [String] = []
    for (index, pair) in zip(expected, outputs).enumerated() {
      out += differences(pair.0, pair.1, at: "output \(index + 1)")
    }
    for (index, output) in outputs.enumerated().dropFirst(expected.count) {
      out.append("output \(index + 1): not expected: \(output.shown)")
    }
    for index in expected.indices.dropFirst(outputs.count) {
      let body = expected[index].body.map(ValueDifference.text) ?? ""
      out.append("output \(index + 1): expected and missing: \(expected[index].stream ?? "") \(body)")
    }
    out += differences(ofRejects: found)
    return out.count > Self.maxLines ? out.prefix(Self.maxLines) + ["… and \(out.count - Self.maxLines) more"] : out
  }

  private func differences(_ expected: ExpectedOutput, _ found: ActualOutput, at place: String) -> [String] {
    var out: [String] = []
    func compare(_ name: String, _ wanted: String?, _ have: String) {
      guard let wanted, wanted != ValueDifference.anything, wanted != have else { return }
      out.append("\(place), \(name): expected \"\(wanted)\", found \"\(have)\"")
    }
    compare("stream", expected.stream, found.stream)
    compare("source", expected.source, found.source)
    compare("topic", expected.topic, found.topic)
    compare("time", expected.timeNs.map(Timestamp.text), Timestamp.text(found.timeNs))
    guard let wanted = expected.body else { return out }
    if let body = try? JSONValue.parse(found.body) {
      return out + ValueDifference.lines(wanted, body, at: "\(place), body")
    }
    if wanted.string == String(decoding: found.body, as: UTF8.self) || wanted == .string(ValueDifference.anything) {
      return out
    }
    return out + ["\(place), body: expected \(ValueDifference.text(wanted)), found no JSON: \(found.shown)"]
  }

  private func differences(ofRejects found: [ActualReject]) -> [String] {
    var out: [String] = []
    for wanted in rejects {
      guard let have = found.first(where: { $0.record == wanted.record }) else {
        out.append("record \(wanted.record): expected to be rejected, and was not")
        continue
      }
      if let reason = wanted.reason, reason != ValueDifference.anything, reason != have.reason {
        out.append("record \(wanted.record), reason: expected \"\(reason)\", found \"\(have.reason)\"")
      }
    }
    for have in found where !rejects.contains(where: { $0.record == have.record }) {
      out.append("record \(have.record): rejected, which is not expected: \(have.reason)")
    }
    return out
  }

  /// Files that the plugin was to write into its data folder.
  func differences(ofFilesIn data: String) throws(CrossdockError) -> [String] {
    var out: [String] = []
    for (path, name) in expectedFiles {
      guard let match = try Self.match(path, in: data) else {
        out.append("file \(path): expected, and it is not there")
        continue
      }
      let have = try Files.read(match, limit: CaseFile.maxBytes)
      let wanted = try Files.read("\(folder)/\(name)", limit: CaseFile.maxBytes)
      if have != wanted { out.append(Self.difference(path, wanted, have)) }
    }
    return out
  }

  /// The file; a `*` in its path's last name is any run of characters, and the first that fits.
  private static func match(_ path: String, in data: String) throws(CrossdockError) -> String? {
    let whole = "\(data)/\(path)"
    if !path.contains("*") { return Files.exists(whole) ? whole : nil }
    let folder = Files.folder(of: whole)
    guard Files.isFolder(folder) else { return nil }
    let pattern = String(whole.dropFirst(folder.count + 1))
    return try FolderListing.entries(of: folder).first { StreamPattern.matches(pattern, $0.name) }
      .map { "\(folder)/\($0.name)" }
  }

  private static func difference(_ path: String, _ wanted: [UInt8], _ have: [UInt8]) -> String {
    let lines = [wanted, have].map { $0.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) }
    let line = zip(lines[0], lines[1]).enumerated().first { !$1.0.elementsEqual($1.1) }?.offset
    let place = (line ?? min(lines[0].count, lines[1].count)) + 1
    func text(_ side: Int) -> String {
      guard lines[side].count >= place else { return "the end" }
      return "\"\(String(decoding: lines[side][place - 1].prefix(ValueDifference.maxShown), as: UTF8.self))\""
    }
    return "file \(path), line \(place): expected \(text(0)), found \(text(1))"
  }
}

extension ActualOutput {
  var shown: String {
    "\(stream) \(source) \(String(decoding: body.prefix(ValueDifference.maxShown), as: UTF8.self))"
  }
}
