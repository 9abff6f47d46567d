/// A message that had to be copied: it came before there was anyone to hand it to.
struct EarlyMessage {
  var topic: [UInt8]
  var payload: [UInt8]
  var packetID: UInt16
  var qos: Int32
  var isRetained: Bool
  var subscriptionID: UInt32

  init(_ message: Message) {
    topic = Array(message.topic)
    payload = Array(message.payload)
    packetID = message.packetID
    qos = message.qos
    isRetained = message.isRetained
    subscriptionID = message.subscriptionID
  }

  func hand(to receive: (Message) -> Bool) -> Bool {
    topic.withUnsafeBytes { topic in
      payload.withUnsafeBytes { payload in
        receive(
          Message(
            topic: topic, payload: payload, packetID: packetID, qos: qos, isRetained: isRetained,
            subscriptionID: subscriptionID))
      }
    }
  }
}
