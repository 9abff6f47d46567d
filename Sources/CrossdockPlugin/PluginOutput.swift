internal import CCrossdockPlugin

/// Where the records of a model, a decoder or a feed go. Valid only inside the call that got it.
public struct PluginOutput {
  let host: UnsafePointer<crossdock_host>

  /// Emits a record; with a reply topic the body is also published there once the record is on disk.
  /// - Parameter body: JSON text.
  /// - Throws: `PluginError` when the host refuses it: not a stream of this plugin's `writes`, or, in a process of its own, more than a
  ///   batch may hold.
  public func emit(
    stream: String, source: String, eventTimeNs: Int64, body: [UInt8], replyTopic: String = ""
  ) throws {
    var stream = stream
    var source = source
    var replyTopic = replyTopic
    let answer = stream.withUTF8 { stream in
      source.withUTF8 { source in
        replyTopic.withUTF8 { topic in
          body.withUnsafeBufferPointer { body in
            var output = crossdock_output(
              struct_size: UInt32(MemoryLayout<crossdock_output>.size), reserved: 0,
              stream: crossdock_bytes(data: stream.baseAddress, count: stream.count),
              source: crossdock_bytes(data: source.baseAddress, count: source.count), event_time_ns: eventTimeNs,
              body: crossdock_bytes(data: body.baseAddress, count: body.count),
              reply_topic: crossdock_bytes(data: topic.baseAddress, count: topic.count))
            return host.pointee.emit(host.pointee.context, &output)
          }
        }
      }
    }
    guard answer == Int32(CROSSDOCK_OK) else { throw PluginError("the host refused a record for stream \(stream)") }
  }

  /// Microseconds that this batch may still take.
  public var remainingUs: Int64 { host.pointee.remaining_us(host.pointee.context) }

  /// Whether the records were worked on before, and come again to bring a new instance to where the one before was: what is emitted is
  /// not kept.
  public var isReplay: Bool { remainingUs == .max }

  /// Something has come into the state that these records would not bring back by themselves: the clock had its part in it, say. The
  /// checkpoint is taken behind this batch and committed with its outputs, so that nothing before it is replayed.
  public func wantCheckpoint() { host.wantCheckpoint() }

  /// A decoder's message that cannot be decoded: the same as throwing `PluginReject`, and going on.
  public func reject(_ message: PluginRecord, _ reason: String) throws { try host.reject(message.index, reason) }

  /// Adds to a counter of the plugin's own.
  public func count(_ name: StaticString, _ add: UInt64 = 1) { host.count(name, add) }

  /// Sets a measure of the plugin's own.
  public func metric(_ name: StaticString, _ value: Double) { host.metric(name, value) }
}
