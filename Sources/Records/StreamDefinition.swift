/// A named, ordered, gap-free sequence of records, as configured.
package struct StreamDefinition: Sendable, Equatable {
  /// Letters, digits, `-`, `_`, `.`; at most 64 bytes. Names that begin with `_` are the agent's own.
  package var name: String
  package var streamClass: StreamClass
  package var bodyFormat: BodyFormat
  /// Names of the numeric fields that every record of the stream carries for models, in order.
  package var columns: [String]
  package var retention: Retention

  package init(
    name: String, streamClass: StreamClass, bodyFormat: BodyFormat = .json, columns: [String] = [],
    retention: Retention = Retention()
  ) {
    self.name = name
    self.streamClass = streamClass
    self.bodyFormat = bodyFormat
    self.columns = columns
    self.retention = retention
  }

  /// Messages that could not be decoded. Body: JSON `{"feed","topic","reason","payload_base64","bytes"}`.
  package static let quarantine = StreamDefinition(name: "_quarantine", streamClass: .summary)
  /// What was dropped. Body: JSON `{"stream","first","last","count","reason"}`.
  package static let tombstones = StreamDefinition(name: "_tombstones", streamClass: .alert)

  /// What is left of thinned records. Body: JSON `{"stream","source","first","last","from","to","count","fields":{NAME:{"min","max","mean","count"}}}`.
  package static let thinned = StreamDefinition(name: "_thinned", streamClass: .summary)

  package static let maxNameBytes = 64

  package static func isValidName(_ name: String) -> Bool {
    let letters = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    return letters && !name.isEmpty && name.utf8.count <= maxNameBytes && name.utf8.first != UInt8(ascii: ".")
  }
}
