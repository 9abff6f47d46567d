/// The screen of `crossdock top`, as a function of what is known: no terminal, no clock.
package struct LiveScreen: Sendable {
  /// Bound of what is kept of each kind; the newest are last.
  private static let maxEvents = 200

  package var status: LiveStatus?
  /// Why there is no newer status.
  package var problem: String?
  /// A line from whoever started the view.
  package var note = ""
  private var alerts: [LiveEvent.Alert] = []
  private var routes: [LiveEvent.Route] = []
  /// All that came, of which the newest are kept.
  private var (alertCount, routeCount) = (0, 0)

  package init() {}

  package mutating func add(_ event: LiveEvent) {
    switch event {
    case .alert(let alert):
      alertCount += 1
      if alerts.count >= Self.maxEvents { alerts.removeFirst() }
      alerts.append(alert)
    case .route(let route):
      routeCount += 1
      if routes.count >= Self.maxEvents { routes.removeFirst() }
      routes.append(route)
    }
  }

  /// - Returns: exactly `rows` lines of at most `columns` characters.
  package func lines(columns: Int, rows: Int) -> [StyledLine] {
    var lines: [StyledLine] = []
    if let status {
      lines.append(header(status, columns))
      lines.append(journal(status.journal, columns))
      lines += status.connections.map { connection($0) }
      let fixed = lines.count + 1 + status.models.count + status.plugins.count + 2 * status.uplinks.count + 2
      // Alerts and routes get a heading and three lines each, feeds what is left of the rest.
      lines += feeds(status.feeds, columns, room: max(2, rows - fixed - 8))
      for uplink in status.uplinks { lines += self.uplink(uplink, columns) }
      lines += status.models.map { model($0) }
      lines += status.plugins.map { plugin($0) }
      let left = max(0, rows - 2 - lines.count)
      lines += recentAlerts(room: left / 2)
      lines += recentRoutes(room: left - left / 2)
    } else {
      lines.append(StyledLine("crossdock top", .strong))
      lines.append(StyledLine("waiting for the agent's first answer", .faint))
    }
    lines = Array(lines.prefix(max(0, rows - 2)))
    lines += Array(repeating: StyledLine(), count: max(0, rows - 2 - lines.count))
    lines.append(problem.map { StyledLine($0, .bad) } ?? StyledLine(note, .warning))
    lines.append(StyledLine("q: quit", .faint))
    return lines.suffix(max(0, rows)).map { $0.cut(to: columns) }
  }

  private func header(_ status: LiveStatus, _ columns: Int) -> StyledLine {
    var line = StyledLine("crossdock \(status.version)  \(status.agent)", .strong)
    line.add("   up \(Figures.duration(status.uptimeS))")
    line.add("   clock ")
    line.add(status.isClockSynchronised ? "in step" : "not in step", status.isClockSynchronised ? .plain : .warning)
    line.add("   \(Figures.decimal(status.feeds.reduce(0) { $0 + $1.ratePerS })) messages/s")
    return line
  }

  private func journal(_ journal: LiveStatus.Journal, _ columns: Int) -> StyledLine {
    var line = StyledLine("JOURNAL ", .strong)
    let isFull = journal.bytes > journal.maxBytes / 10 * 9
    // A reason is worth more than a long bar.
    let reason = (journal.holdReason ?? journal.pauseReason).map { $0.count + 12 } ?? 0
    line.add(
      Figures.bar(journal.bytes, of: journal.maxBytes, width: max(10, columns - 68 - reason)), isFull ? .warning : .good
    )
    line.add(" \(Figures.bytes(journal.bytes)) of \(Figures.bytes(journal.maxBytes))")
    line.add("  \(Figures.count(journal.records)) rows")
    line.add("  commit \(Figures.microseconds(journal.lastCommitUs))")
    if journal.evicted > 0 { line.add("  dropped \(Figures.count(journal.evicted))", .bad) }
    if let reason = journal.holdReason { line.add("  holding: \(reason)", .bad) }
    if let reason = journal.pauseReason { line.add("  paused: \(reason)", .bad) }
    return line
  }

  private func connection(_ connection: LiveStatus.Connection) -> StyledLine {
    var line = StyledLine("BROKER  ", .strong)
    line.add("\(connection.name) \(connection.address) ")
    line.add(connection.state, connection.state == "connected" ? .good : .bad)
    if connection.state != "connected", let error = connection.lastError { line.add("  \(error)") }
    return line
  }

  /// The name's column takes what the numbers leave.
  private func feeds(_ feeds: [LiveStatus.Feed], _ columns: Int, room: Int) -> [StyledLine] {
    let nameWidth = max(14, columns - 57)
    func row(_ cells: [String]) -> String {
      zip(cells, [9, 9, 13, 13, 7, 6]).map { Figures.right($0, $1) }.joined()
    }
    let title = Figures.left("FEED", nameWidth) + row(["RATE/S", "LAG MS", "RECEIVED", "STORED", "QUAR", "DROP"])
    var lines = [StyledLine(title, .strong)]
    let shown = feeds.count < room ? feeds.count : max(0, room - 2)
    for feed in feeds.prefix(shown) {
      let cells = [
        Figures.decimal(feed.ratePerS), Figures.count(feed.lagMs), Figures.count(feed.received),
        Figures.count(feed.stored), Figures.count(feed.quarantined), Figures.count(feed.dropped),
      ]
      lines.append(
        StyledLine(Figures.left(feed.name, nameWidth) + row(cells), feed.quarantined > 0 ? .warning : .plain))
    }
    if shown < feeds.count { lines.append(StyledLine("… and \(feeds.count - shown) more", .faint)) }
    return lines
  }

  private func uplink(_ uplink: LiveStatus.Uplink, _ columns: Int) -> [StyledLine] {
    var first = StyledLine("UPLINK  ", .strong)
    let isAway = uplink.state == "backing_off" || uplink.state == "stopped"
    first.add("\(uplink.name) ")
    first.add(uplink.state.replacingUnderscores, isAway ? .bad : .good)
    first.add("  lag \(uplink.lag.map(Figures.count) ?? "-")", uplink.lag ?? 0 > 1000 ? .warning : .plain)
    first.add("  sent \(Figures.count(uplink.sentRecords)), \(Figures.bytes(uplink.sentBytes))  \(uplink.url)")
    var second = StyledLine("        ")
    second.add(
      Figures.bar(uplink.watermark, of: uplink.last, width: max(10, columns - 68)), isAway ? .warning : .good)
    second.add(" confirmed \(Figures.count(uplink.watermark)) of \(Figures.count(uplink.last))")
    if isAway, let error = uplink.lastError { second.add("  \(error)", .bad) }
    return [first, second]
  }

  private func model(_ model: LiveStatus.Model) -> StyledLine {
    var line = StyledLine("MODEL   ", .strong)
    line.add("\(model.name) (\(model.plugin)) ")
    line.add(model.state, model.state == "running" ? .good : .bad)
    if model.isUnsigned { line.add(" UNSIGNED", .warning) }
    line.add("  read \(Figures.count(model.records)), said \(Figures.count(model.emitted))")
    if model.failed > 0 { line.add("  failed \(Figures.count(model.failed))", .bad) }
    line.add("  batch \(Figures.microseconds(model.lastBatchUs)), most \(Figures.microseconds(model.maxBatchUs))")
    return line
  }

  private func recentAlerts(room: Int) -> [StyledLine] {
    guard room > 0 else { return [] }
    let title = StyledLine(alerts.isEmpty ? "ALERTS  none" : "ALERTS  \(alertCount)", .strong)
    return [title]
      + alerts.suffix(room - 1).reversed().map { alert in
        var line = StyledLine("\(alert.time) ")
        let isOver = alert.state == "cleared"
        let style: StyledLine.Style = isOver ? .good : alert.severity == "critical" ? .bad : .warning
        line.add(isOver ? "cleared" : "\(alert.severity) \(alert.state)", style)
        line.add(" \(alert.asset) \(alert.component)")
        if !isOver, !alert.evidence.isEmpty { line.add(": \(alert.evidence)") }
        return line
      }
  }

  private func recentRoutes(room: Int) -> [StyledLine] {
    guard room > 0 else { return [] }
    // Alerts are asked for from the oldest on, routes are not.
    let title = StyledLine(
      routes.isEmpty ? "ROUTES  none since this view was opened" : "ROUTES  \(routeCount)", .strong)
    return [title]
      + routes.suffix(room - 1).reversed().map { route in
        var line = StyledLine("\(route.time) ")
        let reason = route.reason.map { " (\($0))" } ?? ""
        line.add(
          route.status + reason, route.status == "refused" ? .bad : route.status == "rerouted" ? .warning : .good)
        line.add(" \(route.order)")
        if route.status != "refused", route.status != "done" {
          let proof = route.isOptimal ? "shortest" : "near shortest"
          let stops = route.stops == 1 ? "stop" : "stops"
          line.add("  \(route.stops) \(stops), \(Figures.decimal(route.distanceM)) m, \(proof)")
          line.add("  in \(Figures.microseconds(route.timeUs))", .strong)
        }
        return line
      }
  }
}

extension String {
  fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}
