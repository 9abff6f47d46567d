import Foundation
import Testing

/// docs/models.md, "Train your own": its blocks after `<!-- test-training -->` are run as they stand, beside an agent, up to a bundle that runs.
@Suite(.serialized) struct TrainYourOwnTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  @Test func blocksOfTheDocumentMakeABundleThatRuns() throws {
    let blocks = try Self.blocks()
    try #require(blocks.count == 2, "the document has lost its marks")
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    try prepare(sandbox)
    let agent = try sandbox.start("crossdock", ["run", "--config", sandbox.path("agent.conf")], log: "agent.log")
    let address = sandbox.path("data/control.addr")
    let isUp = waitUntil("the agent is up") { FileManager.default.fileExists(atPath: address) || !agent.isRunning }
    try #require(isUp && agent.isRunning, "\(agent.log)")
    // What is published before the agent has subscribed is for nobody.
    try #require(
      try waitUntil("the agent is connected") {
        let status = try runToEnd("crossdock", ["status", "--config", sandbox.path("agent.conf"), "--json"])
        let document = (try? JSONSerialization.jsonObject(with: Data(status.output.utf8))) as? [String: Any]
        return (document?["connections"] as? [[String: Any]])?.first?["state"] as? String == "connected"
      }, "\(agent.log)")

    let published = try run(blocks[0], sandbox)
    #expect(published.code == 0, "\(published.errors)")
    // The broker has them; the agent will have them: the document waits by itself.
    let made = try run(blocks[1], sandbox)
    #expect(made.code == 0, "\(made.errors)")
    let sent = try Self.messageCount()
    #expect(made.output.contains("\(sent) of \(sent) messages are stored\n"), "\(made.output.prefix(500))")
    #expect(made.output.contains("pump-rul"))
    // Pump 15 has run for 0.85 of its life, and the simulation knows what is left.
    let lines = made.output.split(separator: "\n")
    let header = try #require(lines.first { $0.contains("point") }).split(separator: ",")
    let row = try #require(lines.first { $0.hasPrefix("15,") }).split(separator: ",")
    func value(_ name: String) throws -> Double {
      try #require(header.firstIndex { $0 == name }.flatMap { Double(row[$0]) }, "\(name) in \(made.output)")
    }
    let (point, lower, upper) = try (value("point"), value("lower"), value("upper"))
    #expect(0 <= lower && lower <= point && point <= upper && upper <= 60)
    let left = min(
      60, Double(try Self.messages(["--pump", "15"]) - Self.messages(["--pump", "15", "--until", "0.85"])))
    #expect(abs(point - left) < 20, "said \(point), and \(left) are left")

    try checkThatTrainingAgainGivesTheSameBytes(sandbox)
  }

  private func checkThatTrainingAgainGivesTheSameBytes(_ sandbox: Sandbox) throws {
    let folder = sandbox.path("")
    let first = try bundle(sandbox)
    try #require(first.count >= 8)
    try FileManager.default.removeItem(atPath: folder + "bundle")
    let again = try Self.blocks()[1].split(separator: "\n").filter {
      !$0.hasPrefix("crossdock") || $0.contains("model pack")
    }
    let made = try run(again.joined(separator: "\n"), sandbox)
    #expect(made.code == 0, "\(made.errors)")
    let second = try bundle(sandbox)
    for (name, bytes) in first { #expect(second[name] == bytes, "\(name) differs") }
  }

  /// Every file of the bundle's folder.
  private func bundle(_ sandbox: Sandbox) throws -> [String: Data] {
    let folder = sandbox.path("bundle")
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      files[name] = FileManager.default.contents(atPath: "\(folder)/\(name)")
    }
    return files
  }

  /// The repository's folder is where the document's reader is; what comes out goes to the sandbox.
  private func run(_ block: String, _ sandbox: Sandbox) throws -> (code: Int32, output: String, errors: String) {
    let output = "out=/tmp/pump-model"
    #expect(block.hasPrefix(output) || !block.contains("/tmp"))
    let script = """
      set -eu; cd '\(Self.root)'; export PATH='\(Sandbox.programs)':"$PATH" XDG_CONFIG_HOME='\(sandbox.path("config"))' OMP_NUM_THREADS=1
      \(block.replacing(output, with: "out='\(sandbox.folder)'"))
      """
    let result = try runToEnd("/bin/sh", ["-c", script])
    return (result.code, result.output, result.errors)
  }

  private func prepare(_ sandbox: Sandbox) throws {
    var sample = try String(contentsOfFile: "\(Self.root)/docs/examples/training/agent.conf", encoding: .utf8)
    let (port, listen) = ("# port = 1883", "listen = \"127.0.0.1:7780\"")
    #expect(sample.contains(port) && sample.contains(listen))
    sample = sample.replacing(port, with: "port = \(sandbox.brokerPort)")
      .replacing(listen, with: "listen = \"127.0.0.1:0\"")
    _ = try sandbox.write("agent.conf", sample)
    // The publisher of the document talks to the default port: its own settings say otherwise here.
    _ = try sandbox.write("config/mosquitto_pub", "-p \(sandbox.brokerPort)\n")
  }

  private static func blocks() throws -> [String] {
    let text = try String(contentsOfFile: "\(root)/docs/models.md", encoding: .utf8)
    return text.components(separatedBy: "<!-- test-training -->\n```sh\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
  }

  private static func messages(_ arguments: [String]) throws -> Int {
    let result = try runToEnd("/usr/bin/env", ["python3", "\(root)/tools/simulate_wear.py"] + arguments)
    #expect(result.code == 0, "\(result.errors)")
    return result.output.count { $0 == "\n" }
  }

  private static func messageCount() throws -> Int {
    var count = try messages(["--pump", "15", "--until", "0.85"])
    for pump in 1...14 { count += try messages(["--pump", "\(pump)"]) }
    return count
  }
}
