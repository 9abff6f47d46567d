import HTTPServer
import JSONText
import Records

// Commands on their way from planning systems to agents.
extension CentralRoutes {
  func command(_ request: HTTPRequest) -> HTTPResponse {
    guard let agent = agent(request) else { return Self.badAgent }
    guard let text = String(validating: request.body, as: UTF8.self), (try? JSONValue.parse(text))?.object != nil else {
      return .error(
        400, "the body is no JSON object", hint: "send the command itself, as it is to stand in the agent's stream")
    }
    return answer { store throws(CrossdockError) in
      guard let number = try store.commands.post(text, to: agent, nowNs: nowNs) else {
        return .error(
          409, "\(CommandTable.maxWaiting) commands wait for this agent",
          hint: "it asks when \"commands\" stands in its [[uplink]]")
      }
      return .json(201) { $0.member("number", number) }
    }
  }

  /// `after` counts only where `central` names this database: numbers begin anew in another one.
  func commands(_ request: HTTPRequest) -> HTTPResponse {
    guard let agent = agent(request) else { return Self.badAgent }
    return answer { store throws(CrossdockError) in
      let identity = String(store.changes.identity, radix: 16)
      let after = request.query["central"] == identity ? Int64(request.query["after"] ?? "") ?? 0 : 0
      guard (0...CommandTable.maxNumber).contains(after) else {
        return .error(400, "after is no number of a command", hint: "send the number of the last one that is durable")
      }
      let commands = try store.commands.answer(agent, after: after)
      return .json { json in
        json.member("central", identity)
        json.member(
          "commands",
          array: { json in
            for command in commands {
              json.object {
                $0.member("number", command.number)
                $0.member("time", Timestamp.text(command.postedNs))
                $0.member("body", command.body)
              }
            }
          })
      }
    }
  }

  private func agent(_ request: HTTPRequest) -> String? {
    request.parameters["agent"].flatMap { StreamDefinition.isValidName($0) ? $0 : nil }
  }

  private static var badAgent: HTTPResponse {
    .error(400, "the agent's id is not valid", hint: "letters, digits, - _ . and at most 64 of them")
  }
}
