/// Topic and payload as libmosquitto hands them over: borrowed, gone when the callback returns.
package struct Message {
  package var topic: UnsafeRawBufferPointer
  package var payload: UnsafeRawBufferPointer
  /// 0 at QoS 0.
  package var packetID: UInt16
  package var qos: Int32
  package var isRetained: Bool
}
