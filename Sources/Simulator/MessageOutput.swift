internal import JSONText
internal import Records

/// Where devices put their messages: it numbers them, stamps them and hands them on.
///
/// Every message is one JSON object that begins with `n` (counts per source and stream from 1), `ts` (RFC 3339, the device's
/// time) and `id` (`<source>/<stream>/<run>-<n>`, unique in the world).
package final class MessageOutput {
  /// The payload is valid during the call.
  package typealias Receiver = (Series, [UInt8]) -> Void

  let run: String
  private let startNs: Int64
  private let receive: Receiver
  package private(set) var series: [Series] = []
  private var json = JSONWriter(reserving: 32_768)

  /// - Parameters:
  ///   - run: tells this run's ids from those of others.
  ///   - startNs: wall time at virtual time 0.
  package init(run: String, startNs: Int64, receive: @escaping Receiver) {
    self.run = run
    self.startNs = startNs
    self.receive = receive
  }

  func makeSeries(stream: String, source: String, topic: String) -> Series {
    let made = Series(stream: stream, source: source, topic: topic, index: series.count)
    series.append(made)
    return made
  }

  func emit(_ series: Series, atNs: Int64, _ members: (inout JSONWriter) -> Void) {
    let number = series.next()
    json.removeAll()
    json.object { json in
      json.member("n", number)
      json.member("ts", Timestamp.text(startNs + atNs))
      json.member("id", "\(series.source)/\(series.stream)/\(run)-\(number)")
      members(&json)
    }
    receive(series, json.bytes)
  }
}
