// A test case of a plugin: `testcases/<case>/` with
//
//   input.ndjson      what it is given, one record a line: {"stream","source","time","body","columns","samples"}
//   expected.ndjson   what it must answer, one output a line: {"stream","source","time","body","topic"}; of a decoder also
//                     {"rejected":index,"reason":…}
//   options.json      its options: {"key":value}
//   case.json         {"streams":[{"name","columns","raw":false}],"writes":[…],"polls":n,"poll_s":1,"wait_ms":1000,"now":time,
//                     "status":"ok","expected_files":{path in its data folder: file of the case},"restart":true}
//
// Everything but one of input.ndjson and case.json may be missing. `{data}` in an option is the instance's private folder.
internal import JSONText
internal import Platform
package import Records

package struct PluginCase: Sendable {
  package static let folderName = "testcases"
  static let maxCases = 256
  static let maxPolls = 10_000

  package let name: String
  package let folder: String
  var streams: [StreamDefinition] = []
  var writes: [String] = []
  var input: [CaseRecord] = []
  var expected: [ExpectedOutput] = []
  var rejects: [ExpectedReject] = []
  var polls = 1
  var pollNs: Int64 = 1_000_000_000
  var waitMs = 1000
  var nowNs = CaseRecord.firstTimeNs
  var status = "ok"
  var expectedFiles: [(path: String, file: String)] = []
  /// Whether the case is run a second time, cut in the middle, with a new process that gets the checkpoint of the first.
  var isRestarted = true

  /// The cases of a plugin's folder by name.
  package static func all(of pluginFolder: String, role: PluginManifest.Role) throws(CrossdockError) -> [PluginCase] {
    let folder = "\(pluginFolder)/\(folderName)"
    guard Files.isFolder(folder) else { return [] }
    var cases: [PluginCase] = []
    for entry in try FolderListing.entries(of: folder) where entry.kind == .folder && !entry.name.hasPrefix(".") {
      guard cases.count < maxCases else {
        throw CaseFile(path: folder).failure("more than \(maxCases) cases")
      }
      cases.append(try PluginCase(folder: "\(folder)/\(entry.name)", name: entry.name, role: role))
    }
    return cases
  }

  init(folder: String, name: String, role: PluginManifest.Role) throws(CrossdockError) {
    self.name = name
    self.folder = folder
    try readDescription(CaseFile(path: "\(folder)/case.json"))
    let isDescribed = !streams.isEmpty
    let inputFile = CaseFile(path: "\(folder)/input.ndjson")
    for (number, text) in try inputFile.lines() {
      try readInput(text, inputFile, line: number, role: role, mayDeclare: !isDescribed)
    }
    if role == .feed, !input.isEmpty {
      throw inputFile.failure("a feed reads no records: case.json says how often it is asked")
    }
    if role != .feed, input.isEmpty { throw inputFile.failure("there is no record in it") }
    let expectedFile = CaseFile(path: "\(folder)/expected.ndjson")
    for (number, text) in try expectedFile.lines() { try readExpected(text, expectedFile, line: number) }
    if writes.isEmpty {
      for output in expected { if let stream = output.stream, !writes.contains(stream) { writes.append(stream) } }
      if writes.isEmpty, role != .uplink { writes = ["out"] }
    }
  }

  // MARK: case.json

  private static let keys = [
    "streams", "writes", "polls", "poll_s", "wait_ms", "now", "status", "expected_files", "restart",
  ]

  private mutating func readDescription(_ file: CaseFile) throws(CrossdockError) {
    guard let document = try file.document() else { return }
    guard let members = document.object else { throw file.failure("it is no JSON object") }
    for (key, value) in members {
      switch key {
      case "streams": try readStreams(value, file)
      case "writes":
        guard let names = value.array, names.allSatisfy({ $0.string.map(StreamDefinition.isValidName) ?? false }) else {
          throw file.failure("\"writes\" is no array of names of streams")
        }
        writes = names.compactMap(\.string)
      case "polls": polls = try integer(value, key, 1...Self.maxPolls, file)
      case "poll_s": pollNs = Int64(try integer(value, key, 0...86_400, file)) * 1_000_000_000
      case "wait_ms": waitMs = try integer(value, key, 0...60_000, file)
      case "now":
        guard let time = value.string.flatMap(Timestamp.parse) else {
          throw file.failure("\"now\" is no RFC 3339 time")
        }
        nowNs = time
      case "status":
        guard let text = value.string, ["ok", "retry", "failed"].contains(text) else {
          throw file.failure("\"status\" is none of \"ok\", \"retry\", \"failed\"")
        }
        status = text
      case "restart":
        guard let flag = value.bool else { throw file.failure("\"restart\" is neither true nor false") }
        isRestarted = flag
      case "expected_files": try readFiles(value, file)
      default:
        throw file.failure("\"\(key)\" is not known; there are \(Self.keys.joined(separator: ", "))")
      }
    }
  }

  private func integer(
    _ value: JSONValue, _ key: String, _ range: ClosedRange<Int>, _ file: CaseFile
  ) throws(CrossdockError) -> Int {
    guard let number = value.integer, range.contains(number) else {
      throw file.failure("\"\(key)\" is no whole number between \(range.lowerBound) and \(range.upperBound)")
    }
    return number
  }

  private mutating func readStreams(_ value: JSONValue, _ file: CaseFile) throws(CrossdockError) {
    for stream in value.array ?? [] {
      let columns = (stream["columns"]?.array ?? []).map(\.string)
      let isRaw = stream["raw"] ?? .bool(false)
      guard let name = stream["name"]?.string, StreamDefinition.isValidName(name),
        columns.allSatisfy({ $0 != nil }), let isRaw = isRaw.bool
      else { throw file.failure("\"streams\" is no array of {\"name\", \"columns\", \"raw\"}") }
      streams.append(
        StreamDefinition(
          name: name, streamClass: .telemetry, bodyFormat: isRaw ? .bytes : .json,
          columns: columns.compactMap(\.self)))
    }
    if streams.isEmpty { throw file.failure("\"streams\" is no array of {\"name\", \"columns\", \"raw\"}") }
  }

  private mutating func readFiles(_ value: JSONValue, _ file: CaseFile) throws(CrossdockError) {
    for (path, name) in value.object ?? [] {
      guard PluginPath.problem(path) == nil, let name = name.string, PluginPath.problem(name) == nil else {
        throw file.failure("\"expected_files\": \"\(path)\" or what it names is no relative path")
      }
      expectedFiles.append((path, name))
    }
    if expectedFiles.isEmpty { throw file.failure("\"expected_files\" is no object of paths and files of the case") }
  }

  /// Whether a stream takes any bytes: it is filled by feeds that decode nothing.
  func holdsBytes(_ stream: String) -> Bool {
    streams.first { $0.name == stream }?.bodyFormat == .bytes
  }

  // MARK: lines

  private mutating func readInput(
    _ text: ArraySlice<UInt8>, _ file: CaseFile, line: Int, role: PluginManifest.Role, mayDeclare: Bool
  ) throws(CrossdockError) {
    var record = try CaseRecord(text, file, line: line, number: input.count, isRaw: role == .decoder)
    if !streams.contains(where: { $0.name == record.stream }) {
      guard mayDeclare else { throw file.failure("the stream \"\(record.stream)\" is not in case.json", line: line) }
      streams.append(StreamDefinition(name: record.stream, streamClass: .telemetry))
    }
    let index = streams.firstIndex { $0.name == record.stream } ?? 0
    if mayDeclare {
      // Names by order of appearance; numbers without names are called by their place.
      let names = record.named?.map(\.name) ?? record.columns.indices.map { "c\($0)" }
      for name in names where !streams[index].columns.contains(name) { streams[index].columns.append(name) }
    }
    record.streamIndex = index
    try record.fillColumns(streams[index].columns, file, line: line)
    input.append(record)
    if mayDeclare, !streams[index].columns.isEmpty {
      // A column that came later is missing in what came before.
      for i in input.indices where input[i].streamIndex == index {
        let missing = streams[index].columns.count - input[i].columns.count
        if missing > 0 { input[i].columns += [Double](repeating: .nan, count: missing) }
      }
    }
  }

  private mutating func readExpected(_ text: ArraySlice<UInt8>, _ file: CaseFile, line: Int) throws(CrossdockError) {
    let document: JSONValue
    do {
      document = try JSONValue.parse(Array(text))
    } catch {
      throw file.failure("column \(error.column): \(error.reason)", line: line)
    }
    if document["rejected"] != nil {
      rejects.append(try ExpectedReject(document, file, line: line))
    } else {
      expected.append(try ExpectedOutput(document, text, file, line: line))
    }
  }
}
