package import Configuration
package import MQTTFeed

/// What the agent connects to a broker with.
package enum ConnectionSettings {
  package static func make(
    _ connection: MQTTConnectionConfiguration, of configuration: AgentConfiguration
  ) -> MQTTSettings {
    var settings = MQTTSettings(
      name: connection.name, host: connection.host, port: Int32(connection.port), clientID: connection.clientID)
    settings.version = connection.version == .v5 ? .v5 : .v3_1_1
    settings.username = connection.username
    settings.password = connection.password?.reveal()
    settings.tls = connection.tls.map {
      MQTTSettings.TLS(caFile: $0.caFile, certificateFile: $0.certFile, keyFile: $0.keyFile)
    }
    settings.keepaliveS = Int32(connection.keepaliveS)
    settings.sessionExpiryS = connection.sessionExpiryS
    settings.receiveMaximum = Int32(connection.receiveMaximum)
    settings.statusTopic = connection.statusTopic
    settings.backoffMinMs = Int64(connection.reconnectMinMs)
    settings.backoffMaxMs = Int64(connection.reconnectMaxMs)
    settings.subscriptions = subscriptions(connection, configuration)
    settings.maximumPacketSize = EngineLimits.maximumPacketSize(
      payloads: configuration.feeds.filter { $0.connection == connection.name }.map(\.maxPayloadBytes))
    return settings
  }

  /// Where filters of a connection overlap, a broker may send a message once for each. A message belongs to the first feed
  /// that names its topic; by the id of its subscription (MQTT 5) the copy for another is known. That holds only where the
  /// copies fare alike: with different QoS or in a shared group one may come without the other.
  private static func subscriptions(
    _ connection: MQTTConnectionConfiguration, _ configuration: AgentConfiguration
  ) -> [MQTTSettings.Subscription] {
    let feeds = configuration.feeds.filter { $0.connection == connection.name }
    let fareAlike = Set(feeds.map(\.qos)).count == 1 && feeds.allSatisfy { $0.share == nil }
    let identifies = fareAlike && configuration.hasOverlappingFeeds(connection: connection.name)
    var made: [MQTTSettings.Subscription] = []
    for feed in feeds where !made.contains(where: { $0.filter == feed.subscription && $0.qos >= feed.qos }) {
      let id = identifies ? IngestPipeline.subscriptionID(ofFilter: feed.subscription) : 0
      made.append(MQTTSettings.Subscription(filter: feed.subscription, qos: feed.qos, id: id))
    }
    return made
  }
}
