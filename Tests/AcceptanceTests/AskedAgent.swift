import Foundation

/// An agent that is asked how it is. On a busy machine a question may fail, and an answer is of the engine's last tick: neither is what a
/// single look may decide by.
protocol AskedAgent {
  /// Its agent.conf.
  var configuration: String { get }
  /// Nil before its first start.
  var process: Child? { get }
}

extension AskedAgent {
  /// What it says of itself, as soon as it answers; nil when it has ended.
  func status() -> [String: Any]? {
    var answer: [String: Any]?
    waitUntil("an answer") {
      answer = askOnce()
      return answer != nil || process?.isRunning != true
    }
    return answer
  }

  private func askOnce() -> [String: Any]? {
    guard let result = try? runToEnd("crossdock", ["status", "--config", configuration, "--json"]), result.code == 0
    else { return nil }
    return (try? JSONSerialization.jsonObject(with: Data(result.output.utf8))) as? [String: Any]
  }

  /// What was measured after the call. A status is of the engine's last tick, up to 250 ms ago: what another program has
  /// seen in the journal since need not be in it.
  func freshStatus() -> [String: Any]? {
    // By the change of what it says: the agent's clock may be another one, or jump.
    guard let before = status()?["as_of"] as? String else { return nil }
    var fresh: [String: Any]?
    waitUntil("a status of now") {
      fresh = status()
      return fresh?["as_of"] as? String != before
    }
    return fresh
  }

  var isConnected: Bool { isConnected(status()) }

  /// Not by what the agent said before.
  var isConnectedNow: Bool { isConnected(freshStatus()) }

  private func isConnected(_ status: [String: Any]?) -> Bool {
    guard let connections = status?["connections"] as? [[String: Any]] else { return false }
    return connections.allSatisfy { $0["state"] as? String == "connected" }
  }

  var epoch: String? { status()?["epoch"] as? String }

  var journalState: String? { journalState(status()) }

  /// Not by what the agent said before.
  var journalStateNow: String? { journalState(freshStatus()) }

  private func journalState(_ status: [String: Any]?) -> String? {
    (status?["journal"] as? [String: Any])?["state"] as? String
  }

  /// The sequence of a stream's last record.
  func last(_ stream: String) -> Int {
    let streams = status()?["streams"] as? [[String: Any]]
    return (streams?.first { $0["name"] as? String == stream }?["last"] as? NSNumber)?.intValue ?? 0
  }
}
