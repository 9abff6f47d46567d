#if PLUGIN_PREDICTIVE_MAINTENANCE
  import PredictiveMaintenance
  import Records

  /// A signal with the limits that it was compared with, its health below, and the alerts as bars: one page in landscape.
  struct SignalPicture {
    private static let (width, left, right) = (1000.0, 78.0, 24.0)
    private static let (top, signalHeight, gap, healthHeight) = (58.0, 300.0, 34.0, 110.0)
    private static let (grey, blue, amber, red, green) = ("#666", "#1f5fa8", "#c77700", "#c0392b", "#2e7d4f")
    private static let mostAlerts = 12
    /// Times the warning limit.
    private static let mostCritical = 4.0
    /// Of pixels.
    private static let columns = Int(width - left - right)

    let title: String
    /// Of the signal: its name, which has the unit last.
    let quantity: String
    let points: [SignalTrace.Point]
    let left: Int
    let events: [SignalHistory.Event]
    let alerts: [AlertHistory.Alert]
    let fromNs: Int64
    let toNs: Int64
    private let runs: PlotRuns

    /// - Parameters:
    ///   - points: all of them between `fromNs` and `toNs`, in the order in which they came.
    ///   - left: values at other times, which the picture does not show.
    init(
      title: String, quantity: String, points: [SignalTrace.Point], left: Int, events: [SignalHistory.Event],
      alerts: [AlertHistory.Alert], fromNs: Int64, toNs: Int64
    ) {
      (self.title, self.quantity, self.points, self.left) = (title, quantity, points, left)
      (self.events, self.alerts, self.fromNs, self.toNs) = (events, alerts, fromNs, toNs)
      runs = PlotRuns(points.map(\.timeNs), width: Self.columns)
    }

    func svg() -> String {
      let bars = Self.top + Self.signalHeight + Self.gap + Self.healthHeight + 44
      let rows = alertRows
      let height = Int(bars + (rows.last.map { $0.y + 20 } ?? 0)) + 30
      var canvas = SVGCanvas(width: Int(Self.width), height: height)
      canvas.label(title, Self.left, 22, size: 16, isBold: true)
      canvas.label(
        "\(Timestamp.text(fromNs).prefix(19)) to \(Timestamp.text(toNs).prefix(19)) UTC, \(points.count) values"
          + (left > 0 ? "; \(left) more lie far before or behind" : "") + pause,
        Self.left, 40, colour: Self.grey)
      legend(&canvas)
      drawAlertsBehind(&canvas)
      drawSignal(&canvas)
      drawHealth(&canvas)
      drawEvents(&canvas)
      drawTimes(&canvas)
      drawAlerts(rows, &canvas, from: bars)
      return canvas.finished()
    }

    /// Where most of the picture is a pause, what is on its sides cannot be read.
    private var pause: String {
      guard runs.longestPauseNs > 0.8 * (Double(toNs) - Double(fromNs)) else { return "" }
      return "; most of the time has no values: --since TIME shows what is behind it"
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
      for limits in points.lazy.compactMap(\.limits) {
        // The critical ones too, unless they are so far away that nothing could be made out of the values.
        let reach = limits.critical <= Self.mostCritical * limits.warning ? limits.critical : limits.warning
        if limits.isWatchedAbove { high = max(high, limits.centre + reach) }
        if limits.isWatchedBelow { low = min(low, limits.centre - reach) }
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
        draw(&canvas, colour, dash: dash) { $0.limits.flatMap(level).map(y) }
      }
      func fits(_ level: Double, _ isWatched: Bool) -> Double? {
        // A limit beyond the picture would be drawn along its border, where it is not.
        isWatched && level > low && level < high ? level : nil
      }
      limit(Self.grey, dash: "2 2") { fits($0.centre, true) }
      limit(Self.amber, dash: "6 3") { fits($0.centre + $0.warning, $0.isWatchedAbove) }
      limit(Self.amber, dash: "6 3") { fits($0.centre - $0.warning, $0.isWatchedBelow) }
      limit(Self.red, dash: "6 3") { fits($0.centre + $0.critical, $0.isWatchedAbove) }
      limit(Self.red, dash: "6 3") { fits($0.centre - $0.critical, $0.isWatchedBelow) }
      draw(&canvas, Self.blue, width: 1.2) { y($0.value) }
      frame(&canvas, top, bottom)
    }

    /// What each value says, at its time; broken where it says nothing, and where the values are.
    private func draw(
      _ canvas: inout SVGCanvas, _ colour: String, width: Double = 1, dash: String? = nil,
      _ y: (SignalTrace.Point) -> Double?
    ) {
      func place(_ i: Int) -> (x: Double, y: Double)? {
        y(points[i]).map { (x(points[i].timeNs), $0) }
      }
      if runs.isScattered {
        canvas.dots(PlotRuns.dots(points.count, place), colour)
      } else {
        canvas.lines(runs.lines(place), colour, width: width, dash: dash)
      }
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
      draw(&canvas, Self.green, width: 1.2) { $0.health.map(y) }
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

    /// Where it is learned anew. What was done stands beside its line where there is room for it.
    private func drawEvents(_ canvas: inout SVGCanvas) {
      let bottom = Self.top + Self.signalHeight + Self.gap + Self.healthHeight
      let sorted = events.sorted { $0.timeNs < $1.timeNs }
      var labelsEnd = 0.0
      for (i, event) in sorted.enumerated() {
        let x = x(event.timeNs)
        canvas.line(x, Self.top, x, bottom, "#333", dash: "1 3")
        let width = Self.textWidth(event.what)
        let next = i + 1 < sorted.count ? self.x(sorted[i + 1].timeNs) : Self.width
        if x + 4 >= labelsEnd, x + 4 + width <= next {
          canvas.label(event.what, x + 4, Self.top - 4, size: 11)
          labelsEnd = x + 4 + width
        } else if x - 4 - width >= labelsEnd {
          canvas.label(event.what, x - 4, Self.top - 4, .end, size: 11)
          labelsEnd = x
        }
      }
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

    /// About what a sans-serif letter takes at most, on average.
    private static func textWidth(_ words: String) -> Double { 7 * Double(words.count) }

    private struct AlertRow {
      var alert: AlertHistory.Alert
      var words: String
      /// From the top of all rows.
      var y: Double
      var bar: ClosedRange<Double>
      /// Nil: there is room neither behind nor before the bar, and the words are above it.
      var place: (x: Double, anchor: SVGCanvas.Anchor)?
    }

    private var alertRows: [AlertRow] {
      var rows: [AlertRow] = []
      var y = 0.0
      for alert in alerts.suffix(Self.mostAlerts) {
        let start = x(alert.openedNs)
        let bar = start...max(start + 3, x(alert.clearedNs ?? toNs))
        let words =
          "\(alert.severity), \(alert.isOpen ? "open" : alert.reason ?? "cleared") (record \(alert.sequence))"
        let width = Self.textWidth(words)
        var row = AlertRow(alert: alert, words: words, y: y, bar: bar, place: nil)
        if bar.upperBound + 6 + width <= Self.width {
          row.place = (bar.upperBound + 6, .start)
        } else if bar.lowerBound - 6 - width >= 0 {
          row.place = (bar.lowerBound - 6, .end)
        } else {
          row.y += 15
        }
        y = row.y + 20
        rows.append(row)
      }
      return rows
    }

    private func drawAlerts(_ rows: [AlertRow], _ canvas: inout SVGCanvas, from top: Double) {
      if rows.isEmpty { canvas.label("no alerts of this signal in this time", Self.left, top + 14, colour: Self.grey) }
      for row in rows {
        let (y, bar) = (top + row.y, row.bar)
        canvas.rectangle(
          bar.lowerBound, y + 3, bar.upperBound - bar.lowerBound, 10, row.alert.isCritical ? Self.red : Self.amber,
          title: row.alert.id)
        if let place = row.place {
          canvas.label(row.words, place.x, y + 12, place.anchor)
        } else {
          canvas.label(row.words, min(bar.lowerBound, Self.width - Self.textWidth(row.words)), y - 3)
        }
      }
    }
  }
#endif
