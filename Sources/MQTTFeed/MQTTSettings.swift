/// What a connection to a broker needs to know.
package struct MQTTSettings: Sendable {
  package enum Version: Sendable {
    case v3_1_1
    case v5
  }

  package struct TLS: Sendable {
    /// PEM; nil: the system's certificate authorities.
    package var caFile: String?
    package var certificateFile: String?
    package var keyFile: String?

    package init(caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
      self.caFile = caFile
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  package struct Subscription: Sendable, Equatable {
    package var filter: String
    /// 0 or 1: at QoS 2 libmosquitto would answer PUBREC before anything is on disk.
    package var qos: Int32
    /// From 1 on: a broker of MQTT 5 says it with each copy of a message. 0: not asked for.
    package var id: UInt32

    package init(filter: String, qos: Int32, id: UInt32 = 0) {
      precondition(qos == 0 || qos == 1, "MQTTSettings: QoS \(qos)")
      self.filter = filter
      self.qos = qos
      self.id = id
    }
  }

  package var name: String
  package var host: String
  package var port: Int32
  package var version: Version = .v5
  package var clientID: String
  package var username: String?
  package var password: String?
  package var tls: TLS?
  package var keepaliveS: Int32 = 30
  /// How long the broker keeps the session (and queues for it) while the agent is away; MQTT 5 only.
  package var sessionExpiryS: UInt32 = 7 * 86_400
  /// Messages that the broker may send before the first is acknowledged; MQTT 5 only (3.1.1: the broker's own setting).
  package var receiveMaximum: Int32 = 1000
  /// The largest packet that the broker may send; MQTT 5 only. It bounds the memory that one message can take.
  package var maximumPacketSize: UInt32 = 268_435_455
  /// No session: nothing is kept for this client, and nothing of another session is touched.
  package var isTransient = false
  /// Retained: `online` while connected, `offline` as the will.
  package var statusTopic: String?
  package var backoffMinMs: Int64 = 200
  package var backoffMaxMs: Int64 = 30_000
  package var subscriptions: [Subscription] = []

  package init(name: String, host: String, port: Int32, clientID: String) {
    self.name = name
    self.host = host
    self.port = port
    self.clientID = clientID
  }

  /// A broker owes CONNACK and SUBACK within the keepalive, and within 15 s where that is longer.
  package var answerTimeoutMs: Int64 { min(SessionState.answerTimeoutMs, Int64(keepaliveS) * 1000) }

  package var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
