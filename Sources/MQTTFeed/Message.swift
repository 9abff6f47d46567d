/// Topic and payload as libmosquitto hands them over: borrowed, gone when the callback returns.
package struct Message {
  package var topic: UnsafeRawBufferPointer
  package var payload: UnsafeRawBufferPointer
  /// 0 at QoS 0.
  package var packetID: UInt16
  package var qos: Int32
  package var isRetained: Bool
  /// The `MQTTSettings.Subscription.id` that the broker sent this copy for; 0: not said.
  package var subscriptionID: UInt32

  package init(
    topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, packetID: UInt16, qos: Int32, isRetained: Bool,
    subscriptionID: UInt32 = 0
  ) {
    self.topic = topic
    self.payload = payload
    self.packetID = packetID
    self.qos = qos
    self.isRetained = isRetained
    self.subscriptionID = subscriptionID
  }
}
