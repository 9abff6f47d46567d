/// Topic and payload as libmosquitto hands them over: borrowed, gone when the callback returns.
package struct Message {
  package var topic: UnsafeRawBufferPointer
  package var payload: UnsafeRawBufferPointer
  /// 0 at QoS 0.
  package var packetID: UInt16
  package var qos: Int32
  package var isRetained: Bool

  package init(
    topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, packetID: UInt16, qos: Int32, isRetained: Bool
  ) {
    self.topic = topic
    self.payload = payload
    self.packetID = packetID
    self.qos = qos
    self.isRetained = isRetained
  }
}
