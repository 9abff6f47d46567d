import ConditionMonitoring
import Seeded
import StateCoding
import Testing

private let vibration = MonitorParameters(
  baseline: .init(learnCount: 50, adaptCount: 1000, driftLimit: 3), thresholds: .init(), direction: .up)
private let scalar = MonitorParameters(
  baseline: .init(learnCount: 200, adaptCount: 200), thresholds: .init(), direction: .both)

@Suite struct WaveformMonitorTests {
  private func observe(
    _ monitor: inout WaveformMonitor, _ samples: [Float], _ sequence: Int
  ) -> WaveformMonitor.Assessment? {
    guard case .features(let features) = features(samples) else { return nil }
    return monitor.observe(features, sequence: UInt64(sequence), vibration)
  }

  @Test func growingBearingWearIsAlertedBeforeTheImpactsReachSixTimesTheNoise() {
    let seed = SeededNumbers.seed(default: 11)
    for run in 0..<5 as Range<UInt64> {
      var bearing = BearingSignal(seed: seed &+ run)
      var monitor = WaveformMonitor()
      var openedAt: Int?
      for i in 0..<700 {
        // Healthy for 300 windows, then the impacts grow from 0 to 0.4 (8 times the noise) over 400 windows.
        let wear = i < 300 ? 0 : 0.4 * Double(i - 300) / 400
        let transition = observe(&monitor, bearing.window(count: 1024, wear: wear), i)?.transition
        if transition == .opened, openedAt == nil { openedAt = i }
      }
      print("seed \(seed &+ run): wear begins at window 300, alert at \(openedAt.map(String.init) ?? "never")")
      // 0.3, six times the noise, is reached at window 600; five windows of persistence.
      #expect((300...605).contains(openedAt ?? -1))
      #expect(monitor.alarm.severity == .critical)
    }
  }

  @Test func healthyBearingGivesNoAlertOverFiveThousandWindows() {
    let seed = SeededNumbers.seed(default: 12)
    var bearing = BearingSignal(seed: seed)
    var monitor = WaveformMonitor()
    var opened = 0
    for i in 0..<5000 where observe(&monitor, bearing.window(count: 256, wear: 0), i)?.transition == .opened {
      opened += 1
    }
    print("healthy bearing, 5000 windows of 256 samples: \(opened) alerts")
    #expect(opened == 0)
  }

  @Test func repairedBearingClearsItsAlert() {
    var bearing = BearingSignal(seed: SeededNumbers.seed(default: 13))
    var monitor = WaveformMonitor()
    var transitions: [AlarmState.Transition] = []
    for i in 0..<200 {
      let wear = (100..<120).contains(i) ? 0.5 : 0
      if let t = observe(&monitor, bearing.window(count: 512, wear: wear), i)?.transition { transitions.append(t) }
    }
    #expect(transitions == [.opened, .cleared])
  }

  @Test func machineThatStopsIsNoAlertAndLeavesTheBaselineAlone() {
    var bearing = BearingSignal(seed: SeededNumbers.seed(default: 14))
    var monitor = WaveformMonitor()
    for i in 0..<60 { _ = observe(&monitor, bearing.window(count: 512, wear: 0), i) }
    let before = monitor.baselines[0]
    for i in 60..<5060 {
      let quiet = bearing.window(count: 64, wear: 0).map { $0 * 0.01 }
      #expect(observe(&monitor, quiet, i)?.transition == nil)
    }
    #expect(monitor.baselines[0] == before)
    for i in 5060..<5160 { #expect(observe(&monitor, bearing.window(count: 512, wear: 0), i)?.transition == nil) }
  }
}

@Suite struct SignalMonitorTests {
  /// A motor that warms by 0.1 °C a minute on a noise of 0.4 °C, a value a minute. Its ramp must not widen the scale until nothing is
  /// far off any more, as it once did: the alert never came.
  @Test func slowRampIsAlertedInsteadOfWideningTheScale() {
    let seed = SeededNumbers.seed(default: 15)
    var minutes: [Int] = []
    for run in 0..<9 as Range<UInt64> {
      var numbers = SeededNumbers(seed &+ run)
      var monitor = SignalMonitor()
      var opened: [Int] = []
      for i in 0..<2400 {
        let warming = 0.1 * Double(max(0, i - 2000))
        let value = 60 + warming + 0.4 * numbers.gaussian()
        if monitor.observe(value, sequence: UInt64(i + 1), scalar) == .opened { opened.append(i - 2000) }
      }
      #expect((opened.first ?? -1) >= 0, "seed \(seed &+ run): an alert before the ramp")
      minutes.append(opened.first ?? .max)
    }
    minutes.sort()
    print("ramp of 0.1 a minute on a noise of 0.4: alert after \(minutes) minutes")
    #expect(minutes[4] < 100 && minutes[8] < 130)
  }

  private func transitions(
    _ monitor: inout SignalMonitor, _ values: [Double], _ parameters: MonitorParameters = scalar
  ) -> [AlarmState.Transition] {
    values.enumerated().compactMap { monitor.observe($1, sequence: UInt64($0), parameters) }
  }

