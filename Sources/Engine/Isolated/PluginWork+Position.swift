// Where a plugin begins: its position, and the state that it goes on from.
//
// A newer version takes over the state of an older one, or says that it cannot use it. An older one is never given a newer one's, which it
// cannot know and might take for its own: it has its own of when the newer one began, and what has come since is handed to it again; or
// none. So it is wherever a version comes back: by itself (PluginWork+Return.swift), by `plugin rollback`, by an older bundle.
internal import Configuration
internal import Journal
internal import Logging
internal import PluginRuntime
internal import Records

extension PluginWork {
  func findPosition() throws(CrossdockError) {
    waitUntilSettled()
    let known = try input.reader.checkpoint(of: plugin.positionName)
    saved = try input.reader.checkpoint(of: plugin.name)
    if let known {
      // Beyond it, where the plugin has run in the agent's own process since.
      position = plugin.role == .feed ? known.arrival : max(known.arrival, saved?.arrival ?? 0)
      lastVersion = known.version
      try takeOver()
      return
    }
    guard plugin.role != .feed else { return }
    // It begins empty there, and is brought from there to where it was when it fails before its first checkpoint. With a checkpoint and no
    // position it has run in the agent's own process, which has said everything that there was to say.
    let arrival: Int64? = plugin.begin == .oldest && saved == nil ? 0 : nil
    var result = PluginResult(
      plugin: plugin.name, version: lastVersion, position: arrival.map { .at($0) } ?? .end)
    if saved == nil {
      result.checkpoints = [
        JournalTransaction.Checkpoint(model: plugin.name, version: version.text, state: [], arrival: arrival)
      ]
    }
    // The writer says where "now" is.
    post(result, waits: true)
    position = try input.reader.checkpoint(of: plugin.positionName)?.arrival ?? 0
    saved = try input.reader.checkpoint(of: plugin.name)
    try takeOver()
  }

  /// A thread of before may have left something with the writer that is not committed yet.
  private func waitUntilSettled() {
    let mailbox = runner.surroundings.handle.plugins
    var generation = mailbox.committed.generation
    while !mailbox.isSettled(plugin.name), !isStopping {
      showThatTheWriterIsBusy()
      generation = mailbox.committed.wait(past: generation, timeoutMs: 1000)
    }
    hindrance = nil
  }

  // MARK: from one version to another

  /// A version that has not run here before keeps the state of the one that had the last batch, and is watched when that can come back. A
  /// plugin that never had a batch would not do better with the version before.
  private func takeOver() throws(CrossdockError) {
    let kept = try input.reader.checkpoint(of: plugin.previousName)
    var checkpoints: [JournalTransaction.Checkpoint] = []
    if lastVersion != version.text, let previous = plugin.previous, previous.text == lastVersion {
      if previous.misfit == nil { probation = PluginProbation(previous: previous, position: position) }
      // Interrupted before, with nothing but records set aside behind its own checkpoint: the copy is there.
      if saved?.version != version.text || kept?.version != lastVersion {
        // By the version that it is for, also where that had its state from one before it and has made none yet.
        var copy = saved ?? emptyState
        copy.version = lastVersion
        checkpoints.append(copy.checkpoint(of: plugin.previousName))
      }
    }
    if let saved, isOfNewerVersion(saved) {
      let own = kept.flatMap { $0.version == version.text ? $0 : nil } ?? emptyState
      self.saved = own
      checkpoints.append(own.checkpoint(of: plugin.name))
      sayWhichState(own, insteadOf: saved)
    }
    guard !checkpoints.isEmpty else { return }
    var result = PluginResult(plugin: plugin.name, version: lastVersion, position: .at(position))
    result.checkpoints = checkpoints
    post(result, waits: true)
  }

  /// Of nothing, here.
  var emptyState: Journal.SavedCheckpoint {
    Journal.SavedCheckpoint(version: version.text, arrival: position, state: [])
  }

  /// What is built with the agent judges by itself what it can use.
  private func isOfNewerVersion(_ saved: Journal.SavedCheckpoint) -> Bool {
    guard plugin.isInstalled, !saved.state.isEmpty else { return false }
    return SemanticVersion.isOlder(version.text, than: saved.version)
  }

  private func sayWhichState(_ own: Journal.SavedCheckpoint, insteadOf saved: Journal.SavedCheckpoint) {
    let metadata: Logger.Metadata = ["version": "\(version.text)", "newer": "\(saved.version)"]
    guard own.state.isEmpty else {
      return runner.log.notice("the plugin goes on from its own state of before the newer version", metadata: metadata)
    }
    runner.log.warning("the state here is a newer version's: the plugin starts without one", metadata: metadata)
  }
}

extension Journal.SavedCheckpoint {
  func checkpoint(of name: String) -> JournalTransaction.Checkpoint {
    JournalTransaction.Checkpoint(model: name, version: version, state: state, arrival: arrival)
  }
}
