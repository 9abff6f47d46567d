/// What came for a request: the status, and what was on the way to it.
struct Answer {
  struct Output: Equatable {
    var stream: String
    var source: String
    var eventTimeNs: Int64
    var body: String
    var replyTopic: String
  }

  var status: Int32
  var frames: [Frame]

  static let refused = 4

  func payloads(_ kind: Frame.Kind) -> [[UInt8]] { frames.filter { $0.kind == kind }.map(\.payload) }

  var outputs: [Output] {
    payloads(.output).flatMap { payload in
      var reader = PayloadReader(payload)
      return (0..<reader.number(UInt32.self)).map { _ in
        Output(
          stream: reader.text(), source: reader.text(), eventTimeNs: reader.number(), body: reader.text(),
          replyTopic: reader.text())
      }
    }
  }

  var logLines: [String] {
    payloads(.log).map { payload in
      var reader = PayloadReader(payload)
      _ = reader.number(UInt32.self)
      return reader.text()
    }
  }

  var rejects: [String] {
    payloads(.reject).map { payload in
      var reader = PayloadReader(payload)
      return "\(reader.number(UInt32.self)) \(reader.text())"
    }
  }

  /// Counters by name; of measures, the bits.
  func measures(_ kind: Frame.Kind) -> [String: UInt64] {
    payloads(kind).reduce(into: [:]) { all, payload in
      var reader = PayloadReader(payload)
      let value = reader.number(UInt64.self)
      all[reader.text()] = value
    }
  }

  var state: [UInt8] { payloads(.state).flatMap { $0 } }
}
