#if PLUGIN_PREDICTIVE_MAINTENANCE
  import JSONText
  import Records

  /// A report as one HTML page without anything from elsewhere: to be printed and pinned up.
  enum ReportPage {
    private static let style = """
      body{font:13px sans-serif;color:#222;margin:18px;max-width:1100px}
      h1{font-size:20px;margin:0}h2{font-size:15px;margin:18px 0 6px}
      .sub{color:#666;margin:2px 0 12px}table{border-collapse:collapse;width:100%}
      th{font-size:11px;text-align:left;color:#666;border-bottom:1px solid #999;padding:3px 8px 3px 0}
      td{border-bottom:1px solid #ddd;padding:5px 8px 5px 0;vertical-align:top}
      .critical{color:#c0392b;font-weight:bold}.warning{color:#c77700;font-weight:bold}.good{color:#2e7d4f}
      .quiet{color:#888}tr{page-break-inside:avoid}
      """

    static func html(_ report: MaintenanceReport, agent: String, sinceNs: Int64) -> String {
      let critical = report.assets.count { $0.isCritical }
      let warned = report.assets.count { !$0.open.isEmpty && !$0.isCritical }
      let until = report.newestNs == .min ? "no record yet" : "until \(minutes(report.newestNs)) UTC"
      var out =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Machines of \(escaped(agent))</title>"
        + "<style>\(style)</style></head><body>\n<h1>Machines of \(escaped(agent))</h1>\n<p class=\"sub\">"
        + (sinceNs == .min ? "" : "since \(minutes(sinceNs)), ")
        + "\(until). \(report.assetCount) assets: \(critical) critical, \(warned) with a warning.</p>\n"
      out +=
        "<table><tr><th>ASSET</th><th>HEALTH</th><th>COURSE</th><th>OPEN ALERTS</th><th>REMAINING LIFE</th><th>WHAT TO DO</th></tr>\n"
      for asset in report.assets { out += row(asset) }
      out += "</table>\n"
      if report.assetCount > report.assets.count {
        out +=
          "<p class=\"quiet\">\(report.assetCount - report.assets.count) more assets without anything to say.</p>\n"
      }
      if !report.notes.isEmpty {
        out += "<h2>Notes</h2>\n<table>"
        for note in report.notes.reversed() {
          out += "<tr><td class=\"quiet\">\(minutes(note.timeNs))</td><td>\(escaped(note.text))</td></tr>\n"
        }
        out += "</table>\n"
      }
      return out
        + "<p class=\"quiet\">Health: 1 is as learned, 0.5 at the critical threshold. <code>crossdock explain alerts:N</code> "
        + "shows what record N rests on.</p>\n</body></html>\n"
    }

    private static func row(_ asset: MaintenanceReport.Asset) -> String {
      let health = asset.health.map { AxisTicks.decimal($0, digits: 2) } ?? "–"
      let grade = asset.isCritical ? "critical" : asset.open.isEmpty ? "good" : "warning"
      var alerts = asset.open.sorted { ($0.openedNs, $0.id) < ($1.openedNs, $1.id) }.map { line($0, asset) }.joined(
        separator: "<br>")
      if alerts.isEmpty { alerts = "<span class=\"quiet\">\(asset.phase == "learning" ? "learning" : "none")</span>" }
      if asset.ended > 0 { alerts += "<br><span class=\"quiet\">\(asset.ended) ended</span>" }
      var todo: [String] = []
      for alert in asset.open {
        let text = alert.body["maintenance"]?.string ?? "look at \(alert.component)"
        if !todo.contains(text) { todo.append(text) }
      }
      if asset.drifts > 0 { todo.append("signals have drifted: train anew, or report maintenance") }
      return "<tr><td><b>\(escaped(asset.name))</b></td><td class=\"\(grade)\">\(health)</td><td>\(spark(asset))</td>"
        + "<td>\(alerts)</td><td>\(life(asset))</td><td>\(todo.map(escaped).joined(separator: "<br>"))</td></tr>\n"
    }

    private static func line(_ alert: AlertHistory.Alert, _ asset: MaintenanceReport.Asset) -> String {
      let fault = (asset.faults[alert.stream] ?? alert.body["fault"])?[0]
      let words =
        fault.map {
          " \($0["type"]?.string ?? "") \(Int((min(max($0["probability"]?.number ?? 0, 0), 1) * 100).rounded(.down))) %"
        }
        ?? ""
      return "<span class=\"\(alert.isCritical ? "critical" : "warning")\">\(escaped(alert.component))</span>"
        + "\(escaped(words)) <span class=\"quiet\">since \(minutes(alert.openedNs)), record \(alert.sequence)</span>"
    }

    private static func life(_ asset: MaintenanceReport.Asset) -> String {
      guard let life = asset.life?.object else { return asset.open.isEmpty ? "" : "not yet" }
      func number(_ names: [String]) -> (value: Double, unit: String)? {
        for (key, value) in life {
          guard let name = names.first(where: { key == $0 || key.hasPrefix($0 + "_") }), let number = value.number
          else { continue }
          let unit = key == name ? asset.life?["unit"]?.string ?? "" : String(key.dropFirst(name.count + 1))
          return (number, unit)
        }
        return nil
      }
      guard let median = number(["median", "point"]) else { return "" }
      let lower = number(["lower"]).map { amount($0.value, $0.unit) } ?? "?"
      let upper = number(["upper"]).map { amount($0.value, $0.unit) } ?? "more"
      return "<b>\(amount(median.value, median.unit))</b><br><span class=\"quiet\">\(lower) to \(upper)</span>"
    }

    /// Seconds as people say them; other units as they are.
    private static func amount(_ value: Double, _ unit: String) -> String {
      guard unit == "s" else { return "\(AxisTicks.decimal(value, digits: value < 10 ? 1 : 0)) \(escaped(unit))" }
      for (name, seconds) in [("days", 86_400.0), ("h", 3600), ("min", 60)] where value >= 2 * seconds {
        return "\(AxisTicks.decimal(value / seconds, digits: value / seconds < 10 ? 1 : 0)) \(name)"
      }
      return "\(AxisTicks.decimal(value, digits: 0)) s"
    }

    private static func spark(_ asset: MaintenanceReport.Asset) -> String {
      guard let first = asset.course.first, let last = asset.course.last, last.timeNs > first.timeNs else { return "" }
      let (width, height) = (150.0, 30.0)
      let span = Double(last.timeNs) - Double(first.timeNs)
      let points = asset.course.map { point in
        let x = min(max((Double(point.timeNs) - Double(first.timeNs)) / span, 0), 1) * width
        return "\(SVGCanvas.tenths(x)),\(SVGCanvas.tenths(height - 2 - point.health * (height - 4)))"
      }
      return
        "<svg width=\"\(Int(width))\" height=\"\(Int(height))\"><line x1=\"0\" x2=\"\(Int(width))\" y1=\"15\" y2=\"15\" "
        + "stroke=\"#c0392b\" stroke-dasharray=\"3 3\" stroke-width=\"0.6\"/><polyline fill=\"none\" stroke=\"#2e7d4f\" points=\""
        + points.joined(separator: " ") + "\"/></svg>"
    }

    private static func minutes(_ timeNs: Int64) -> String {
      let text = Timestamp.text(timeNs)
      return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
    }

    private static func escaped(_ text: String) -> String { MarkupText.escaped(text) }
  }
#endif
