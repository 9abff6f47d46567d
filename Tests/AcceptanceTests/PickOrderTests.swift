import Foundation
import Testing

/// Orders that cannot be routed are answered on the handheld's topic, with the reason, and the answer is stored as a decision.
@Suite(.serialized) struct PickOrderTests {
  private static let layout = """
    {"format":"crossdock-layout/1","id":"hall-t","version":"1",
     "aisles":[{"id":"A","x":0},{"id":"B","x":4}],"cross_aisles":[0,10],
     "locations":[{"id":"A-1","aisle":"A","y":2},{"id":"A-2","aisle":"A","y":8},{"id":"B-1","aisle":"B","y":5}],
     "depots":[{"id":"dock","aisle":"A","y":0}]BLOCKED}
    """

  private static func model(_ layouts: [String]) -> String {
    """
    [[stream]]
    name = "orders"
    class = "decision"
    [[stream]]
    name = "routes"
    class = "decision"
    [[feed]]
    name = "orders"
    connection = "floor"
    topic = "pick/{handheld}/+"
    stream = "orders"
    decoder = "json"
    source = "{handheld}"
    [[model]]
    name = "routing"
    plugin = "pick-routing"
    reads = ["orders"]
    writes = ["routes"]
    reply_connection = "floor"
    [model.options]
    layouts = [\(layouts.map { "\"\($0)\"" }.joined(separator: ", "))]

    """
  }

  private static func order(_ id: String, layout: String = "hall-t", _ locations: [String]) -> String {
    let lines = locations.enumerated().map { "{\"line\":\($0 + 1),\"location\":\"\($1)\",\"quantity\":1}" }
    return
      "{\"type\":\"order\",\"order\":\"\(id)\",\"layout\":\"\(layout)\",\"lines\":[\(lines.joined(separator: ","))]}"
  }

  private func start() throws -> (LoneAgent, replies: Child) {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    _ = try sandbox.write("hall.layout.json", Self.layout.replacingOccurrences(of: "BLOCKED", with: ""))
    let agent = try LoneAgent(
      sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed() + Self.model(["hall.layout.json"]))
    let replies = try sandbox.subscribe("crossdock/hand-1/route", log: "replies.log")
    try agent.startConnected()
    return (agent, replies)
  }

  private func answers(_ replies: Child) -> [[String: Any]] {
    replies.log.split(separator: "\n").filter { $0.hasPrefix("crossdock/hand-1/route ") }.compactMap {
      (try? JSONSerialization.jsonObject(with: Data($0.dropFirst(23).utf8))) as? [String: Any]
    }
  }

