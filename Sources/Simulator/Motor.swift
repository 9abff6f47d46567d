internal import Glibc
internal import JSONText

/// An induction motor with a load that comes and goes, a bearing that may wear out and a winding that may overheat.
///
/// The load wanders around its mean (Ornstein-Uhlenbeck); the speed sinks with it (slip); the temperature follows its square
/// with the winding's time constant. From `wearsFromS` on the bearing's damage grows to severe within a minute; from
/// `overheatsFromS` on the fan is blocked and the heat leaves badly.
final class Motor: SimulatedDevice {
  struct Trouble {
    var wearsFromS: Double?
    var overheatsFromS: Double?
  }

  private static let vibrationEveryNs: Int64 = 400_000_000
  private static let temperatureEveryNs: Int64 = 200_000_000
  private static let ambientC = 19.0
  private static let riseAtFullLoadC = 52.0
  private static let thermalTimeConstantS = 25.0
  private static let wearTimeS = 60.0
  /// Damage at the end of the wear, in g.
  private static let severeG = 2.5

  private let vibration: Series
  private let temperature: Series
  private let waveform: VibrationWaveform
  private let recording: RecordedVibration.Reel?
  private let synchronousTurnsHz: Double
  private let meanLoad: Double
  private let trouble: Trouble
  private var random: SeededRandom
  private var load: Double
  private var celsius: Double
  private var lastNs: Int64 = 0
  private var vibrationDueNs: Int64
  private var temperatureDueNs: Int64

  var dueNs: Int64 { min(vibrationDueNs, temperatureDueNs) }

  /// - Parameter recording: real windows to play instead of computed ones.
  init(
    site: String, line: String, asset: String, seed: UInt64, trouble: Trouble, recording: RecordedVibration.Reel?,
    _ output: MessageOutput
  ) {
    let source = "\(site)/\(line)/\(asset)"
    vibration = output.makeSeries(stream: "vibration", source: source, topic: "\(source)/vibration")
    temperature = output.makeSeries(stream: "temperature", source: source, topic: "\(source)/temperature")
    var random = SeededRandom(seed: seed, for: source)
    waveform = VibrationWaveform(
      sampleCount: 1024,
      harmonics: [random.number(in: 0.08...0.14), random.number(in: 0.03...0.06), random.number(in: 0.01...0.03)],
      noise: random.number(in: 0.04...0.07))
    synchronousTurnsHz = random.number(in: 29.0...30.0)
    meanLoad = random.number(in: 0.45...0.65)
    load = meanLoad
    celsius = Self.ambientC + Self.riseAtFullLoadC * meanLoad * meanLoad
    vibrationDueNs = Int64(random.whole(in: 0...Int(Self.vibrationEveryNs)))
    temperatureDueNs = Int64(random.whole(in: 0...Int(Self.temperatureEveryNs)))
    self.trouble = trouble
    self.recording = recording
    self.random = random
  }

  func act(_ output: MessageOutput) {
    let now = dueNs
    advance(to: now)
    if temperatureDueNs == now {
      temperatureDueNs += Self.temperatureEveryNs
      let value = (celsius + 0.08 * random.normal()).rounded(places: 2)
      output.emit(temperature, atNs: now) { $0.member("value", value) }
    }
    if vibrationDueNs == now {
      vibrationDueNs += Self.vibrationEveryNs
      sendVibration(now, output)
    }
  }

  private func advance(to now: Int64) {
    let seconds = Double(now - lastNs) / 1e9
    lastNs = now
    load += (meanLoad - load) * min(1, seconds / 4) + 0.02 * seconds.squareRoot() * random.normal()
    load = min(1, max(0.1, load))
    let isHot = trouble.overheatsFromS.map { Double(now) / 1e9 >= $0 } ?? false
    let target = Self.ambientC + Self.riseAtFullLoadC * load * load * (isHot ? 3.5 : 1)
    celsius += (target - celsius) * (1 - exp(-seconds / Self.thermalTimeConstantS))
  }

  /// In g; grows with the square of the time, as spalls do at first.
  private func damage(at now: Int64) -> Double {
    guard let onset = trouble.wearsFromS else { return 0 }
    let progress = min(1, max(0, (Double(now) / 1e9 - onset) / Self.wearTimeS))
    return progress == 0 ? 0 : 0.15 + (Self.severeG - 0.15) * progress * progress
  }

  private func sendVibration(_ now: Int64, _ output: MessageOutput) {
    let damage = damage(at: now)
    let turnsHz = synchronousTurnsHz * (1 - 0.03 * load)
    let window =
      recording?.next(isDamaged: damage > 0)
      ?? RecordedVibration.Window(
        rpm: (turnsHz * 60).rounded(places: 1), fsHz: VibrationWaveform.fsHz,
        samples: waveform.samples(turnsHz: turnsHz, load: load, damage: damage, &random))
    output.emit(vibration, atNs: now) { json in
      json.member("rpm", window.rpm)
      json.member("fs_hz", window.fsHz)
      json.member("samples", array: { json in for sample in window.samples { json.value(sample) } })
    }
  }
}
