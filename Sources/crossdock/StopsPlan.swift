#if PLUGIN_STOP_SEQUENCING
  import CommandSyntax
  import JSONText
  import Platform
  import Records
  import StopSequencing

  /// `crossdock stops --plan F`: one plan, by the plug-in's own code.
  enum StopsPlan {
    enum Style { case json, table, svg }

    private static let maximumFileBytes = 16 << 20
    private static let columns = [
      ("stop", 18), ("travel s", 9), ("arrives", 9), ("begins", 9), ("waits s", 8), ("late s", 7),
    ]

    static func run(path: String, _ style: Style) throws -> ExitCode {
      let message = try Files.readInput(path, limit: maximumFileBytes)
      let begin = SystemClock.monotonicNs()
      let body = OnePlan.answer(message, takenUs: { (SystemClock.monotonicNs() - begin) / 1000 })
      let answer = try JSONValue.parse(body)
      let isRefused = answer["status"]?.string == "refused"
      if style == .json {
        Terminal.write(bytes: body)
        Terminal.write("\n")
        return isRefused ? .badInput : .success
      }
      if isRefused {
        let member = answer["member"]?.string ?? ""
        throw CrossdockError(
          "put the stops into order", at: path, reason: "\(member) \(answer["reason"]?.string ?? "")",
          exitCode: .badInput)
      }
      let plan = try JSONValue.parse(message)
      Terminal.write(style == .svg ? StopsPicture.svg(answer, plan) : table(answer))
      return .success
    }

    private static func table(_ answer: JSONValue) -> String {
      func number(_ value: JSONValue?, _ key: String) -> Int { value?[key]?.integer ?? 0 }
      func row(_ cells: [String]) -> String {
        zip(cells, columns).reduce(into: "") { text, pair in
          text += pair.0 + String(repeating: " ", count: max(1, pair.1.1 - pair.0.count))
        } + "\n"
      }
      func call(_ value: JSONValue, _ name: String) -> String {
        let (eta, begins) = (number(value, "eta_s"), number(value, "begin_s"))
        return row([
          name, "\(number(value, "travel_s"))", clock(eta), clock(begins), "\(begins - eta)",
          "\(number(value, "late_s"))",
        ])
      }
      var out = row(columns.map(\.0))
      for stop in answer["sequence"]?.array ?? [] { out += call(stop, stop["stop"]?.string ?? "") }
      if let end = answer["end"], end != .null { out += call(end, end["place"]?.string ?? "") }
      if let hint = answer["hint"]?.string { out += "\(hint)\n" }
      for stop in answer["unreachable"]?.array ?? [] { out += "\(stop.string ?? "") cannot be reached\n" }
      out += "\(number(answer, "travel_s")) s on the road, \(number(answer, "late_s")) s late in all"
      return out + (answer["optimal"]?.bool == true ? "; proven: no sequence is better\n" : "\n")
    }

    static func clock(_ seconds: Int) -> String {
      func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
      return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
  }
#endif
