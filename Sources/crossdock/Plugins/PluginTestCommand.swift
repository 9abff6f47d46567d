import CommandSyntax
import JSONText
import Logging
import Platform
import PluginBundles
import PluginCases
import Records

/// `crossdock plugin test`: a folder's test cases in the real host.
struct PluginTestCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin test", summary: "run a plugin's test cases in the real host",
    discussion: """
      Runs the command of [build] in plugin.toml, then each case of testcases/: a new process of crossdock-plugin-host, confined as the \
      agent would confine it, gets input.ndjson, and what it answers is compared with expected.ndjson as JSON values. A model's or decoder's \
      case is run a second time, in small batches and restarted from its checkpoint in the middle: it must answer the same. \
      docs/plugins.md describes the files.

      Exit codes: 0 every case passed; 1 one did not, or the plugin does not start; 65 plugin.toml or a case cannot be read.
      """,
    positionals: [.init("DIR", help: "the plugin's folder, with plugin.toml")],
    options: [
      .init("--case", "NAME", help: "this case only; may be repeated", isRepeated: true),
      .init("--host", "FILE", help: "the host program; default: crossdock-plugin-host beside this program"),
      .init("--no-build", help: "test what is there"),
      .init("--unconfined", help: "without confinement, for a debugger or sanitizer"),
      .init("--verbose", help: "show what the plugin logs"),
      .init("--json", help: "one JSON object"),
    ],
    examples: ["crossdock plugin test plugins/cold-chain-watch", "crossdock plugin test . --case short-pick --verbose"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let file = try PluginFolderFile(arguments.positionals[0])
    if !arguments.has("--no-build") { try file.build() }
    var cases = try PluginCase.all(of: file.folder, role: file.manifest.role)
    let wanted = arguments.values("--case")
    for name in wanted where !cases.contains(where: { $0.name == name }) {
      throw CrossdockError(
        "test the plugin", at: name, reason: "there is no such case",
        hint: "there are: \(cases.map(\.name).joined(separator: ", "))", exitCode: .wrongUsage)
    }
    if !wanted.isEmpty { cases = cases.filter { wanted.contains($0.name) } }
    let level: Logger.Level = arguments.has("--verbose") ? .debug : .error
    let log = Logger(label: file.manifest.name) { StderrLogHandler(label: $0, level: level) }
    let scratch = "\(temporaryFolder)/crossdock-test-\(RandomBytes.word())"
    try Files.createFolder(scratch)
    defer { try? StoreDisk(folder: scratch).removeTree(scratch) }
    let runner = try PluginCaseRunner(
      file.manifest, folder: file.folder, hostPath: arguments.value("--host") ?? StorePlace.hostBesideProgram,
      scratch: scratch, isUnconfined: arguments.has("--unconfined"), log: log)
    var results: [PluginCaseRunner.Result] = []
    for testCase in cases {
      let result = try runner.run(testCase)
      results.append(result)
      if !arguments.has("--json") {
        Terminal.write(CaseReport.text(result))
        Terminal.flush()
      }
    }
    let passed = results.count(where: \.isPassed)
    if arguments.has("--json") {
      Terminal.write(bytes: json(file.manifest, results) + [0x0A])
    } else {
      Terminal.write(
        results.isEmpty
          ? "\(file.manifest.name) \(file.manifest.version) starts; there are no test cases\n"
          : "\(file.manifest.name) \(file.manifest.version): \(passed) of \(results.count) cases passed\n")
    }
    return passed == results.count ? .success : .failure
  }

  private static var temporaryFolder: String { Files.realPath("/tmp") ?? "/tmp" }

  private static func json(_ manifest: PluginManifest, _ results: [PluginCaseRunner.Result]) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.member("name", manifest.name)
      $0.member("version", manifest.version.text)
      $0.member("passed", results.allSatisfy(\.isPassed))
      $0.member("cases", array: { list in for result in results { CaseReport.json(result, to: &list) } })
    }
    return json.bytes
  }
}
