#if PLUGIN_STOP_SEQUENCING
  import JSONText

  /// A picture of a plan for printing: a line a stop in the order of the walk, its window as a bar, the drive, the wait and the service on it.
  enum StopsPicture {
    private static let (left, width, line, top) = (150, 800, 26, 50)

    static func svg(_ answer: JSONValue, _ plan: JSONValue) -> String {
      var calls = answer["sequence"]?.array ?? []
      if let end = answer["end"], end != .null { calls.append(end) }
      let departure = answer["time_s"]?.number ?? 0
      let windows = plan["stops"]?.array ?? []
      let ends = calls.map { $0["begin_s"]?.number ?? 0 }
      let last = max(departure + 60, ends.max() ?? 0) + 300
      func x(_ time: Double) -> Int {
        left + Int(Double(width) * min(1, max(0, (time - departure) / (last - departure))))
      }
      let height = top + line * calls.count + 30
      var out =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(left + width + 110)\" height=\"\(height)\" "
        + "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      for tick in 0...8 {
        let time = departure + (last - departure) * Double(tick) / 8
        out += "<line x1=\"\(x(time))\" x2=\"\(x(time))\" y1=\"\(top - 8)\" y2=\"\(height - 26)\" stroke=\"#ddd\"/>"
        out +=
          "<text x=\"\(x(time))\" y=\"\(top - 14)\" text-anchor=\"middle\" fill=\"#555\">\(StopsPlan.clock(Int(time)).prefix(5))</text>\n"
      }
      var leaves = departure
      for (index, call) in calls.enumerated() {
        let name = call["stop"]?.string ?? call["place"]?.string ?? ""
        let y = top + index * line
        let (eta, begins) = (call["eta_s"]?.number ?? 0, call["begin_s"]?.number ?? 0)
        let late = call["late_s"]?.number ?? 0
        let stop = windows.first { $0["place"]?.string == name && call["stop"] != nil }
        if let stop {
          let (from, to) = (x(stop["ready"]?.number ?? 0), x(stop["due"]?.number ?? .greatestFiniteMagnitude))
          out += bar(from, to, y + 3, 16, "#cfe3f7")
        }
        let service = stop?["service"]?.number ?? 0
        out += bar(x(leaves), x(eta), y + 9, 4, "#888") + bar(x(eta), x(begins), y + 7, 8, "#f3d27a")
        out += bar(x(begins), max(x(begins) + 3, x(begins + service)), y + 5, 12, late > 0 ? "#c0392b" : "#2e7d4f")
        out +=
          "<text x=\"\(left - 8)\" y=\"\(y + 15)\" text-anchor=\"end\">\(index + 1). \(MarkupText.escaped(name))</text>"
        let note = StopsPlan.clock(Int(eta)) + (late > 0 ? " +\(Int(late)) s" : "")
        out +=
          "<text x=\"\(left + width + 8)\" y=\"\(y + 15)\" fill=\"\(late > 0 ? "#c0392b" : "#333")\">\(note)</text>\n"
        leaves = begins + service
      }
      out += "<text x=\"\(left)\" y=\"\(height - 8)\" fill=\"#555\">"
      return out + "window (blue), drive (grey), wait (yellow), service (green; red: late)</text>\n</svg>\n"
    }

    private static func bar(_ from: Int, _ to: Int, _ y: Int, _ height: Int, _ colour: String) -> String {
      "<rect x=\"\(from)\" y=\"\(y)\" width=\"\(max(0, to - from))\" height=\"\(height)\" fill=\"\(colour)\"/>"
    }
  }
#endif
