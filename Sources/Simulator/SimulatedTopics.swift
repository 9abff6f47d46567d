/// Topics and sources of devices, as the feeds of the sample agent.conf have them: a feed without `source` joins the topic's
/// placeholders, so that `{site}/scanner/{device}/scan` is of `{site}/{device}`.
package enum SimulatedTopics {
  static func source(site: String, device: String) -> String { "\(site)/\(device)" }

  static func topic(site: String, kind: String, device: String, _ what: String) -> String {
    "\(site)/\(kind)/\(device)/\(what)"
  }

  /// Where pick-routing answers, by its option `reply_topic`.
  package static func replyTopic(source: String) -> String { "crossdock/\(source)/route" }
}
