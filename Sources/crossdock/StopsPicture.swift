#if PLUGIN_STOP_SEQUENCING
  import JSONText

  /// A picture of a plan for printing: a line a stop in the order of the walk, its window as a bar, the drive, the wait and the service on it.
  /// Margins are as wide as what stands in them; only names are cut, at their end.
  struct StopsPicture {
    private static let (width, line, top) = (800, 26, 92)
    private static let (numberWidth, longestName, characterWidth) = (44, 32, 8)
    private static let steps = [60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400]
    private static let mostTicks = 10

    private let answer: JSONValue
    private let calls: [JSONValue]
    /// By the name of a stop: its part of the plan.
    private let stops: [String: JSONValue]
    private let departure: Double
    private let last: Double
    private let left: Int
    private let right: Int
    private let remarks: [String]

    static func svg(_ answer: JSONValue, _ plan: JSONValue) -> String { StopsPicture(answer, plan).drawn }

    private init(_ answer: JSONValue, _ plan: JSONValue) {
      self.answer = answer
      var calls = answer["sequence"]?.array ?? []
      if let end = answer["end"], end != .null { calls.append(end) }
      self.calls = calls
      let pairs = (plan["stops"]?.array ?? []).map { ($0["place"]?.string ?? "", $0) }
      stops = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
      departure = answer["time_s"]?.number ?? 0
      let ends = calls.map { $0["begin_s"]?.number ?? 0 }
      last = max(departure + 60, ends.max() ?? 0) + 300
      left = Self.numberWidth + Self.textWidth(calls.map { Self.name($0) }) + 16
      right = Self.textWidth(calls.map { Self.note($0) }) + 24
      remarks =
        (answer["hint"]?.string.map { [$0] } ?? [])
        + (answer["unreachable"]?.array ?? []).map { "\($0.string ?? "") cannot be reached" }
    }

    // MARK: texts

    private static func textWidth(_ texts: [String]) -> Int {
      // letters of other scripts are as wide as they are high
      texts.map { $0.unicodeScalars.reduce(0) { $0 + ($1.value < 0x2E80 ? characterWidth : 2 * characterWidth) } }.max()
        ?? 0
    }

    private static func name(_ call: JSONValue) -> String {
      let name = call["stop"]?.string ?? call["place"]?.string ?? ""
      return name.count <= longestName ? name : "\(name.prefix(longestName - 1))…"
    }

    private static func note(_ call: JSONValue) -> String {
      let late = call["late_s"]?.integer ?? 0
      return StopsPlan.clock(call["eta_s"]?.integer ?? 0) + (late > 0 ? " +\(late) s" : "")
    }

    private var total: String {
      let count = answer["sequence"]?.array?.count ?? 0
      let late = answer["late_s"]?.integer ?? 0
      let lateStops = calls.filter { $0["late_s"]?.integer ?? 0 > 0 }.count
      return
        "\(count) \(count == 1 ? "stop" : "stops"), \(StopsPlan.clock(answer["travel_s"]?.integer ?? 0)) on the road, "
        + "\(StopsPlan.clock(Int(departure))) to \(StopsPlan.clock(answer["makespan_s"]?.integer ?? 0))"
        + (late > 0 ? "; \(late) s late in all, at \(lateStops) of \(calls.count)" : "; all in time")
        + (answer["optimal"]?.bool == true ? "; proven: no sequence is better" : "; not proven to be the best")
    }

    // MARK: drawing

    private func x(_ time: Double) -> Int {
      left + Int(Double(Self.width) * min(1, max(0, (time - departure) / (last - departure))))
    }

    private var bottom: Int { Self.top + Self.line * calls.count + 6 }

    private var drawn: String {
      let height = bottom + 40 + 18 * remarks.count
      let total = max(left + Self.width + right, 20 + Self.textWidth([self.total]))
      var out =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(total)\" height=\"\(height)\" "
        + "viewBox=\"0 0 \(total) \(height)\" font-family=\"sans-serif\" font-size=\"12\">\n"
        + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      out += Self.text(12, 26, "Plan \(answer["plan"]?.string ?? "")", more: " font-size=\"18\" font-weight=\"bold\"")
      out += Self.text(12, 48, self.total)
      out += axis
      var leaves = departure
      for (index, call) in calls.enumerated() { out += row(index, call, &leaves) }
      out += legend
      for (index, remark) in remarks.enumerated() {
        out += Self.text(12, bottom + 40 + 18 * index, remark, more: " fill=\"#c0392b\"")
      }
      return out + "</svg>\n"
    }

    /// At round times.
    private var axis: String {
      let span = Int(last - departure)
      let step = Self.steps.first { span / $0 < Self.mostTicks } ?? (span / Self.mostTicks / 86_400 + 1) * 86_400
      var out = ""
      var tick = (Int(departure) + step - 1) / step * step
      while tick <= Int(last) {
        let at = x(Double(tick))
        out += "<line x1=\"\(at)\" x2=\"\(at)\" y1=\"\(Self.top - 8)\" y2=\"\(bottom)\" stroke=\"#ddd\"/>"
        out += Self.text(
          at, Self.top - 14, String(StopsPlan.clock(tick).dropLast(3)), more: " text-anchor=\"middle\" fill=\"#555\"")
        tick += step
      }
      return out
    }

    private func row(_ index: Int, _ call: JSONValue, _ leaves: inout Double) -> String {
      let y = Self.top + index * Self.line
      let (eta, begins) = (call["eta_s"]?.number ?? 0, call["begin_s"]?.number ?? 0)
      let isLate = call["late_s"]?.number ?? 0 > 0
      let stop = call["stop"]?.string.flatMap { stops[$0] }
      var out = ""
      if let stop {
        let (from, to) = (x(stop["ready"]?.number ?? 0), x(stop["due"]?.number ?? .greatestFiniteMagnitude))
        out += Self.bar(from, to, y + 3, 16, "#cfe3f7")
      }
      let service = stop?["service"]?.number ?? 0
      out += Self.bar(x(leaves), x(eta), y + 9, 4, "#888") + Self.bar(x(eta), x(begins), y + 7, 8, "#f3d27a")
      out += Self.bar(x(begins), max(x(begins) + 3, x(begins + service)), y + 5, 12, isLate ? "#c0392b" : "#2e7d4f")
      out += Self.text(Self.numberWidth - 8, y + 15, "\(index + 1).", more: " text-anchor=\"end\" fill=\"#555\"")
      out += Self.text(Self.numberWidth, y + 15, Self.name(call))
      out += Self.text(
        left + Self.width + 8, y + 15, Self.note(call), more: " fill=\"\(isLate ? "#c0392b" : "#333")\"")
      leaves = begins + service
      return out
    }

    private var legend: String {
      var (out, at) = ("", left)
      for (name, colour) in [
        ("window", "#cfe3f7"), ("drive", "#888"), ("wait", "#f3d27a"), ("service", "#2e7d4f"), ("late", "#c0392b"),
      ] {
        out += Self.bar(at, at + 16, bottom + 8, 12, colour)
        out += Self.text(at + 22, bottom + 18, name, more: " fill=\"#555\"")
        at += 40 + Self.textWidth([name])
      }
      return out
    }

    private static func text(_ x: Int, _ y: Int, _ text: String, more: String = "") -> String {
      "<text x=\"\(x)\" y=\"\(y)\"\(more)>\(MarkupText.escaped(text))</text>\n"
    }

    private static func bar(_ from: Int, _ to: Int, _ y: Int, _ height: Int, _ colour: String) -> String {
      "<rect x=\"\(from)\" y=\"\(y)\" width=\"\(max(0, to - from))\" height=\"\(height)\" fill=\"\(colour)\"/>"
    }
  }
#endif
