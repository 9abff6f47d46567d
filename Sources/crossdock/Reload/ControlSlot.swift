import Configuration
import ControlAPI
import Engine
import HTTPServer
import Platform
import Records

/// The control API over reloads: it stays as it is while its section does, and its clients notice next to nothing. Another one is
/// opened before the old one goes, where both find room; which of them stays is settled when the rest is open.
final class ControlSlot {
  private let surroundings: AgentSurroundings
  private var current: ControlAPI?
  /// Made of this; nil: none is wanted.
  private var made: AgentInputs?
  /// Listens until the change is settled.
  private var replaced: ControlAPI?

  init(_ surroundings: AgentSurroundings) {
    self.surroundings = surroundings
  }

  /// - Throws: the new one cannot be opened; the old one listens as before, or `revert` opens it again.
  func change(to inputs: AgentInputs) throws(CrossdockError) {
    guard !isMade(of: inputs) else { return }
    let old = made
    if let old, sharesAddress(old, inputs) {
      current?.stop()
      current = nil
    }
    replaced = current
    current = nil
    made = nil
    current = try open(inputs)
    made = inputs
  }

  /// The change holds.
  func settle(_ inputs: AgentInputs) throws(CrossdockError) {
    replaced?.stop()
    replaced = nil
    if let current {
      try Files.replace(inputs.file.controlAddressPath, with: Array("\(current.address)\n".utf8))
    } else {
      Files.remove(inputs.file.controlAddressPath)
    }
  }

  /// The change does not hold: what was made of `inputs` listens again.
  func revert(to inputs: AgentInputs) throws(CrossdockError) {
    guard !isMade(of: inputs) else { return }
    current?.stop()
    current = replaced
    replaced = nil
    if current == nil { current = try open(inputs) }
    made = inputs
  }

  func suspendReading(_ isSuspended: Bool) {
    current?.suspendReading(isSuspended)
    replaced?.suspendReading(isSuspended)
  }

  func stop() {
    current?.stop()
    replaced?.stop()
    if let made { Files.remove(made.file.controlAddressPath) }
  }

  private func open(_ inputs: AgentInputs) throws(CrossdockError) -> ControlAPI? {
    guard let server = inputs.control else { return nil }
    let status = surroundings.status
    return try ControlAPI(
      server, journalPath: inputs.file.journalPath, commits: surroundings.handle.commits,
      damage: surroundings.handle.cursors, logger: surroundings.log, plugins: { status.pluginsJSON() }
    ) {
      status.json()
    }
  }

  private func isMade(of inputs: AgentInputs) -> Bool {
    guard let made else { return false }
    return made.configuration.control == inputs.configuration.control
      && made.control?.certificatePEM == inputs.control?.certificatePEM
      && made.control?.keyPEM == inputs.control?.keyPEM
  }

  /// Port 0 is another port each time.
  private func sharesAddress(_ old: AgentInputs, _ new: AgentInputs) -> Bool {
    guard let old = old.configuration.control, let new = new.configuration.control else { return false }
    return old.listenPort == new.listenPort && old.listenPort != 0
  }
}
