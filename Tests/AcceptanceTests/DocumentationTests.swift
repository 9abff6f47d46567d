import Foundation
import Testing

/// What the documents say can be typed and followed. A fenced `sh` block after `<!-- test -->` is run line by line.
@Suite(.serialized) struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// Paths of all documents, relative to the repository.
  static let documents: [String] = {
    let folders = ["", "docs", "docs/decisions"] + names(in: "Plugins").map { "Plugins/\($0)" }
    return folders.flatMap { folder in
      names(in: folder).filter { $0.hasSuffix(".md") }.map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
    }
  }()

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []).sorted()
  }

  private static func text(_ document: String) throws -> String {
    try String(contentsOfFile: "\(root)/\(document)", encoding: .utf8)
  }

  // MARK: commands

  @Test func markedCommandsEndWell() throws {
    let commands = try Self.documents.flatMap { try Self.markedCommands(Self.text($0)) }
    #expect(commands.count >= 10, "the documents have lost their marks")
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    try prepare(sandbox)
    let agent = try sandbox.start(
      "/bin/sh", ["-c", "cd '\(sandbox.folder)' && exec '\(Sandbox.programs)/crossdock' run --config etc/agent.conf"],
      log: "agent.log")
    let address = sandbox.path("data/control.addr")
    let isUp = waitUntil("the agent is up") { FileManager.default.fileExists(atPath: address) || !agent.isRunning }
    #expect(isUp && agent.isRunning, "\(agent.log)")
    for command in commands {
      let line = "cd '\(sandbox.folder)' && PATH='\(Sandbox.programs)':\"$PATH\" && \(command)"
      let result = try runToEnd("/bin/sh", ["-c", line])
      #expect(result.code == 0, "\(command)\n\(result.errors)")
    }
  }

  /// The repository as the reader of the documents has it, with the sample's addresses and folder made the sandbox's.
  private func prepare(_ sandbox: Sandbox) throws {
    let files = FileManager.default
    try files.copyItem(atPath: "\(Self.root)/etc", toPath: sandbox.path("etc"))
    for folder in ["docs", "Plugins"] {
      try files.createSymbolicLink(atPath: sandbox.path(folder), withDestinationPath: "\(Self.root)/\(folder)")
    }
    var sample = try String(contentsOfFile: sandbox.path("etc/agent.conf"), encoding: .utf8)
    for (key, value) in [("data_dir", "\"\(sandbox.path("data"))\""), ("listen", "\"127.0.0.1:0\"")] {
      sample = sample.replacing(try Regex("(?m)^\(key) = .*$"), with: "\(key) = \(value)")
    }
    let port = try Regex("(?m)^# port = 1883$")
    #expect(sample.contains(port))
    sample = sample.replacing(port, with: "port = \(sandbox.brokerPort)")
    _ = try sandbox.write("etc/agent.conf", sample)
  }

  private static func markedCommands(_ text: String) -> [String] {
    var commands: [String] = []
    var isMarked = false
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      switch line {
      case "<!-- test -->": isMarked = true
      case "```sh": isInside = isMarked
      case "```": (isMarked, isInside) = (false, false)
      default:
        if isInside, line.hasPrefix("crossdock ") || line.hasPrefix("crossdock-central ") {
          commands.append(String(line))
        }
      }
    }
    return commands
  }

  @Test(arguments: ["crossdock", "crossdock-central"])
  func mentionedCommandsExist(program: String) throws {
    let help = try runToEnd(program, ["--help"])
    #expect(help.code == 0)
    let listed = help.output.split(separator: "\n").filter { $0.hasPrefix("  ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    let known = Set(listed.map { $0.replacing(",", with: "") }).union(["help", "version"])
    // In code: after a backquote, or at the start of a line of a block.
    let mention = try Regex("(?m)(?:`|^)\(program) ([a-z][a-z-]*)", as: (Substring, Substring).self)
    for document in Self.documents {
      for match in try Self.text(document).matches(of: mention) {
        #expect(known.contains(String(match.output.1)), "\(document): \(match.output.0)")
      }
    }
  }

  @Test(arguments: ["plugin", "journal", "model"])
  func mentionedCommandsOfAGroupExist(group: String) throws {
    let mention = try Regex("(?m)(?:`|^)crossdock \(group) ([a-z]+)", as: (Substring, Substring).self)
    let mentioned = try Self.documents.flatMap { try Self.text($0).matches(of: mention).map { String($0.output.1) } }
    #expect(mentioned.count >= 5)
    for command in Set(mentioned) {
      let help = try runToEnd("crossdock", [group, command, "--help"])
      #expect(help.code == 0, "crossdock \(group) \(command)")
    }
  }

  // MARK: names of tests

  @Test func testsThatTheDocumentsNameExist() throws {
    let sources = try names(ofSwiftFilesBelow: "\(Self.root)/Tests").map {
      try String(contentsOfFile: $0, encoding: .utf8)
    }
    // The names of tests say state and result: longer than those of code.
    let name = try Regex("`([a-z][A-Za-z0-9]{24,})`", as: (Substring, Substring).self)
    for document in Self.documents {
      let named = Set(try Self.text(document).matches(of: name).map(\.output.1))
      if ["ARCHITECTURE.md", "docs/reliability.md", "docs/features.md"].contains(document) {
        #expect(named.count >= 10, "\(document)")
      }
      for test in named { #expect(sources.contains { $0.contains("func \(test)(") }, "\(document): \(test)") }
    }
  }

  private func names(ofSwiftFilesBelow folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }.map {
      "\(folder)/\($0)"
    }
  }

  // MARK: links

  @Test func relativeLinksLeadSomewhere() throws {
    let link = try Regex(#"\]\(([^)\s#]+)(?:#[^)\s]*)?\)"#, as: (Substring, Substring).self)
    for document in Self.documents {
      let folder = URL(fileURLWithPath: "\(Self.root)/\(document)").deletingLastPathComponent()
      for target in try Self.text(document).matches(of: link).map(\.output.1) where !target.contains("://") {
        let path = folder.appendingPathComponent(String(target)).standardizedFileURL.path
        #expect(FileManager.default.fileExists(atPath: path), "\(document) links to \(target)")
      }
    }
  }

  @Test func placesInDocumentsThatLinksNameExist() throws {
    let link = try Regex(#"\]\(([^)\s#]*)#([^)\s]+)\)"#, as: (Substring, Substring, Substring).self)
    var found = 0
    for document in Self.documents {
      let folder = URL(fileURLWithPath: "\(Self.root)/\(document)").deletingLastPathComponent()
      for match in try Self.text(document).matches(of: link) where !match.output.1.contains("://") {
        let target = match.output.1.isEmpty ? document : Self.path(String(match.output.1), from: folder)
        guard target.hasSuffix(".md") else { continue }
        found += 1
        #expect(
          try Self.anchors(Self.text(target)).contains(String(match.output.2)),
          "\(document) links to \(target)#\(match.output.2)")
      }
    }
    #expect(found >= 20, "the links were not found")
  }

  /// Relative to the repository.
  private static func path(_ link: String, from folder: URL) -> String {
    String(folder.appendingPathComponent(link).standardizedFileURL.path.dropFirst(root.count + 1))
  }

  /// Of the headings, as GitHub makes them: small letters and digits, hyphens for blanks, everything else left out.
  private static func anchors(_ text: String) -> Set<String> {
    var all: Set<String> = []
    var isCode = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("```") { isCode.toggle() }
      guard !isCode, line.hasPrefix("#") else { continue }
      let title = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
      all.insert(
        String(title.compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : nil }))
    }
    return all
  }
}
