/// What a broker says of itself in an MQTT 5 CONNACK. What it leaves out has MQTT's default; with 3.1.1 nothing is said.
package struct BrokerTerms: Sendable, Equatable {
  /// QoS 1 messages that it takes from a client before it acknowledges the first. Mosquitto uses one setting
  /// (`max_inflight_messages`) for both directions, so that there it is also what it sends ahead.
  package var receiveMaximum: Int32 = 65_535
  /// The largest packet that it takes; nil: no bound of its own.
  package var maximumPacketSize: UInt32?
  /// Given when it is not what the client asked for.
  package var sessionExpiryS: UInt32?
  package var maximumQoS: Int32 = 2
  package var hasRetained = true
  package var hasWildcards = true
  package var hasSubscriptionIDs = true
  package var hasSharedSubscriptions = true
  package var serverKeepaliveS: Int32?

  package init() {}

  /// Below this the acknowledgement after the commit, not the disk, bounds the rate.
  package static let fewInFlight: Int32 = 100

  package struct Warning: Sendable, Equatable {
    package var text: String
    package var hint: String
  }

  /// What of it harms a connection of these settings.
  package func warnings(for settings: MQTTSettings) -> [Warning] {
    var all: [Warning] = []
    if receiveMaximum < Self.fewInFlight {
      all.append(
        Warning(
          text: "the broker takes \(receiveMaximum) messages in flight, and may send as few ahead",
          hint: "set max_inflight_messages to 1000 (mosquitto): a commit carries what is in flight"))
    }
    if let granted = sessionExpiryS, granted < settings.sessionExpiryS {
      all.append(
        Warning(
          text: "the broker keeps the session for \(granted) s instead of the \(settings.sessionExpiryS) s asked for",
          hint: "an outage of the agent that is longer loses what was published meanwhile"))
    }
    if maximumQoS < 1, settings.subscriptions.contains(where: { $0.qos > 0 }) {
      all.append(
        Warning(
          text: "the broker offers QoS 0 only",
          hint: "nothing is sent again after a crash or a lost link; use a broker that has QoS 1"))
    }
    if !hasWildcards, settings.subscriptions.contains(where: { $0.filter.contains { "+#".contains($0) } }) {
      all.append(Warning(text: "the broker has no wildcard subscriptions", hint: "name whole topics in the feeds"))
    }
    if !hasSharedSubscriptions, settings.subscriptions.contains(where: { $0.filter.hasPrefix("$share/") }) {
      all.append(Warning(text: "the broker has no shared subscriptions", hint: "leave out \"share\""))
    }
    if !hasRetained, settings.statusTopic != nil {
      all.append(Warning(text: "the broker keeps no retained messages", hint: "leave out \"status_topic\""))
    }
    return all
  }
}
