internal import CMosquitto

/// The C functions that libmosquitto calls; each finds its connection in the user data. They run on the thread that called
/// into the library: the owner's.
enum MQTTCallbacks {
  static func install(on client: OpaquePointer) {
    mosquitto_connect_v5_callback_set(client) { _, data, reason, flags, properties in
      MQTTCallbacks.connection(data)?.didConnect(
        reason: reason, sessionPresent: flags & 1 != 0, terms: MQTTProperties.terms(properties))
    }
    mosquitto_disconnect_v5_callback_set(client) { _, data, reason, _ in
      MQTTCallbacks.connection(data)?.didDisconnect(reason: reason)
    }
    mosquitto_message_v5_callback_set(client) { _, data, message, properties in
      if let message { MQTTCallbacks.connection(data)?.didReceive(message.pointee, properties) }
    }
    mosquitto_subscribe_v5_callback_set(client) { _, data, packetID, count, granted, _ in
      for index in 0..<Int(count) {
        MQTTCallbacks.connection(data)?.didSubscribe(packetID: packetID, granted: granted?[index] ?? 0x80)
      }
    }
    mosquitto_publish_v5_callback_set(client) { _, data, packetID, _, _ in
      MQTTCallbacks.connection(data)?.didPublish(packetID: packetID)
    }
  }

  /// For the reasons of a failing handshake.
  static func listenToLog(of client: OpaquePointer) {
    mosquitto_log_callback_set(client) { _, data, level, line in
      if level == MOSQ_LOG_ERR, let line { MQTTCallbacks.connection(data)?.didLog(String(cString: line)) }
    }
  }

  static func connection(_ data: UnsafeMutableRawPointer?) -> MQTTConnection? {
    data.map { Unmanaged<MQTTConnection>.fromOpaque($0).takeUnretainedValue() }
  }
}
