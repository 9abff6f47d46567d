import Fixtures
import Foundation
import Records
import Testing

@testable import Configuration

private func read(_ text: String) -> (manifest: PluginManifest?, problems: [String]) {
  let (manifest, problems) = PluginManifestFile.load(text: Array(text.utf8), path: "plugin.toml")
  return (manifest, problems.map(\.description))
}

/// A model's file; `top` stands in line 7, `capabilities` in line 10, `rest` in line 11.
private func model(
  top: String = "artefact = \"w.so\"", name: String = "watch", version: String = "1.0.0", abi: String = "1",
  role: String = "model", capabilities: String = "", rest: String = ""
) -> String {
  """
  name = "\(name)"
  version = "\(version)"
  abi = \(abi)
  role = "\(role)"
  summary = "It watches."
  license = "MIT"
  \(top)
  [capabilities]
  reads = ["*"]
  \(capabilities)
  \(rest)
  """
}

@Suite struct PluginManifestTests {
  @Test func everyKeyIsRead() {
    let (manifest, problems) = read(
      """
      name = "label-decoder"
      version = "1.2.0-rc.1"
      abi = 1
      role = "uplink"
      summary = "Labels of the house."
      license = "Apache-2.0"
      artefact = "bin/label"
      run = "exec"
      command = ["python3", "label.py"]
      expires = "2027-12-31"
      [build]
      command = ["sh", "-c", "echo ${HOME}"]
      [capabilities]
      reads = ["raw-*", "scans"]
      read_files = ["/etc/label", "{data}", "{option:folder}/in"]
      write_files = ["{data}/x"]
      network = ["tcp:*:502", "tcp:{option:host}:{option:port}", "tcp:[::1]:80"]
      processes = 2
      [limits]
      memory_mb = 32
      cpu_percent = 25
      batch_ms = "2s"
      start_ms = 100
      output_records_per_s = 7
      output_kb_per_s = 9
      """)
    #expect(problems == [])
    #expect(
      manifest
        == PluginManifest(
          name: "label-decoder", version: SemanticVersion("1.2.0-rc.1")!, abi: 1, role: .uplink,
          summary: "Labels of the house.", license: "Apache-2.0", artefact: "bin/label", run: .exec,
          command: ["python3", "label.py"], expires: CalendarDay("2027-12-31")!,
          buildCommand: ["sh", "-c", "echo ${HOME}"],
          capabilities: PluginCapabilities(
            reads: ["raw-*", "scans"], readFiles: ["/etc/label", "{data}", "{option:folder}/in"],
            writeFiles: ["{data}/x"], network: ["tcp:*:502", "tcp:{option:host}:{option:port}", "tcp:[::1]:80"],
            processes: 2),
          limits: PluginLimits(
            memoryMb: 32, cpuPercent: 25, batchMs: 2000, startMs: 100, outputRecordsPerS: 7, outputKbPerS: 9)))
  }

  @Test func whatIsNotGivenHasTheDefaultsOfTheTypes() {
    let (manifest, problems) = read(model())
    #expect(problems == [])
    #expect(manifest?.limits == PluginLimits())
    #expect(manifest?.capabilities == PluginCapabilities(reads: ["*"]))
    #expect(manifest?.run == .sharedObject)
    #expect(manifest?.buildCommand == [])
    #expect(manifest?.expires == nil)
  }

  @Test(arguments: [
    (
      model(name: "Watch"),
      "plugin.toml:1:8: error: \"Watch\" is not a valid name of a plugin; small letters, digits, \"-\", at most 40 bytes"
    ),
    (
      model(version: "1.0"),
      "plugin.toml:2:11: error: \"1.0\" is not a semantic version; write for example \"1.2.0\""
    ),
    (model(abi: "2"), "plugin.toml:3:1: error: ABI 2 is not known; this Crossdock speaks ABI 1"),
    (
      model(role: "modell"),
      """
      plugin.toml:4:8: error: "role" is "modell"; it must be one of "decoder", "model", "uplink", "feed"; did you mean \
      "model"?
      """
    ),
    (
      model(top: "artefact = \"../w.so\""),
      "plugin.toml:7:12: error: \"artefact\": \"../w.so\" has \"..\" in it"
    ),
    (
      model(top: "artefact = \"/lib/w.so\""),
      """
      plugin.toml:7:12: error: "artefact": "/lib/w.so" is an absolute path; it must be relative to the plugin's folder
      """
    ),
    (
      model(capabilities: "expires = \"2027-12-31\""),
      """
      plugin.toml:10:1: error: unknown key "expires" in [capabilities]; "expires" stands at the top, before any section
      """
    ),
    (
      model(rest: "[limits]\nnetwork = []"),
      "plugin.toml:12:1: error: unknown key \"network\" in [limits]; \"network\" stands in [capabilities]"
    ),
    (
      model(rest: "[limits]\nmemory = 32"),
      "plugin.toml:12:1: error: unknown key \"memory\" in [limits]; did you mean \"memory_mb\"?"
    ),
    (
      model(rest: "[build]\ncommand = []"),
      """
      plugin.toml:12:1: error: "command" of [build] is empty; name the program that builds the artefact, or leave [build] out
      """
    ),
    (
      model().replacing("[\"*\"]", with: "\"*\""),
      "plugin.toml:9:9: error: \"reads\" must be an array of strings, found a string; put it into brackets: [\"…\"]"
    ),
    (
      model().replacing("[\"*\"]", with: "[\"a\", 5]"),
      "plugin.toml:9:15: error: \"reads\" must be an array of strings, found an integer"
    ),
    (model(top: ""), "plugin.toml:1:1: error: missing key \"artefact\" in plugin.toml; name the shared object"),
    (
      model(top: "artifact = \"w.so\"\nartefact = \"w.so\""),
      "plugin.toml:7:1: error: unknown key \"artifact\" in plugin.toml; did you mean \"artefact\"?"
    ),
    (model(top: "run = \"exec\""), "plugin.toml:7:1: error: run = \"exec\" needs \"command\" or \"artefact\""),
    (
      model(top: "artefact = \"w.so\"\ncommand = [\"x\"]"),
      "plugin.toml:8:1: error: \"command\" is for run = \"exec\" only"
    ),
    (
      model(top: "builtin = true\nartefact = \"w.so\""),
      "plugin.toml:8:1: error: a built-in plugin has no \"artefact\""
    ),
    (
      model(top: "artefact = \"w.so\"\nexpires = 2027-12-31"),
      "plugin.toml:8:11: error: \"expires\" must be a string, found a date; write it in quotes"
    ),
    (
      model(top: "artefact = \"w.so\"\nexpires = \"2027-02-29\""),
      "plugin.toml:8:11: error: \"expires\": \"2027-02-29\" is not a day; write for example \"2027-12-31\""
    ),
    (
      model(capabilities: "writes = [\"a b\"]"),
      """
      plugin.toml:10:11: error: "writes": "a b" is not a stream's name or pattern; letters, digits, "-", "_", ".", "*", \
      at most 64 bytes
      """
    ),
    (
      model(capabilities: "network = [\"tcp:10.0.0.1:80\"]"),
      """
      plugin.toml:10:1: error: "network": a model is deterministic: files come as options, and it has no network
      """
    ),
    (
      model(capabilities: "filez = []"),
      "plugin.toml:10:1: error: unknown key \"filez\" in [capabilities]; \"read_files\" and \"write_files\""
        .replacing("; \"read_files\" and \"write_files\"", with: "")
    ),
    (
      model(rest: "[limits]\nmemory_mb = 0"),
      "plugin.toml:12:13: error: \"memory_mb\" is 0; it must be between 1 and 16384"
    ),
    (
      model(rest: "[build]\ncommand = [\"\"]"),
      "plugin.toml:12:12: error: \"command\" begins with an empty program"
    ),
    (
      model(rest: "[buld]\ncommand = [\"make\"]"),
      "plugin.toml:11:2: error: unknown key \"buld\" in plugin.toml; did you mean \"build\"?"
    ),
  ])
  func problemHasItsPlaceAndWhatToDo(text: String, problem: String) {
    #expect(read(text).problems == [problem])
  }

  @Test(arguments: [
    ("feed", "writes = [\"a\"]", ["plugin.toml:9:1: error: \"reads\": a feed reads no stream"]),
    ("uplink", "writes = [\"a\"]", ["plugin.toml:10:1: error: \"writes\": an uplink writes no stream"]),
    (
      "decoder", "",
      [
        """
        plugin.toml:8:1: error: a decoder that may write no stream; declare writes = ["*"] in [capabilities], or patterns \
        of streams
        """
      ]
    ),
    ("uplink", "replies = true", ["plugin.toml:10:1: error: \"replies\": an uplink emits nothing"]),
    ("uplink", "write_files = [\"/var/drop\", \"{data}\"]\nnetwork = [\"tcp:{option:h}:{option:p}\"]", []),
  ])
  func roleDecidesWhatMayBeDeclared(role: String, capabilities: String, problems: [String]) {
    #expect(read(model(role: role, capabilities: capabilities)).problems == problems)
  }

  @Test(arguments: [
    ("read_files = [\"etc\"]", "\"read_files\": \"etc\" is not an absolute path"),
    ("read_files = [\"/\"]", "\"read_files\": \"/\" would open everything"),
    ("read_files = [\"/etc/../root\"]", "\"read_files\": \"/etc/../root\" has \".\" or \"..\" in it"),
    (
      "read_files = [\"/x/{data}\"]",
      "\"read_files\": \"/x/{data}\" has \"{data}\" in its middle; it may only begin a path"
    ),
    ("read_files = [\"{dta}\"]", "\"read_files\": \"{dta}\" has \"{dta}\"; there are {data} and {option:KEY}"),
    ("read_files = [\"{data\"]", "\"read_files\": \"{data\" has \"{\" without \"}\""),
    ("network = [\"10.0.0.1:80\"]", "\"network\": \"10.0.0.1:80\" is not \"tcp:HOST:PORT\""),
    ("network = [\"udp:a:80\"]", "\"network\": \"udp:a:80\" is not \"tcp:HOST:PORT\""),
    ("network = [\"tcp:a:0\"]", "\"network\": \"tcp:a:0\" has no port between 1 and 65535"),
    ("network = [\"tcp:a:x\"]", "\"network\": \"tcp:a:x\" has no port between 1 and 65535"),
    ("network = [\"tcp:::1:80\"]", "\"network\": \"tcp:::1:80\" has no valid host"),
    ("network = [\"tcp:{data}:80\"]", "\"network\": \"tcp:{data}:80\" has \"{data}\", which is a folder"),
  ])
  func badPlaceIsRefused(line: String, problem: String) {
    let problems = read(model(role: "uplink", capabilities: line)).problems
    #expect(
      problems.count == 1 && problems[0].hasPrefix("plugin.toml:10:") && problems[0].hasSuffix(": error: \(problem)"))
  }

  @Test func expiryInTheBuildSectionIsToldWhereItBelongs() {
    let problems = read(model(rest: "[build]\ncommand = [\"make\"]\nexpires = \"2027-12-31\"")).problems
    #expect(
      problems == [
        "plugin.toml:13:1: error: unknown key \"expires\" in [build]; \"expires\" stands at the top, before any section"
      ])
  }

  @Test func severalProblemsComeInOneGo() {
    let problems = read("name = \"x\"\nversion = \"1\"\nrole = \"feed\"\nsummary = \"\"\n[limits]\nbatch_ms = -1\n")
      .problems
    #expect(problems.count == 6)
  }

  @Test func everyPluginOfTheRepositoryHasARightFile() throws {
    let folder = Repository.root.appending(path: "Plugins").path(percentEncoded: false)
    var count = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      guard FileManager.default.fileExists(atPath: "\(folder)/\(name)/plugin.toml") else { continue }
      let (manifest, problems) = PluginManifestFile.load(folder: "\(folder)/\(name)")
      #expect(problems.map(\.description) == [])
      #expect(manifest != nil)
      count += 1
    }
    #expect(count >= 2)
  }

  @Test func placeholdersAreFilledOrLeftOut() throws {
    let declared = PluginCapabilities(
      readFiles: ["{option:in}/x", "/etc/a"], writeFiles: ["{data}/spool"], network: ["tcp:{option:host}:{option:port}"]
    )
    let filled = try declared.resolved(data: "/d", options: ["in": "", "host": "plc", "port": "502"])
    #expect(filled.readFiles == ["/etc/a"])
    #expect(filled.writeFiles == ["/d/spool"])
    #expect(filled.network == ["tcp:plc:502"])
    #expect(throws: CrossdockError.self) { try declared.resolved(data: "/d", options: ["in": "/i"]) }
    #expect(throws: CrossdockError.self) {
      try declared.resolved(data: "/d", options: ["in": "/i/..", "host": "plc", "port": "502"])
    }
    #expect(throws: CrossdockError.self) {
      try declared.resolved(data: "/d", options: ["in": "/i", "host": "plc", "port": "70000"])
    }
  }

  @Test func referencePageIsWhatTheTablesSay() throws {
    #expect(try Repository.text("docs/plugin-toml.md") == ConfigurationReference.pluginManifestMarkdown())
  }

  @Test func missingFileIsSaid() {
    let (manifest, problems) = PluginManifestFile.load(folder: "/nonexistent")
    #expect(manifest == nil)
    #expect(
      problems.map(\.description) == [
        """
        /nonexistent/plugin.toml: error: cannot read the plugin's description: no such file or directory; every plugin's \
        folder has a plugin.toml
        """
      ])
  }
}
