internal import Platform
internal import Records

/// Real vibration from `cwru/`: little-endian Float32 files named by `manifest.csv` (columns file, fault, rpm, fs_hz). The
/// files without a fault are played first and over again; a motor that wears goes on with its fault file.
final class RecordedVibration {
  struct Window {
    var rpm: Double
    var fsHz: Int
    var samples: [Double]
  }

  struct Track {
    var rpm: Double
    var fsHz: Int
    var samples: [Float]
  }

  /// Where one motor is in its two recordings.
  final class Reel {
    private static let windowSamples = 1024
    private let sound: Track
    private let damaged: Track
    private var soundAt: Int
    private var damagedAt = 0

    fileprivate init(sound: Track, damaged: Track, startAt: Int) {
      self.sound = sound
      self.damaged = damaged
      soundAt = startAt
    }

    func next(isDamaged: Bool) -> Window {
      isDamaged ? Self.window(damaged, &damagedAt) : Self.window(sound, &soundAt)
    }

    private static func window(_ track: Track, _ at: inout Int) -> Window {
      if at + windowSamples > track.samples.count { at = 0 }
      defer { at += windowSamples }
      return Window(
        rpm: track.rpm, fsHz: track.fsHz,
        samples: track.samples[at..<(at + windowSamples)].map { Double($0).rounded(places: 5) })
    }
  }

  private let sound: [Track]
  private let damaged: [Track]

  /// - Parameter folder: `…/cwru`.
  init(folder: String) throws(CrossdockError) {
    let path = "\(folder)/manifest.csv"
    let bytes = try Files.read(path, limit: SimulatorLimits.maxDataFileBytes)
    let rows = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    func broken(_ reason: String) -> CrossdockError {
      CrossdockError("read the recordings", at: path, reason: reason, exitCode: .badInput)
    }
    guard let header = rows.first, let file = header.firstIndex(of: "file"), let fault = header.firstIndex(of: "fault"),
      let rpm = header.firstIndex(of: "rpm"), let rate = header.firstIndex(of: "fs_hz")
    else { throw broken("the first line must name the columns file, fault, rpm, fs_hz") }
    var sound: [Track] = []
    var damaged: [Track] = []
    for row in rows.dropFirst() where row.count == header.count {
      guard let rpm = Double(row[rpm]), let fsHz = Int(row[rate]) else { throw broken("rpm or fs_hz is no number") }
      let isSound = row[fault].lowercased().hasPrefix("normal")
      // Two damaged motors are all that is played: the first outer-race and the first inner-race recording.
      let isWanted = isSound || (row[fault].hasPrefix("OR") || row[fault].hasPrefix("IR")) && damaged.count < 2
      guard isWanted, Files.exists("\(folder)/\(row[file])") else { continue }
      let track = Track(rpm: rpm, fsHz: fsHz, samples: try Self.samples("\(folder)/\(row[file])"))
      guard track.samples.count >= 1024 else { throw broken("\(row[file]) has less than 1024 samples") }
      if isSound { sound.append(track) } else { damaged.append(track) }
    }
    guard !sound.isEmpty, !damaged.isEmpty else {
      throw broken("names no recording of a sound and of a damaged bearing")
    }
    self.sound = sound
    self.damaged = damaged
  }

  func reel(motor: Int, _ random: inout SeededRandom) -> Reel {
    let track = sound[motor % sound.count]
    return Reel(
      sound: track, damaged: damaged[motor % damaged.count],
      startAt: random.whole(in: 0...(track.samples.count - 1024)))
  }

  private static func samples(_ path: String) throws(CrossdockError) -> [Float] {
    let bytes = try Files.read(path, limit: SimulatorLimits.maxDataFileBytes)
    return bytes.withUnsafeBytes { raw in
      (0..<(raw.count / 4)).map {
        Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
  }
}