  /// Sends a message as the handheld and returns the answer to it, which must be a stored decision as well.
  private func answer(to message: String, _ agent: LoneAgent, _ replies: Child, number: Int) throws -> [String: Any] {
    try agent.sandbox.publish("pick/hand-1/order", message)
    func sorted(_ object: [String: Any]) throws -> Data {
      try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    }
    try #require(
      try waitUntil("decision \(number)") { try agent.records("routes").count >= number }, "\(agent.log)")
    let stored = try agent.records("routes")
    try #require(stored.count == number)
    let decision = try sorted(stored[number - 1].body)
    // After a kill an answer may be said again: at least once.
    try #require(
      try waitUntil("answer \(number)") { try answers(replies).last.map(sorted) == decision }, "\(agent.log)")
    return stored[number - 1].body
  }

  @Test func ordersThatCannotBeTakenAreRefusedWithTheReason() throws {
    let (agent, replies) = try start()
    let first = try answer(to: Self.order("O-1", ["A-2", "B-1"]), agent, replies, number: 1)
    #expect(first["status"] as? String == "routed")
    #expect(first["revision"] as? Int == 1)
    #expect(first["distance_m"] as? Double == 28)
    #expect((first["stops"] as? [[String: Any]])?.count == 2)

    let again = try answer(to: Self.order("O-1", ["A-2", "B-1"]), agent, replies, number: 2)
    #expect(again["revision"] as? Int == 1, "the same order again: the same route")
    #expect(again["distance_m"] as? Double == 28)

    let other = try answer(to: Self.order("O-1", ["A-1"]), agent, replies, number: 3)
    #expect(other["status"] as? String == "refused")
    #expect(other["reason"] as? String == "order: O-1 is known already, with other content")

    let unknown = try answer(to: Self.order("O-2", layout: "hall-z", ["A-1"]), agent, replies, number: 4)
    #expect(unknown["status"] as? String == "refused")
    #expect(unknown["order"] as? String == "O-2")
    #expect(unknown["reason"] as? String == "layout: hall-z is not loaded")

    let nowhere = try answer(to: Self.order("O-3", ["A-1", "C-9"]), agent, replies, number: 5)
    #expect(nowhere["status"] as? String == "refused")
    #expect((nowhere["reason"] as? String)?.contains("C-9 is not a place of layout hall-t") == true)

    let account = agent.account("orders", received: 5)
    #expect(account.stored == 5)
  }

  @Test func locationBehindABlockIsNamedAsUnreachable() throws {
    let (agent, replies) = try start()
    try agent.sandbox.publish(
      "pick/hand-1/event", "{\"type\":\"blocked\",\"layout\":\"hall-t\",\"aisle\":\"B\",\"from\":4,\"to\":6}")
    let answer = try answer(to: Self.order("O-1", ["A-1", "B-1"]), agent, replies, number: 1)
    #expect(answer["status"] as? String == "routed")
    #expect((answer["stops"] as? [[String: Any]])?.map { $0["location"] as? String } == ["A-1"])
    #expect((answer["unreachable"] as? [[String: Any]])?.map { $0["location"] as? String } == ["B-1"])
  }

  @Test func restartedAgentKnowsTheOrder() throws {
    let (agent, replies) = try start()
    _ = try answer(to: Self.order("O-1", ["A-2", "B-1"]), agent, replies, number: 1)
    agent.stop(SIGKILL)
    try agent.startConnected()
    let other = try answer(to: Self.order("O-1", ["A-1"]), agent, replies, number: 2)
    #expect(other["reason"] as? String == "order: O-1 is known already, with other content")
  }

  /// The agent is killed as soon as each message is published, before or after it has taken it: redelivered or not, every message
  /// is answered by one decision, and the order goes on where it was.
  @Test func dialogueSurvivesAKillAfterEachOfItsMessages() throws {
    let (agent, _) = try start()
    var number = 0
    func step(_ message: String) throws -> [String: Any] {
      try agent.sandbox.publish("pick/hand-1/event", message)
      agent.stop(SIGKILL)
      try agent.startConnected()
      number += 1
      try #require(
        waitUntil("decision \(number)") { try agent.records("routes").count >= number }, "\(agent.log)")
      let stored = try agent.records("routes")
      try #require(stored.count == number, "a message was answered twice")
      return stored[number - 1].body
    }
    func locations(_ answer: [String: Any]) -> Set<String> {
      Set((answer["stops"] as? [[String: Any]] ?? []).compactMap { $0["location"] as? String })
    }
    let opened = try step(Self.order("O-1", ["A-1", "A-2", "B-1"]))
    #expect(opened["revision"] as? Int == 1)
    let short = try step(#"{"type":"short","order":"O-1","line":1}"#)
    #expect(short["revision"] as? Int == 2 && short["reason"] as? String == "short")
    let blocked = try step(#"{"type":"blocked","order":"O-1","aisle":"B"}"#)
    #expect(blocked["revision"] as? Int == 3 && locations(blocked) == ["A-2"])
    #expect((blocked["unreachable"] as? [[String: Any]])?.count == 1)
    let changed = try step(
      #"{"type":"order","order":"O-1","version":1,"layout":"hall-t","lines":["#
        + #"{"line":2,"location":"A-2","quantity":4},{"line":4,"location":"A-1","quantity":1}]}"#)
    #expect(changed["revision"] as? Int == 4 && changed["reason"] as? String == "changed")
    #expect(locations(changed) == ["A-2", "A-1"])
    let again = try step(Self.order("O-1", ["A-1", "A-2", "B-1"]))
    #expect(again["revision"] as? Int == 4, "the old version, sent again late")
    _ = try step(#"{"type":"short","order":"O-1","line":2}"#)
    let done = try step(#"{"type":"short","order":"O-1","line":4}"#)
    #expect(done["status"] as? String == "done" && done["revision"] as? Int == 6)
  }

  @Test func layoutWithAnUnreachableLocationRefusesTheStartAndNamesFileAndLocation() throws {
    let sandbox = try Sandbox()
    let blocked = ",\"blocked\":[{\"aisle\":\"B\",\"from\":4,\"to\":6}]"
    _ = try sandbox.write("cut-off.layout.json", Self.layout.replacingOccurrences(of: "BLOCKED", with: blocked))
    try sandbox.startBroker()
    let agent = try LoneAgent(
      sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed() + Self.model(["cut-off.layout.json"]))
    let refused = try agent.runRefused()
    #expect(refused.code == 78)
    #expect(refused.errors.contains("cut-off.layout.json"), "\(refused.errors)")
    #expect(refused.errors.contains("B-1"), "\(refused.errors)")
  }
}
