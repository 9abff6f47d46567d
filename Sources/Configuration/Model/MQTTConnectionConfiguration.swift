/// `[mqtt.NAME]`: one connection to one broker.
package struct MQTTConnectionConfiguration: Sendable, Equatable {
  package var name: String
  package var host: String
  package var port: UInt16
  package var version: MQTTVersion
  /// `crossdock-<agent id>-<name>` where agent.conf names none.
  package var clientID: String
  package var username: String?
  package var password: Secret?
  /// Nil: plain TCP.
  package var tls: TLSConfiguration?
  package var keepaliveS: Int
  /// How long the broker keeps the session of a lost connection (MQTT 5; with 3.1.1 the broker alone decides).
  package var sessionExpiryS: UInt32
  /// Unacknowledged QoS 1 messages that the broker may send ahead (MQTT 5 Receive Maximum).
  package var receiveMaximum: UInt16
  /// Where `online` and `offline` (the will) are published, retained; `{agent}` is filled in. Nil: nowhere.
  package var statusTopic: String?
  /// Bounds of the full-jitter back-off between two attempts to connect.
  package var reconnectMinMs: Int
  package var reconnectMaxMs: Int
  package var position: SourcePosition
}

package enum MQTTVersion: String, CaseIterable, Sendable {
  case v311 = "3.1.1"
  case v5 = "5"
}

/// The client's side of TLS: the peer is always verified, there is no switch that turns it off.
package struct TLSConfiguration: Sendable, Equatable {
  /// PEM of the authorities that are trusted; nil: those of the operating system.
  package var caFile: String?
  /// Client certificate and key, both or neither.
  package var certFile: String?
  package var keyFile: String?

  package init(caFile: String? = nil, certFile: String? = nil, keyFile: String? = nil) {
    self.caFile = caFile
    self.certFile = certFile
    self.keyFile = keyFile
  }
}
