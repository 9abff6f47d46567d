internal import CMosquitto

/// libmosquitto's callbacks, on its thread; the user pointer is the `PublisherSession`, which the `Publisher` keeps alive.
enum PublisherCallbacks {
  static func install(on client: OpaquePointer) {
    mosquitto_connect_callback_set(client) { client, user, code in
      guard code == 0, let user else { return }
      let session = PublisherCallbacks.session(user)
      for topic in session.replyTopics { mosquitto_subscribe(client, nil, topic, 1) }
      session.noteConnection(true)
    }
    mosquitto_disconnect_callback_set(client) { _, user, _ in
      guard let user else { return }
      PublisherCallbacks.session(user).noteConnection(false)
    }
    mosquitto_publish_callback_set(client) { _, user, packetID in
      guard let user else { return }
      PublisherCallbacks.session(user).noteAcknowledged(packetID: packetID)
    }
    mosquitto_message_callback_set(client) { _, user, message in
      guard let user, let message, message.pointee.payloadlen <= SimulatorLimits.maxReplyBytes else { return }
      let bytes = UnsafeRawBufferPointer(start: message.pointee.payload, count: Int(message.pointee.payloadlen))
      PublisherCallbacks.session(user).noteReply(
        Publisher.Reply(topic: String(cString: message.pointee.topic), payload: Array(bytes)))
    }
  }

  private static func session(_ user: UnsafeMutableRawPointer) -> PublisherSession {
    Unmanaged<PublisherSession>.fromOpaque(user).takeUnretainedValue()
  }
}
