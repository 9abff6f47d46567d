#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Configuration
  import JSONText
  import Journal
  import Platform
  import Records

  /// What a model has said in a time, as the journal has it; and how that compares with what it would say now.
  ///
  /// Two records are the same thing said when stream, source, event time and what they are about (alert or event, component, state, the records
  /// they rest on) agree. Then they are equal when the rest does, but for what names the model and the epoch. What rests on a stream that
  /// the model does not read, or of predictive maintenance does not name what has made it, is another plugin's that writes to the same stream.
  struct SaidBefore {
    enum Comparison: String {
      case same
      case changed
      /// Said now, not then.
      case new
      /// Said then, not now.
      case gone
    }

    /// Records that are compared at most.
    static let mostRecords = 1_000_000

    private var byMeaning: [String: [(body: [UInt8], text: String)]] = [:]
    private(set) var count = 0
    private(set) var isCut = false

    init(_ model: ModelConfiguration, sinceNs: Int64, _ reader: JournalReader) throws(CrossdockError) {
      let namesItsMaker = model.plugin == MaintenanceModels.plugin
      for stream in model.writes {
        var after = try reader.firstSequence(of: stream, ingestedAtOrAfter: sinceNs) - 1
        while true {
          let page = try reader.read(stream: stream, after: after, maxRecords: 1000, maxBytes: 1 << 20)
          guard let last = page.last else { break }
          after = last.sequence
          for record in page where record.ingestTimeNs >= sinceNs {
            guard count < Self.mostRecords else {
              isCut = true
              return
            }
            let meaning = Self.meaning(stream, record.source, record.eventTimeNs, record.body)
            if let read = meaning.read, !model.reads.contains(read) { continue }
            if namesItsMaker, !meaning.hasMaker { continue }
            count += 1
            byMeaning[meaning.key, default: []].append((record.body, meaning.rest))
          }
        }
      }
    }

    /// Takes what was said then out, if it was.
    mutating func compare(_ said: OfflineModel.Said) -> Comparison {
      let meaning = Self.meaning(said.stream, said.source, said.eventTimeNs, said.body)
      guard var before = byMeaning[meaning.key], !before.isEmpty else { return .new }
      let place = before.firstIndex { $0.text == meaning.rest }
      before.remove(at: place ?? 0)
      byMeaning[meaning.key] = before
      return place == nil ? .changed : .same
    }

    /// What is left: said then, not now. In the order of their keys.
    func gone() -> [(stream: String, body: [UInt8])] {
      byMeaning.sorted { $0.key < $1.key }.flatMap { key, records in
        records.map { (String(key.prefix { $0 != "\u{1F}" }), $0.body) }
      }
    }

    private static func meaning(
      _ stream: String, _ source: String, _ timeNs: Int64, _ body: [UInt8]
    ) -> (key: String, rest: String, read: String?, hasMaker: Bool) {
      guard let document = try? JSONValue.parse(body), let members = document.object else {
        return ("\(stream)\u{1F}\(source)\u{1F}\(timeNs)", String(decoding: body, as: UTF8.self), nil, false)
      }
      let words = ["event", "alert", "component", "state"].map { document[$0]?.string ?? "" }
      let last = document["inputs"]?["last"]?.integer ?? 0
      let key = ([stream, source, "\(timeNs)"] + words + ["\(last)"]).joined(separator: "\u{1F}")
      var rest = ""
      for (name, value) in members where name != "model" && name != "plugin" && name != "inputs" {
        rest += "\(name)=\(value);"
      }
      return (key, rest, document["inputs"]?["stream"]?.string, document["model"] != nil)
    }
  }
#endif
