internal import CCrossdockPlugin

/// What uplinks and feeds may know of the present call: the time, and how much of it there is. Valid only inside that call.
public struct PluginTurn {
  let host: UnsafePointer<crossdock_host>
  let batch: UnsafePointer<crossdock_batch>

  /// The wall clock at this call, since 1970-01-01 UTC.
  public var nowNs: Int64 { batch.hasMember(\.now_ns) ? batch.pointee.now_ns : 0 }
  /// CLOCK_BOOTTIME at this call.
  public var nowMonotonicNs: Int64 { batch.hasMember(\.now_monotonic_ns) ? batch.pointee.now_monotonic_ns : 0 }
  /// Feeds: return as soon as there is something to emit, at the latest after this.
  public var waitUs: Int64 { batch.hasMember(\.wait_us) ? batch.pointee.wait_us : 0 }

  /// Microseconds that this call may still take.
  public var remainingUs: Int64 { host.pointee.remaining_us(host.pointee.context) }

  /// Adds to a counter of the plugin's own.
  public func count(_ name: StaticString, _ add: UInt64 = 1) { host.count(name, add) }

  /// Sets a measure of the plugin's own.
  public func metric(_ name: StaticString, _ value: Double) { host.metric(name, value) }
}
