#if PLUGIN_PREDICTIVE_MAINTENANCE
  import JSONText
  import Records

  /// What is known of a derived record, as text for people and as JSON.
  struct Explanation {
    let record: DerivedRecord
    /// Of the journal.
    let epoch: String
    var inputs: InputRecords?
    /// What each feature added to the model's output, largest first.
    var contributions: [(feature: String, value: Double, contribution: Double)] = []
    /// What the contributions are counted from, and what they come to with it.
    var score: (expected: Double, score: Double)?
    /// Outputs evaluated again, beside those that were recorded.
    var outputs: [(name: String, recorded: Double, now: Double)] = []
    /// Why there are no contributions although there should be.
    var contributionGap: String?

    init(_ record: DerivedRecord, epoch: String) {
      self.record = record
      self.epoch = epoch
    }

    private var body: JSONValue { record.body }

    /// What is missing to a full explanation.
    var gaps: [String] {
      var all: [String] = []
      guard let lineage = record.inputs else {
        return ["the record does not say what it was made from: it is not of a model that keeps lineage"]
      }
      if !lineage.epoch.isEmpty, lineage.epoch != epoch {
        all.append(
          "its inputs are of epoch \(lineage.epoch), this journal's is \(epoch): they may be in a file that was set aside"
        )
      }
      if inputs?.isIncomplete == true {
        all.append("input records are gone from the journal; central may have them (\(range(lineage)))")
      }
      if let contributionGap { all.append(contributionGap) }
      return all
    }

    private func range(_ inputs: DerivedRecord.Inputs) -> String {
      "\(inputs.stream):\(inputs.first)" + (inputs.last > inputs.first ? "-\(inputs.last)" : "")
    }

    // MARK: text

    var text: String {
      var out = "\(record.place.stream):\(record.place.sequence)  \(headline)\n"
      var facts: [(String, String)] = [
        ("asset", body["asset"]?.string ?? record.record.source), ("time", Timestamp.text(record.record.eventTimeNs)),
      ]
      for key in ["component", "reason", "cause", "quality", "phase"] {
        if let text = body[key]?.string { facts.append((key, text)) }
      }
      facts += eventFacts
      if let fault = body["fault"]?.array, !fault.isEmpty {
        facts.append(
          (
            "fault",
            fault.map { "\($0["type"]?.string ?? "") \(Self.number($0["probability"]))" }.joined(separator: ", ")
          ))
      }
      if let verdict = body["verdict"] { facts.append(("verdict", Self.members(verdict))) }
      if let severity = body["severity"]?.string { facts.append(("severity", severity)) }
      for key in ["health", "score"] where body[key] != nil { facts.append((key, Self.number(body[key]))) }
      if let life = body["rul"] { facts.append(("rul", Self.members(life))) }
      for key in ["model", "plugin"] { if let model = body[key] { facts.append((key, Self.identity(model))) } }
      if let lineage = record.inputs {
        facts.append(("inputs", "\(range(lineage)), \(inputs?.count ?? 0) of this source"))
        facts.append(("epoch", lineage.epoch.isEmpty ? "not said" : lineage.epoch))
      }
      if let range = body["range"] { facts.append(("range", Self.members(range))) }
      if let text = body["maintenance"]?.string { facts.append(("to do", text)) }
      let width = facts.map(\.0.count).max() ?? 0
      for (name, value) in facts {
        out += name + String(repeating: " ", count: width - name.count + 2) + value + "\n"
      }
      return out + inputTable + evidenceTable + featureTable + contributionTable
    }

    /// What events say beyond what alerts and verdicts have.
    private var eventFacts: [(String, String)] {
      guard body["event"] != nil else { return [] }
      var facts: [(String, String)] = []
      for key in ["kind", "instance", "number", "from", "to", "by", "of", "detector", "value", "learned", "scale"] {
        if let value = body[key], value.string != nil || value.number != nil {
          facts.append((key, Self.members(value)))
        }
      }
      for key in ["held_back", "limit_per_hour", "signals", "flagged"] where body[key] != nil {
        facts.append((key, Self.number(body[key])))
      }
      for range in body["ranges"]?.array ?? [] { facts.append(("range", Self.members(range))) }
      if let evidence = body["evidence"]?.object, !evidence.isEmpty {
        facts.append(("evidence", Self.members(.object(evidence))))
      }
      return facts
    }

    private var headline: String {
      let words = [body["event"], body["state"], body["severity"]].compactMap { $0?.string }
      return words.isEmpty ? "a record of \(record.record.source)" : words.joined(separator: " ")
    }

    private var inputTable: String {
      guard let inputs else { return "" }
      let hasSamples = inputs.rows.contains { !$0.samples.isEmpty }
      let head = ["SEQUENCE", "EVENT TIME"] + inputs.columns + (hasSamples ? ["SAMPLES", "LEAST", "GREATEST"] : [])
      let rows = inputs.rows.map { row -> [String] in
        let columns = inputs.columns.indices.map {
          $0 < row.columns.count && !row.columns[$0].isNaN ? Self.number(row.columns[$0]) : "-"
        }
        let samples =
          hasSamples
          ? [
            "\(row.samples.count)", row.samples.min().map { "\($0)" } ?? "-",
            row.samples.max().map { "\($0)" } ?? "-",
          ] : []
        return ["\(row.sequence)", Timestamp.text(row.eventTimeNs)] + columns + samples
      }
      let left = inputs.count - inputs.rows.count
      return TextTable.section(head, rows) + (left > 0 ? "(\(left) more in between)\n" : "")
    }

    private var evidenceTable: String {
      let keys = ["value", "baseline", "scale", "z", "threshold", "contribution"]
      let rows = (body["evidence"]?.array ?? []).map { item in
        [item["feature"]?.string ?? ""] + keys.map { item[$0] == nil ? "-" : Self.number(item[$0]) }
          + [item["direction"]?.string ?? ""]
      }
      return TextTable.section(["EVIDENCE"] + keys.map { $0.uppercased() } + ["DIRECTION"], rows)
    }

    private var featureTable: String {
      guard contributions.isEmpty else { return "" }
      let rows = (body["features"]?.object ?? []).map { [$0.key, Self.number($0.value)] }
      return TextTable.section(["FEATURE", "VALUE"], rows)
    }

    private var contributionTable: String {
      TextTable.section(
        ["OUTPUT", "RECORDED", "EVALUATED AGAIN"],
        outputs.map { [$0.name, Self.number($0.recorded), Self.number($0.now)] })
        + TextTable.section(
          ["FEATURE", "VALUE", "CONTRIBUTION"],
          contributionRows)
    }

    private var contributionRows: [[String]] {
      let rows = contributions.map { [$0.feature, Self.number($0.value), Self.number($0.contribution)] }
      guard let score else { return rows }
      return [["EXPECTED", "-", Self.number(score.expected)]] + rows + [["SCORE", "-", Self.number(score.score)]]
    }

    private static func identity(_ model: JSONValue) -> String {
      if let name = model.string { return name }
      let named = "\(model["name"]?.string ?? "") \(model["version"]?.string ?? "")"
      guard let features = model["features"]?.string else { return named }
      return "\(named), features \(features) (\(model["features_hash"]?.string ?? ""))"
    }

    private static func members(_ value: JSONValue) -> String {
      guard let object = value.object else { return number(value) }
      return object.map { member in
        member.value.object == nil
          ? "\(member.key) \(number(member.value))" : "\(member.key) (\(members(member.value)))"
      }.joined(separator: ", ")
    }

    private static func number(_ value: JSONValue?) -> String { value?.number.map(number) ?? value?.string ?? "-" }

    private static func number(_ value: Double) -> String {
      var json = JSONWriter(reserving: 32)
      json.value(value)
      return json.text()
    }

    // MARK: JSON

    var json: String {
      var json = JSONWriter(reserving: 4096)
      json.object { json in
        json.member("record", "\(record.place.stream):\(record.place.sequence)")
        json.member("source", record.record.source)
        json.member("event_time", Timestamp.text(record.record.eventTimeNs))
        json.member("epoch", epoch)
        json.key("body")
        json.raw(record.record.body)
        json.member("inputs", array: { json in for row in inputs?.rows ?? [] { write(row, into: &json) } })
        json.member("inputs_of_source", inputs?.count ?? 0)
        json.member(
          "contributions",
          array: { json in
            for item in contributions {
              json.object {
                $0.member("feature", item.feature)
                $0.member("value", item.value)
                $0.member("contribution", item.contribution)
              }
            }
          })
        if let score {
          json.member("expected", score.expected)
          json.member("score", score.score)
        }
        json.member("gaps", array: { json in for gap in gaps { json.value(gap) } })
      }
      return json.text() + "\n"
    }

    private func write(_ row: InputRecords.Row, into json: inout JSONWriter) {
      json.object { json in
        json.member("sequence", row.sequence)
        json.member("event_time", Timestamp.text(row.eventTimeNs))
        json.member(
          "columns",
          object: { json in
            for (name, value) in zip(inputs?.columns ?? [], row.columns) { json.member(name, value) }
          })
        if !row.samples.isEmpty {
          json.member("samples", array: { json in for sample in row.samples { json.value(Double(sample)) } })
        }
      }
    }
  }
#endif
