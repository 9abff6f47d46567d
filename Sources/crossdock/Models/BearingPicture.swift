#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Spectra

  /// The envelope spectrum for printing, over orders of the shaft, with the lines of each fault and their tolerance marked.
  enum BearingPicture {
    private static let (left, width, top, height) = (60, 900, 112, 320)
    /// Names of lines stand in so many rows above the spectrum.
    private static let labelLanes = 3
    private static let colours: [(fault: BearingFault, colour: String)] = [
      (.outer, "#1f6fb2"), (.inner, "#c0392b"), (.ball, "#2e7d4f"), (.cage, "#8e5bb5"),
    ]

    static func svg(_ result: BearingResult) -> String {
      let last = Double(max(1, result.picture.count - 1)) * result.resolutionHz / result.shaftHz
      // Bins that nothing is said about, near 0, do not set the scale.
      let first = min(result.picture.count, Int(0.2 * result.shaftHz / result.resolutionHz) + 1)
      let highest = max(4, result.picture.dropFirst(first).max() ?? 4) * 1.05
      func x(_ order: Double) -> Double { Double(left) + Double(width) * min(1, max(0, order / last)) }
      func y(_ value: Double) -> Double { Double(top + height) - Double(height) * min(1, value / highest) }
      var out =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(left + width + 30)\" height=\"\(top + height + 60)\" "
        + "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      out += "<text x=\"\(left)\" y=\"20\" font-size=\"14\">\(MarkupText.escaped(result.title))</text>\n"
      out += "<text x=\"\(left)\" y=\"40\">\(MarkupText.escaped(result.verdict))</text>\n"
      for (index, entry) in colours.enumerated() {
        out += "<text x=\"\(left + 150 * index)\" y=\"60\" fill=\"\(entry.colour)\">"
        out += "\(BearingResult.partName(entry.fault)) (\(BearingResult.lineName(entry.fault)))</text>\n"
      }
      var lanes = [Double](repeating: -.infinity, count: labelLanes)
      for line in result.diagnosis.lines.sorted(by: { $0.order < $1.order }) where line.order <= last {
        out += marker(line, &lanes, x)
      }
      out += axes(last: last, highest: highest, x, y)
      out += "<polyline fill=\"none\" stroke=\"#222\" stroke-width=\"1\" points=\""
      for bin in first..<max(first, result.picture.count) {
        let order = Double(bin) * result.resolutionHz / result.shaftHz
        out += "\(number(x(order))),\(number(y(result.picture[bin]))) "
      }
      return out + "\"/>\n</svg>\n"
    }

    /// A band as wide as the line is looked for in, darker where it stands out, and its name in the lowest lane that is free there.
    /// - Parameter lanes: where the last name of each ends.
    private static func marker(
      _ line: BearingEvidence.Line, _ lanes: inout [Double], _ x: (Double) -> Double
    ) -> String {
      let colour = colours.first { $0.fault == line.fault }?.colour ?? "#555"
      let (from, to) = (x(0.98 * line.order), x(1.02 * line.order))
      let stands = line.prominence >= BearingDiagnosis.tellingProminence
      let label = "\(line.harmonic > 1 ? "\(line.harmonic)×" : "")\(BearingResult.lineName(line.fault))"
      let reach = 3.4 * Double(label.count) + 3
      let lane = lanes.firstIndex { $0 <= x(line.order) - reach } ?? labelLanes - 1
      lanes[lane] = x(line.order) + reach
      let row = top - 6 - 12 * lane
      return "<rect x=\"\(number(from))\" y=\"\(top)\" width=\"\(number(max(2, to - from)))\" height=\"\(height)\" "
        + "fill=\"\(colour)\" fill-opacity=\"\(stands ? "0.35" : "0.12")\"/>"
        + "<text x=\"\(number(x(line.order)))\" y=\"\(row)\" text-anchor=\"middle\" font-size=\"10\" fill=\"\(colour)\">"
        + "\(label)</text>\n"
    }

    private static func axes(
      last: Double, highest: Double, _ x: (Double) -> Double, _ y: (Double) -> Double
    ) -> String {
      var out = ""
      let bottom = top + height
      for order in 0...max(1, Int(last)) {
        out += "<line x1=\"\(number(x(Double(order))))\" x2=\"\(number(x(Double(order))))\" y1=\"\(bottom)\" "
        out += "y2=\"\(bottom + 5)\" stroke=\"#555\"/><text x=\"\(number(x(Double(order))))\" y=\"\(bottom + 18)\" "
        out += "text-anchor=\"middle\" fill=\"#555\">\(order)</text>\n"
      }
      for step in 0...4 {
        let value = highest * Double(step) / 4
        out += "<line x1=\"\(left)\" x2=\"\(left + width)\" y1=\"\(number(y(value)))\" y2=\"\(number(y(value)))\" "
        out += "stroke=\"#ddd\"/><text x=\"\(left - 6)\" y=\"\(number(y(value) + 4))\" text-anchor=\"end\" "
        out += "fill=\"#555\">\(number(value))</text>\n"
      }
      out +=
        "<text x=\"\(left)\" y=\"\(bottom + 42)\" fill=\"#555\">turns of the shaft (orders); height: squared envelope, "
      return out + "prewhitened, mean over the blocks, in multiples of its median</text>\n"
    }

    private static func number(_ value: Double) -> String { FixedDecimal.text(value, places: 1) }
  }
#endif
