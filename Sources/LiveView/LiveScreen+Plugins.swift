// The plugins in processes of their own: a line each, which says first what an operator has to act on.
extension LiveScreen {
  func plugin(_ plugin: LiveStatus.Plugin) -> StyledLine {
    var line = StyledLine("PLUGIN  ", .strong)
    line.add("\(plugin.name) (\(plugin.plugin) \(plugin.version)) ")
    line.add(plugin.state, plugin.state == "running" ? .good : plugin.state == "disabled" ? .faint : .bad)
    if plugin.isUnsigned { line.add(" UNSIGNED", .warning) }
    if !plugin.isConfined { line.add(" UNCONFINED", .bad) }
    if let reason = plugin.reason { line.add(": \(reason)", .bad) }
    guard plugin.state == "running" else { return line }
    line.add("  read \(Figures.count(plugin.records)), said \(Figures.count(plugin.emitted))")
    if plugin.quarantined > 0 { line.add("  quarantined \(Figures.count(plugin.quarantined))", .warning) }
    if plugin.restarts > 0 { line.add("  restarts \(Figures.count(plugin.restarts))", .warning) }
    line.add("  batch \(Figures.microseconds(plugin.lastBatchUs)), most \(Figures.microseconds(plugin.maxBatchUs))")
    return line
  }
}
