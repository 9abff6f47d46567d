#if PLUGIN_PREDICTIVE_MAINTENANCE
  import PredictiveMaintenance
  import Records

  /// A signal with the limits that it was compared with, its health below, and the alerts as bars: one page in landscape.
  struct SignalPicture {
    private static let (width, left, right) = (1000.0, 78.0, 24.0)
    private static let (top, signalHeight, gap, healthHeight) = (58.0, 300.0, 34.0, 110.0)
    private static let (grey, blue, amber, red, green) = ("#666", "#1f5fa8", "#c77700", "#c0392b", "#2e7d4f")
    /// Columns of pixels; of more points in one the least and the greatest are drawn.
    private static let columns = Int(width - left - right)

    let title: String
    /// Of the signal: its name, which has the unit last.
    let quantity: String
    /// All of them between `fromNs` and `toNs`, in the order in which they came.
    let points: [SignalTrace.Point]
    /// Values at other times, which the picture does not show.
    let left: Int
    let alerts: [AlertHistory.Alert]
    let fromNs: Int64
    let toNs: Int64

    func svg() -> String {
      let bars = Self.top + Self.signalHeight + Self.gap + Self.healthHeight + 44
      let height = Int(bars) + 20 * min(alerts.count, 12) + 30
      var canvas = SVGCanvas(width: Int(Self.width), height: height)
      canvas.label(title, Self.left, 22, size: 16, isBold: true)
      canvas.label(
        "\(Timestamp.text(fromNs).prefix(19)) to \(Timestamp.text(toNs).prefix(19)) UTC, \(points.count) values"
          + (left > 0 ? "; \(left) more lie far before or behind" : ""),
        Self.left, 40,
        colour: Self.grey)
      legend(&canvas)
      drawAlertsBehind(&canvas)
      drawSignal(&canvas)
      drawHealth(&canvas)
      drawTimes(&canvas)
      drawAlerts(&canvas, from: bars)
      return canvas.finished()
    }

    private func x(_ timeNs: Int64) -> Double {
      let share = (Double(timeNs) - Double(fromNs)) / max(1, Double(toNs) - Double(fromNs))
      return Self.left + min(max(share, 0), 1) * (Self.width - Self.left - Self.right)
    }

    private func legend(_ canvas: inout SVGCanvas) {
      var place = Self.width - Self.right
      for (name, colour, dash) in [
        ("critical", Self.red, "6 3"), ("warning", Self.amber, "6 3"), ("learned", Self.grey, "2 2"),
        (quantity, Self.blue, nil),
      ] as [(String, String, String?)] {
        canvas.label(name, place, 22, .end, colour: "#333")
        place -= Double(name.count) * 6.6 + 8
        canvas.line(place - 24, 18, place, 18, colour, width: 2, dash: dash)
        place -= 40
      }
    }

    // MARK: the signal

    private var range: (low: Double, high: Double) {
      var (low, high) = (Double.infinity, -Double.infinity)
      for point in points {
        low = min(low, point.value)
        high = max(high, point.value)
      }
      if let limits = points.last(where: { $0.limits != nil })?.limits {
        if limits.isWatchedAbove { high = max(high, limits.centre + limits.warning) }
        if limits.isWatchedBelow { low = min(low, limits.centre - limits.warning) }
      }
      guard low.isFinite, high.isFinite else { return (0, 1) }
      let margin = high > low ? 0.06 * (high - low) : max(abs(high) * 0.1, 0.5)
      return (low - margin, high + margin)
    }

    private func drawSignal(_ canvas: inout SVGCanvas) {
      let (low, high) = range
      let (top, bottom) = (Self.top, Self.top + Self.signalHeight)
      func y(_ value: Double) -> Double { bottom - (value - low) / (high - low) * (bottom - top) }
      for (value, text) in AxisTicks.values(low, high, about: 7) {
        canvas.line(Self.left, y(value), Self.width - Self.right, y(value), "#e4e4e4")
        canvas.label(text, Self.left - 6, y(value) + 4, .end, colour: Self.grey)
      }
      canvas.label(quantity, 16, (top + bottom) / 2, .middle, colour: "#333", rotated: true)
      func limit(_ colour: String, dash: String, _ level: (SignalTrace.Limits) -> Double?) {
        for run in runs({ $0.limits.flatMap(level) }) {
          canvas.polyline(
            run.map { (x($0.timeNs), min(max(y($0.value), top), bottom)) }, colour, dash: dash)
        }
      }
      limit(Self.grey, dash: "2 2") { $0.centre }
      limit(Self.amber, dash: "6 3") { $0.isWatchedAbove ? $0.centre + $0.warning : nil }
      limit(Self.amber, dash: "6 3") { $0.isWatchedBelow ? $0.centre - $0.warning : nil }
      limit(Self.red, dash: "6 3") { fits($0.centre + $0.critical, $0.isWatchedAbove) }
      limit(Self.red, dash: "6 3") { fits($0.centre - $0.critical, $0.isWatchedBelow) }
      canvas.polyline(envelope(points.map { ($0.timeNs, $0.value) }).map { (x($0.0), y($0.1)) }, Self.blue, width: 1.2)
      frame(&canvas, top, bottom)
    }

    /// A limit beyond the picture would be drawn along its border, where it is not.
    private func fits(_ level: Double, _ isWatched: Bool) -> Double? {
      let (low, high) = range
      return isWatched && level > low && level < high ? level : nil
    }

    /// Levels as lines, thinned, broken where there is none.
    private func runs(_ level: (SignalTrace.Point) -> Double?) -> [[(timeNs: Int64, value: Double)]] {
      var all: [[(timeNs: Int64, value: Double)]] = []
      var run: [(timeNs: Int64, value: Double)] = []
      let step = max(1, points.count / Self.columns)
      for (index, point) in points.enumerated() where index % step == 0 || index == points.count - 1 {
        if let value = level(point) {
          run.append((point.timeNs, value))
        } else if !run.isEmpty {
          all.append(run)
          run = []
        }
      }
      if !run.isEmpty { all.append(run) }
      return all
    }

    /// At most two points a column of pixels, its least and its greatest, in the order in which they came.
    private func envelope(_ values: [(Int64, Double)]) -> [(Int64, Double)] {
      guard values.count > 2 * Self.columns else { return values }
      var all: [(Int64, Double)] = []
      let step = Double(values.count) / Double(Self.columns)
      for column in 0..<Self.columns {
        let slice = values[Int(Double(column) * step)..<min(values.count, Int(Double(column + 1) * step))]
        guard let least = slice.min(by: { $0.1 < $1.1 }), let greatest = slice.max(by: { $0.1 < $1.1 }) else {
          continue
        }
        all += least.0 <= greatest.0 ? [least, greatest] : [greatest, least]
      }
      return all
    }

    // MARK: health, time, alerts

    private func drawHealth(_ canvas: inout SVGCanvas) {
      let top = Self.top + Self.signalHeight + Self.gap
      let bottom = top + Self.healthHeight
      func y(_ value: Double) -> Double { bottom - value * (bottom - top) }
      for (value, text) in [(0.0, "0"), (0.5, "0.5"), (1.0, "1")] {
        canvas.line(
          Self.left, y(value), Self.width - Self.right, y(value), value == 0.5 ? Self.red : "#e4e4e4",
          dash: value == 0.5 ? "6 3" : nil)
        canvas.label(text, Self.left - 6, y(value) + 4, .end, colour: Self.grey)
      }
      canvas.label("health", 16, (top + bottom) / 2, .middle, colour: "#333", rotated: true)
      let healths = points.compactMap { point in point.health.map { (point.timeNs, $0) } }
      canvas.polyline(envelope(healths).map { (x($0.0), y($0.1)) }, Self.green, width: 1.2)
      frame(&canvas, top, bottom)
    }

    private func frame(_ canvas: inout SVGCanvas, _ top: Double, _ bottom: Double) {
      canvas.line(Self.left, top, Self.left, bottom, Self.grey)
      canvas.line(Self.left, bottom, Self.width - Self.right, bottom, Self.grey)
    }

    private func drawTimes(_ canvas: inout SVGCanvas) {
      let bottom = Self.top + Self.signalHeight + Self.gap + Self.healthHeight
      for (time, text) in AxisTicks.times(fromNs, toNs, about: 9) {
        canvas.line(x(time), bottom, x(time), bottom + 5, Self.grey)
        canvas.label(text, x(time), bottom + 18, .middle, colour: Self.grey)
      }
      canvas.label("time (UTC)", Self.width - Self.right, bottom + 34, .end, colour: Self.grey)
    }

    private func drawAlertsBehind(_ canvas: inout SVGCanvas) {
      let bottom = Self.top + Self.signalHeight + Self.gap + Self.healthHeight
      for alert in alerts {
        let end = alert.clearedNs ?? toNs
        canvas.rectangle(
          x(alert.openedNs), Self.top, max(1, x(end) - x(alert.openedNs)), bottom - Self.top, Self.amber, opacity: 0.13)
        let critical = alert.escalatedNs ?? (alert.isCritical ? alert.openedNs : nil)
        guard let critical else { continue }
        canvas.rectangle(
          x(critical), Self.top, max(1, x(end) - x(critical)), bottom - Self.top, Self.red, opacity: 0.13)
      }
    }

    private func drawAlerts(_ canvas: inout SVGCanvas, from top: Double) {
      guard !alerts.isEmpty else {
        canvas.label("no alerts of this signal in this time", Self.left, top + 14, colour: Self.grey)
        return
      }
      for (row, alert) in alerts.suffix(12).enumerated() {
        let y = top + Double(row) * 20
        let end = x(alert.clearedNs ?? toNs)
        let colour = alert.isCritical ? Self.red : Self.amber
        canvas.rectangle(x(alert.openedNs), y + 3, max(3, end - x(alert.openedNs)), 10, colour, title: alert.id)
        let words =
          "\(alert.severity), \(alert.isOpen ? "open" : alert.reason ?? "cleared") (record \(alert.sequence))"
        if end < Self.width - 230 {
          canvas.label(words, end + 6, y + 12)
        } else {
          canvas.label(words, max(x(alert.openedNs) - 6, Self.left + 200), y + 12, .end)
        }
      }
    }
  }
#endif