  @Test func healthyScalarGivesNoAlertOverTwoHundredThousandValues() {
    var numbers = SeededNumbers(default: 21)
    var monitor = SignalMonitor()
    let found = transitions(&monitor, (0..<200_000).map { _ in 60 + numbers.pairedGaussian() })
    #expect(found.isEmpty)
  }

  @Test func slowDailyCurveGivesNoAlert() {
    var numbers = SeededNumbers(default: 22)
    var monitor = SignalMonitor()
    // ±5 degrees over 3600 values, noise 0.2.
    let found = transitions(
      &monitor, (0..<50_000).map { 20 + 5 * sineOf(Double($0) / 3600) + 0.2 * numbers.pairedGaussian() })
    #expect(found.isEmpty)
  }

  @Test func stepInEitherDirectionIsAlertedUnlessTheDirectionSaysOtherwise() {
    var numbers = SeededNumbers(default: 23)
    for (step, direction, expected) in [
      (10.0, MonitorParameters.Direction.both, 1), (-10, .both, 1), (10, .up, 1), (-10, .up, 0), (10, .down, 0),
      (-10, .down, 1),
    ] {
      var parameters = scalar
      parameters.direction = direction
      var monitor = SignalMonitor()
      let values = (0..<300).map { numbers.pairedGaussian() * 0.5 + 60 + ($0 >= 250 ? step : 0) }
      #expect(transitions(&monitor, values, parameters).filter { $0 == .opened }.count == expected)
    }
  }

  @Test func baselineIsFrozenWhileInAlarm() {
    var monitor = SignalMonitor()
    _ = transitions(&monitor, (0..<250).map { Double($0 % 5) + 100 })
    _ = transitions(&monitor, Array(repeating: 150, count: 3))
    #expect(monitor.alarm.isOpen)
    let frozen = monitor.baseline
    // 103 is healthy by its score, but the alert is still open.
    _ = transitions(&monitor, Array(repeating: 103, count: 9) + Array(repeating: 150, count: 1000))
    #expect(monitor.baseline == frozen && monitor.alarm.isOpen)
  }

  @Test func stateOfASignalIsSmall() {
    #expect(MemoryLayout<SignalMonitor>.stride <= 160)
  }

  private func sineOf(_ turns: Double) -> Double {
    // A parabola is sine enough for a daily curve.
    let x = turns - turns.rounded(.down)
    return x < 0.5 ? 16 * x * (0.5 - x) : -16 * (x - 0.5) * (1 - x)
  }
}

@Suite struct StateCodingTests {
  @Test func monitorsGoOnAsBeforeFromAnyPoint() throws {
    let seed = SeededNumbers.seed(default: 31)
    var numbers = SeededNumbers(seed)
    for _ in 0..<50 {
      var original = SignalMonitor()
      var level = 10.0
      var copy: SignalMonitor?
      let cut = Int.random(in: 0..<1000, using: &numbers)
      for i in 0..<1000 {
        if i == cut {
          let writer = StateWriter(reserving: 0)
          original.encode(into: writer)
          var reader = StateReader(writer.bytes[...])
          copy = try SignalMonitor(from: &reader)
          #expect(reader.isAtEnd && copy == original)
        }
        if numbers.uniform() < 0.01 { level = numbers.uniform() * 30 }
        let x = level + numbers.pairedGaussian() * 0.3
        let expected = original.observe(x, sequence: UInt64(i), scalar)
        if copy != nil { #expect(copy!.observe(x, sequence: UInt64(i), scalar) == expected) }
      }
      #expect(copy == original)
    }
  }

  @Test func stateThatEndsEarlyOrHasNoFiniteNumbersIsRefused() throws {
    var monitor = SignalMonitor()
    for i in 0..<300 { _ = monitor.observe(Double(i % 7), sequence: 1, scalar) }
    let writer = StateWriter(reserving: 0)
    monitor.encode(into: writer)
    for count in 0..<writer.bytes.count {
      var reader = StateReader(writer.bytes.prefix(count))
      #expect(throws: StateReader.Damaged.self) { try SignalMonitor(from: &reader) }
    }
    var bytes = writer.bytes
    for i in 5..<13 { bytes[i] = 0xFF }
    var reader = StateReader(bytes[...])
    #expect(throws: StateReader.Damaged.self) { try SignalMonitor(from: &reader) }
  }

  @Test func checksumIsCRC32C() {
    // RFC 3720, B.4: 32 bytes of zeros; and the check value of the nine digits.
    #expect([UInt8](repeating: 0, count: 32).withUnsafeBytes(CyclicRedundancyCheck.crc32c) == 0x8A91_36AA)
    #expect(Array("123456789".utf8).withUnsafeBytes(CyclicRedundancyCheck.crc32c) == 0xE306_9283)
    #expect([UInt8]().withUnsafeBytes(CyclicRedundancyCheck.crc32c) == 0)
  }
}
