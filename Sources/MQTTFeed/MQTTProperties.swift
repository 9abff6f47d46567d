internal import CMosquitto

/// The property lists of MQTT 5, read without an allocation.
enum MQTTProperties {
  static func terms(_ list: OpaquePointer?) -> BrokerTerms {
    var terms = BrokerTerms()
    if let value = int16(list, MQTT_PROP_RECEIVE_MAXIMUM) { terms.receiveMaximum = Int32(value) }
    terms.maximumPacketSize = int32(list, MQTT_PROP_MAXIMUM_PACKET_SIZE)
    terms.sessionExpiryS = int32(list, MQTT_PROP_SESSION_EXPIRY_INTERVAL)
    if let value = byte(list, MQTT_PROP_MAXIMUM_QOS) { terms.maximumQoS = Int32(value) }
    terms.hasRetained = byte(list, MQTT_PROP_RETAIN_AVAILABLE) != 0
    terms.hasWildcards = byte(list, MQTT_PROP_WILDCARD_SUB_AVAILABLE) != 0
    terms.hasSubscriptionIDs = byte(list, MQTT_PROP_SUBSCRIPTION_ID_AVAILABLE) != 0
    terms.hasSharedSubscriptions = byte(list, MQTT_PROP_SHARED_SUB_AVAILABLE) != 0
    terms.serverKeepaliveS = int16(list, MQTT_PROP_SERVER_KEEP_ALIVE).map(Int32.init)
    return terms
  }

  /// The subscription that a message was sent for; 0 when it names none, or several: then it is the only copy.
  static func subscriptionID(_ list: OpaquePointer?) -> UInt32 {
    let identifier = Int32(MQTT_PROP_SUBSCRIPTION_IDENTIFIER.rawValue)
    var first: UInt32 = 0
    guard let found = mosquitto_property_read_varint(list, identifier, &first, false) else { return 0 }
    var second: UInt32 = 0
    return mosquitto_property_read_varint(found, identifier, &second, true) == nil ? first : 0
  }

  private static func byte(_ list: OpaquePointer?, _ property: mqtt5_property) -> UInt8? {
    var value: UInt8 = 0
    return mosquitto_property_read_byte(list, Int32(property.rawValue), &value, false) == nil ? nil : value
  }

  private static func int16(_ list: OpaquePointer?, _ property: mqtt5_property) -> UInt16? {
    var value: UInt16 = 0
    return mosquitto_property_read_int16(list, Int32(property.rawValue), &value, false) == nil ? nil : value
  }

  private static func int32(_ list: OpaquePointer?, _ property: mqtt5_property) -> UInt32? {
    var value: UInt32 = 0
    return mosquitto_property_read_int32(list, Int32(property.rawValue), &value, false) == nil ? nil : value
  }
}
