internal import Records

/// Which stream sends next: start-time fair queueing (P. Goyal, H. Vin, H. Cheng, 1996) over bytes, weighted 16:8:4:2:1 from
/// alert to telemetry. A stream that had nothing to send starts at the present virtual time and is therefore served
/// next, ahead of any backlog (live first; among equals the higher class); a backlog of alerts still leaves every seventeenth
/// byte to telemetry, so that no class starves.
struct SegmentSchedule: Sendable, Equatable {
  private var virtualTime: UInt64 = 0

  /// The index of the stream to serve among those that are ready; nil when none is.
  func choose(_ streams: [StreamProgress], isReady: (StreamProgress) -> Bool) -> Int? {
    var best: (start: UInt64, streamClass: StreamClass, index: Int)?
    for (index, stream) in streams.enumerated() where isReady(stream) {
      let start = max(stream.virtualFinish, virtualTime)
      if let best, (best.start, stream.position.streamClass) <= (start, best.streamClass) { continue }
      best = (start, stream.position.streamClass, index)
    }
    return best?.index
  }

  mutating func served(_ stream: inout StreamProgress, bytes: Int) {
    let start = max(stream.virtualFinish, virtualTime)
    virtualTime = start
    let shift = UInt64(StreamClass.alert.rawValue - stream.position.streamClass.rawValue)
    stream.virtualFinish = start + UInt64(max(bytes, 1)) << shift
  }
}
