import Fixtures
import Foundation

/// Trained models as an operator makes them: folders, bundles, and an agent that runs one over its feed of numbers.
final class ModelFixture {
  /// A version: a tree with a step, and the rules that it comes with.
  struct Version {
    var number: String
    /// The outputs below and from the step at 50 on.
    var leaves: (Double, Double) = (10, 20)
    /// More members of model.json.
    var rules = ""
    /// Of the feature in training; nil: no reference.json.
    var trainedBetween: ClosedRange<Double>?
    /// Values of the golden output in place of those that come out.
    var golden: String?
    /// The mean of so many values.
    var featureCount = 3
  }

  static let name = "load-guess"
  let agent: AgentFixture
  var configuration: String { agent.configuration }

  init() throws {
    agent = try AgentFixture(
      extra: """
        [models]
        trust_keys = ["release.key.pub"]
        [[stream]]
        name = "alerts"
        class = "alert"
        [[stream]]
        name = "verdicts"
        class = "telemetry"
        [[stream]]
        name = "events"
        class = "decision"
        [[stream]]
        name = "commands"
        class = "decision"
        [[feed]]
        name = "commands"
        connection = "floor"
        topic = "site/commands"
        qos = 1
        stream = "commands"
        decoder = "json"
        [[model]]
        name = "guesses"
        plugin = "predictive-maintenance"
        reads = ["telemetry", "commands"]
        writes = ["alerts", "verdicts", "events"]
        [model.options]
        bundles = ["model:\(Self.name)"]
        event_stream = "commands"
        drift = "off"
        """)
    try rewrite { $0 }
    let key = try runToEnd(
      "crossdock", ["model", "sign", "--new-key", agent.sandbox.path("release.key"), "--no-password"])
    guard key.code == 0 else { throw SandboxError("sign: \(key.errors)") }
  }

  /// agent.conf as it was written first, changed.
  func rewrite(_ change: (String) -> String) throws {
    try agent.rewrite {
      change($0.replacingOccurrences(of: "fields = { n = \"/n\" }", with: "fields = { n = \"/n\", v = \"/v\" }"))
    }
  }

  typealias Answer = (code: Int32, output: String, errors: String)

  func model(_ words: String...) throws -> Answer { try runToEnd("crossdock", ["model"] + words) }
  func onBox(_ words: String...) throws -> Answer {
    try runToEnd("crossdock", ["model"] + words + ["--config", configuration])
  }

  // MARK: bundles

  func folder(_ version: Version) throws -> String {
    let place = "\(Self.name)-\(version.number)"
    let sandbox = agent.sandbox
    _ = try sandbox.write(
      "\(place)/features.json",
      """
      {"name":"load","version":"1.0.0","inputs":[{"name":"v"}],
       "features":[{"name":"v_mean","input":"v","statistic":"mean","count":\(version.featureCount)}]}

      """)
    _ = try sandbox.write("\(place)/tree.txt", SteppedTree.text(input: "v_mean", leaves: version.leaves))
    _ = try sandbox.write(
      "\(place)/model.json",
      """
      {"format":"crossdock-model","format_version":1,"name":"\(Self.name)","version":"\(version.number)",
       "task":"regression","summary":"Guesses the load.","license":"CC0-1.0","features":"0000000000000000",
       "artefacts":[{"file":"tree.txt","format":"lightgbm","role":"point"}],
       "training":{"data":"none","identity":"none"}\(version.rules)}

      """)
    _ = try sandbox.write("\(place)/golden/input.csv", "v\n40\n45\n55\n80\n90\n")
    if let range = version.trainedBetween {
      let edges = (1...9).map { range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / 10 }
      _ = try sandbox.write(
        "\(place)/reference.json",
        "{\"features\":[{\"name\":\"v_mean\",\"edges\":\(edges),\"shares\":\(Array(repeating: 0.1, count: 10))}]}\n")
    }
    return sandbox.path(place)
  }

  /// Packed; signed, unless told otherwise.
  func bundle(_ version: Version, sign: Bool = true) throws -> String {
    let folder = try folder(version)
    let filled = try model("pack", folder, "--fill", "-o", agent.sandbox.path("filled.cdm"))
    guard filled.code == 0 else { throw SandboxError("pack: \(filled.errors)") }
    let path = agent.sandbox.path("\(Self.name)-\(version.number)\(sign ? "" : "-unsigned").cdm")
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: agent.sandbox.path("filled.cdm"), toPath: path)
    if sign {
      let signed = try model("sign", path, "--key", agent.sandbox.path("release.key"))
      guard signed.code == 0 else { throw SandboxError("sign: \(signed.errors)") }
    }
    return path
  }

  // MARK: what the box says

  /// By stage.
  func stages() throws -> [String: String] {
    let listed = try onBox("list", "--json")
    let document = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any]
    let model = (document?["models"] as? [[String: Any]])?.first ?? [:]
    var found: [String: String] = [:]
    for stage in ["active", "shadow", "previous", "staged"] { found[stage] = model[stage] as? String }
    return found
  }

  func bodies(_ stream: String) throws -> [[String: Any]] {
    let exported = try runToEnd("crossdock", ["export", stream, "--config", configuration])
    guard exported.code == 0 else { throw SandboxError("export: \(exported.errors)") }
    return try exported.output.split(separator: "\n").map { line in
      let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return record?["body"] as? [String: Any] ?? [:]
    }
  }

  /// Of the events about the model, in order: kind, by and to.
  func events() throws -> [(kind: String, by: String, to: String)] {
    try bodies("events").filter { $0["event"] as? String == "model-event" }.map {
      ($0["kind"] as? String ?? "", $0["by"] as? String ?? "", $0["to"] as? String ?? "")
    }
  }

  func startAgent() throws {
    try agent.startAgent()
    guard waitUntil("the agent is connected", { agent.isConnected }) else {
      throw SandboxError("the agent does not connect:\n\(agent.agent?.log ?? "")")
    }
  }
}
