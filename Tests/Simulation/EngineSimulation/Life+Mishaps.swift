// What goes wrong in a life, and what gets better by itself.
extension Life {
  func mishap() throws(Violation) {
    switch chance.below(25) {
    case 0...4: breakConnection()
    case 5...6:
      breakConnection()
      reachableAt = step + chance.within(1...20)
    case 7:
      // The broker has lost its store, or the session expired.
      breakConnection()
      if !broker.isConnected {
        tell("the broker forgets the session")
        broker.forgetSession()
      }
    case 8...11:
      disk.misbehave(&chance)
      healAt = step + chance.within(1...15)
      tell("the disk misbehaves until \(healAt)")
    case 12...15:
      disk.cutPower(after: chance.within(1...60))
      cutBy = step + chance.within(1...10)
    case 16...17: if engine != nil { die(powerWasCut: false) }
    case 18: try stopAgent()
    case 19...20:
      clock.step(&chance)
      report.clockSteps += 1
    case 21:
      clock.suspend(&chance)
      if chance.oneIn(2) { breakConnection() }
    case 22: try reloadAgent()
    case 23:
      broker.refusedFilter = chance.below(3)
      breakConnection()
    default: broker.refusedFilter = nil
    }
  }

  private func breakConnection() {
    guard let connection, broker.isConnected else { return }
    tell("the connection breaks")
    connection.breakDown(keepsInbox: chance.oneIn(2))
    report.connectionsLost += 1
  }

  /// What was to last for some steps ends.
  func recover() {
    if step >= healAt { disk.heal() }
    connection?.isReachable = step >= reachableAt
    if let by = cutBy, step >= by, engine != nil { die(powerWasCut: true) }
  }
}
