internal import Configuration
internal import Journal
internal import Logging
internal import PluginRuntime
internal import Records

// Back to the version before, with its state from before. One instance that fails takes the others with it: what a bundle is, is one
// version of a plugin on this box, and half of it in another would be neither.
extension PluginWork {
  /// False: there is no version before that has run here.
  func rollBack(_ reason: String) throws(CrossdockError) -> Bool {
    guard probation != nil else { return false }
    try goBack(PluginReturn.Wish(version: version.text, instance: plugin.name, reason: reason))
    return true
  }

  func goBack(_ wish: PluginReturn.Wish) throws(CrossdockError) {
    guard let previous = plugin.previous, version.text == wish.version else {
      return runner.wentBack(wish)
    }
    session?.process.kill()
    session = nil
    // Nothing came of the new version: what it has set aside may be no fault of the records.
    if let probation, probation.succeeded == 0 { position = probation.position }
    // An instance that it has never run in has no such state.
    let own = try input.reader.checkpoint(of: plugin.previousName).flatMap { $0.version == previous.text ? $0 : nil }
    var state = own ?? emptyState
    state.version = previous.text
    var result = PluginResult(
      plugin: plugin.name, version: own == nil ? "" : previous.text, position: .at(position))
    result.checkpoints = [state.checkpoint(of: plugin.name)]
    // Interrupted: the next start finds the new version, and the instance that it fails in on probation.
    guard post(result, waits: true) else { return }
    beginAgain(with: previous, state)
    lastVersion = result.version
    let isOwn = wish.instance == plugin.name
    let reason = isOwn ? wish.reason : "with \"\(wish.instance)\": \(wish.reason)"
    runner.update {
      $0.rollbacks += 1
      $0.lastRollback = "\(wish.version): \(reason)"
    }
    runner.log.error(
      isOwn
        ? "the new version fails: back to the version before"
        : "the new version fails in another instance: back to the version before",
      metadata: [
        "failed": "\(wish.version)", "now": "\(version.text)", "instance": "\(wish.instance)",
        "state": own == nil ? "none" : "from before", "reason": "\(wish.reason)",
      ])
    for text in version.ignoredOptions { runner.log.warning("\(text)") }
    runner.wentBack(wish)
  }

  private func beginAgain(with previous: IsolatedPlugin.Version, _ state: Journal.SavedCheckpoint) {
    version = previous
    saved = state
    probation = nil
    throttle = PluginThrottle(version.launch.limits)
    carryFigures()
    supervision = SupervisionState(nowMs: nowMs)
    (suspectThrough, condemned, replayFailures) = (-1, nil, 0)
    (retryPauseMs, retryingSinceMs, hindrance) = (0, nil, nil)
    // What it is brought up with may be long, and is not to come again at each start.
    isCheckpointWanted = true
  }
}
