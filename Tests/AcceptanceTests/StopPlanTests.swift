import Foundation
import Testing

/// A truck's plan over MQTT: what happens to it is answered on the plan's topic, and the agent may die at any moment of it.
@Suite(.serialized) struct StopPlanTests {
  private static let model = """
    [[stream]]
    name = "stops"
    class = "decision"
    [[stream]]
    name = "sequences"
    class = "decision"
    [[feed]]
    name = "stops"
    connection = "floor"
    topic = "truck/{vehicle}/stops"
    stream = "stops"
    decoder = "json"
    source = "{vehicle}"
    [[model]]
    name = "sequencing"
    plugin = "stop-sequencing"
    reads = ["stops"]
    writes = ["sequences"]
    reply_connection = "floor"

    """

  /// The depot and A, B, C, D in a line, 100 s apart; in the planned order D is reached 70 s before its window ends.
  private static let plan = """
    {"type":"plan","plan":"R1","places":["depot","A","B","C","D"],
     "matrix":[[0,100,200,300,400],[100,0,100,200,300],[200,100,0,100,200],[300,200,100,0,100],[400,300,200,100,0]],
     "start":"depot","end":"depot","departure":1000,"sequence":["A","B","C","D"],
     "stops":[{"place":"A"},{"place":"B","service":30},{"place":"C"},{"place":"D","due":1500}]}
    """

  private func start() throws -> (LoneAgent, replies: Child) {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed() + Self.model)
    let replies = try sandbox.subscribe("crossdock/stops/R1", log: "replies.log")
    try agent.startConnected()
    return (agent, replies)
  }

  private func answers(_ replies: Child) -> [[String: Any]] {
    replies.log.split(separator: "\n").filter { $0.hasPrefix("crossdock/stops/R1 ") }.compactMap {
      (try? JSONSerialization.jsonObject(with: Data($0.dropFirst(19).utf8))) as? [String: Any]
    }
  }

  private func stops(_ answer: [String: Any]) -> [String] {
    (answer["sequence"] as? [[String: Any]] ?? []).compactMap { $0["stop"] as? String }
  }

  private func sorted(_ object: [String: Any]) throws -> Data {
    try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
  }

  /// The truck's gateway: it counts what it has sent and what must have been decided.
  private final class Gateway {
    let agent: LoneAgent
    private(set) var sent = 0
    private(set) var decided = 0

    init(_ agent: LoneAgent) { self.agent = agent }

    /// The agent decides in the commit that stores the message: once it is stored, the number of decisions is final.
    func send(_ message: String, decides: Bool, killing: Bool = false) throws -> [String: Any]? {
      try agent.sandbox.publish("truck/truck-7/stops", message)
      if killing {
        agent.stop(SIGKILL)
        try agent.startConnected()
      }
      sent += 1
      if decides { decided += 1 }
      try #require(
        waitUntil("message \(sent)") { try agent.records("stops").count >= sent }, "\(agent.log)")
      try #require(try agent.records("stops").count == sent, "a message was stored twice")
      let stored = try agent.records("sequences")
      try #require(stored.count == decided, "after \(message): \(stored.map(\.body))")
      return decides ? stored[decided - 1].body : nil
    }
  }

  /// Each message is published and the agent killed at once, before or after it has taken it; then the gateway sends the message again, and
  /// the plan, which is answered with where it stands. Every revision is heard, perhaps more than once, and never after a later one.
  @Test func dialogueSurvivesAKillAfterEachOfItsMessages() throws {
    let (agent, replies) = try start()
    let gateway = Gateway(agent)
    var revision = 0

    func step(_ message: String, reason: String? = nil) throws -> [String: Any] {
      let decision = try gateway.send(message, decides: reason != nil, killing: true)
      if let decision {
        revision += 1
        #expect(decision["revision"] as? Int == revision, "\(decision)")
        #expect(decision["reason"] as? String == (reason == "plan" ? nil : reason), "\(decision)")
      }
      if reason != "plan" { _ = try gateway.send(message, decides: false) }
      let stands = try #require(try gateway.send(Self.plan, decides: true))
      #expect(stands["revision"] as? Int == revision)
      let text = try sorted(stands)
      try #require(
        try waitUntil("answer with revision \(revision)") {
          try answers(replies).last.map(sorted) == text
        }, "\(agent.log)")
      return decision ?? stands
    }

    let opened = try step(Self.plan, reason: "plan")
    #expect(opened["status"] as? String == "sequenced" && stops(opened) == ["A", "B", "C", "D"])

    let late = try step(#"{"type":"position","plan":"R1","time":1090,"at":"depot"}"#, reason: "position")
    #expect(late["late_s"] as? Int == 0 && Set(stops(late)) == ["A", "B", "C", "D"])
    #expect(stops(late) != ["A", "B", "C", "D"], "D would be late in the planned order")

    let closed = try step(#"{"type":"closed","plan":"R1","to":"C"}"#, reason: "closed")
    #expect(closed["unreachable"] as? [String] == ["C"] && Set(stops(closed)) == ["A", "B", "D"])

    let delayed = try step(#"{"type":"delay","plan":"R1","time":1300}"#, reason: "delay")
    #expect(delayed["late_s"] as? Int == 200, "D can only be late now; A is on the way to it and costs nothing")
    #expect(["A", "D", "B"] == stops(delayed) || stops(delayed).first == "D", "\(delayed)")

    let first = try step(#"{"type":"done","plan":"R1","stop":"D","time":1720}"#, reason: "done")
    #expect(first["late_s"] as? Int == 0 && Set(stops(first)) == ["A", "B"])

    let reopened = try step(#"{"type":"opened","plan":"R1","to":"C"}"#, reason: "opened")
    #expect(stops(reopened) == ["C", "B", "A"])

    let expected = try step(#"{"type":"done","plan":"R1","stop":"C","time":1820}"#)
    #expect(stops(expected) == ["C", "B", "A"], "as expected: no new revision, and this one stays as it was published")
    _ = try step(#"{"type":"done","plan":"R1","stop":"B","time":1950}"#)
    let done = try step(#"{"type":"done","plan":"R1","stop":"A","time":2050}"#, reason: "done")
    #expect(done["status"] as? String == "done" && stops(done).isEmpty)

    let revisions = answers(replies).compactMap { $0["revision"] as? Int }
    #expect(revisions == revisions.sorted() && Set(revisions) == Set(1...revision))
  }
}
