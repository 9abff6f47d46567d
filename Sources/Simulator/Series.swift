/// What one source sends to one topic, numbered from 1 without gaps.
package final class Series {
  /// The stream that the sample agent.conf stores it in.
  package let stream: String
  /// As the sample agent.conf derives it from the topic.
  package let source: String
  package let topic: String
  let index: Int
  /// The number that was given last.
  package private(set) var last: UInt64 = 0

  init(stream: String, source: String, topic: String, index: Int) {
    self.stream = stream
    self.source = source
    self.topic = topic
    self.index = index
  }

  func next() -> UInt64 {
    last += 1
    return last
  }
}
