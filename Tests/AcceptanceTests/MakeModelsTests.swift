import Fixtures
import Foundation
import Testing

/// tools/make_models.py: one command makes signed bundles, the same bytes each time, and a box takes them.
@Suite(.serialized) struct MakeModelsTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    let key = try runToEnd("crossdock", ["model", "sign", "--new-key", sandbox.path("key"), "--no-password"])
    try #require(key.code == 0, "\(key.errors)")
  }

  @Test func simulationsGiveTheSameSignedBundlesTwiceAndTheyAreTaken() throws {
    let first = try make(["--simulated"], into: "first")
    #expect(
      Set(first.keys) == [
        "SHA256SUMS", "bearing-fault-1.0.0.cdm", "bearing-fault-1.0.0.cdm.minisig", "pump-rul-1.0.0.cdm",
        "pump-rul-1.0.0.cdm.minisig",
      ])
    let second = try make(["--simulated"], into: "second")
    for (name, bytes) in first { #expect(second[name] == bytes, "\(name) differs") }
    try install(from: "first", ["pump-rul", "bearing-fault"])
  }

  /// A part of the published sets, where they are: six engines, and two recordings of each kind of fault.
  @Test func partOfTheKnownSetsGivesBundlesThatAreTaken() throws {
    let named = ProcessInfo.processInfo.environment["CROSSDOCK_DATA"] ?? Self.root.path + "/../shared"
    let data = named + "/data"
    guard let engines = try? String(contentsOfFile: data + "/cmapss/train_FD001.txt", encoding: .ascii),
      let manifest = try? String(contentsOfFile: data + "/cwru/manifest.csv", encoding: .utf8)
    else {
      print("\(#function): skipped: no data at \(data)")
      return
    }
    let files = FileManager.default
    for folder in ["part/cmapss", "part/cwru"] {
      try files.createDirectory(atPath: sandbox.path(folder), withIntermediateDirectories: true)
    }
    let rows = engines.split(separator: "\n").filter { (Int($0.prefix { $0 != " " }) ?? 99) <= 6 }
    _ = try sandbox.write("part/cmapss/train_FD001.txt", rows.joined(separator: "\n") + "\n")
    let lines = manifest.split(separator: "\n")
    var counts: [Substring: Int] = [:]
    let chosen = lines.dropFirst().filter { line in
      let cells = line.split(separator: ",")
      guard files.fileExists(atPath: "\(data)/cwru/\(cells[0])") else { return false }
      counts[cells[1].prefix(2), default: 0] += 1
      return counts[cells[1].prefix(2)] ?? 0 <= 2
    }
    try #require(rows.count > 500 && chosen.count >= 5)
    _ = try sandbox.write("part/cwru/manifest.csv", ([lines[0]] + chosen).joined(separator: "\n") + "\n")
    for line in chosen {
      let file = line.prefix { $0 != "," }
      try files.createSymbolicLink(
        atPath: sandbox.path("part/cwru/\(file)"), withDestinationPath: "\(data)/cwru/\(file)")
    }
    let made = try make(["--data", sandbox.path("part")], into: "models")
    #expect(made.count == 5)
    try install(from: "models", ["turbofan-rul-fd001", "bearing-fault"])
  }

  @Test func whatIsMissingIsSaid() throws {
    let empty = sandbox.path("empty")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    let nothing = try run(["--data", empty], into: "none")
    #expect(nothing.code == 65 && nothing.errors.contains("\(empty) has neither cmapss/train_FD00x.txt nor cwru"))
    let keyless = try run(["--simulated", "--key", empty + "/key"], into: "none")
    #expect(keyless.code == 64 && keyless.errors.contains("crossdock model sign --new-key FILE"))
  }

  /// One line each, and no traceback.
  @Test func whatIsWrongIsSaidInALine() throws {
    func refused(
      _ code: Int32, _ expected: String, _ arguments: [String], into folder: String = "none", setting: String = "",
      _ place: SourceLocation = #_sourceLocation
    ) throws {
      let result = try run(arguments, into: folder, setting: setting)
      #expect(result.code == code, "\(result.errors)", sourceLocation: place)
      #expect(result.errors.contains(expected), "\(result.errors)", sourceLocation: place)
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)", sourceLocation: place)
    }
    func manifest(_ text: String) throws -> [String] {
      _ = try sandbox.write("bad/cwru/manifest.csv", text)
      return ["--data", sandbox.path("bad")]
    }
    try FileManager.default.createDirectory(atPath: sandbox.path("bad/cwru"), withIntermediateDirectories: true)
    _ = try sandbox.write("bad/cwru/a.f32", "")
    try refused(64, "--trees 0: this should be 1 or more", ["--simulated", "--trees", "0"])
    try refused(64, "$SOURCE_DATE_EPOCH is 'soon'", ["--simulated"], setting: "SOURCE_DATE_EPOCH=soon")
    try refused(73, "/bad/cwru/a.f32: File exists", ["--simulated"], into: "bad/cwru/a.f32")
    try refused(73, "/a.f32/below: Not a directory", ["--simulated"], into: "bad/cwru/a.f32/below")
    try refused(65, "line 2: there is no 'rpm'", manifest("file,fault\na.f32,IR007\n"))
    try refused(65, "line 2: the fault 'XX' is not known; IR, OR", manifest("file,fault,rpm\na.f32,XX,1797\n"))
    try refused(65, "rpm 'fast' is no number", manifest("file,fault,rpm\na.f32,IR,fast\n"))
    try refused(65, "/cwru/a.f32: it is empty", manifest("file,fault,rpm\na.f32,IR,1797\n"))
    // Without packages: an interpreter that sees none.
    try refused(
      69, "lacks numpy, lightgbm, onnx, sklearn: run it by $(tools/setup --python)", ["--simulated"],
      setting: "flags=-S")
  }

  private func run(
    _ arguments: [String], into folder: String, setting: String = ""
  ) throws -> (code: Int32, output: String, errors: String) {
    let script = """
      \(setting.isEmpty ? "" : "export \(setting)")
      python=$('\(Self.root.path)/tools/setup' --python) || exit 69
      exec "$python" ${flags:-} '\(Self.root.path)/tools/make_models.py' --program '\(Sandbox.programs)/crossdock' "$@"
      """
    let result = try runToEnd(
      "/bin/sh", ["-c", script, "make_models", "--output", sandbox.path(folder)] + arguments)
    return (result.code, result.output, result.errors)
  }

  /// - Returns: the files of the folder.
  private func make(_ arguments: [String], into folder: String) throws -> [String: Data] {
    let made = try run(["--key", sandbox.path("key"), "--trees", "10"] + arguments, into: folder)
    try #require(made.code == 0, "\(made.errors)")
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: sandbox.path(folder)) {
      files[name] = FileManager.default.contents(atPath: sandbox.path("\(folder)/\(name)"))
    }
    return files
  }

  private func install(from folder: String, _ names: [String]) throws {
    let configuration = try sandbox.write(
      "agent.conf",
      "[agent]\nid = \"box\"\ndata_dir = \"\(sandbox.path("data"))\"\n[models]\ntrust_keys = [\"\(sandbox.path("key")).pub\"]\n"
    )
    for name in names {
      let bundle = sandbox.path("\(folder)/\(name)-1.0.0.cdm")
      let installed = try runToEnd("crossdock", ["model", "install", bundle, "--config", configuration])
      #expect(installed.code == 0, "\(installed.errors)")
    }
    let list = try runToEnd("crossdock", ["model", "list", "--config", configuration])
    for name in names { #expect(list.output.contains(name), "\(list.output)") }
  }
}
