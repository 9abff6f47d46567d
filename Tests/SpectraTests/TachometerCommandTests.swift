import Fixtures
import Foundation
import Seeded
import Spectra
import Testing

/// `crossdock bearing --tachometer`: a shaft that speeds up.
@Suite(.serialized) struct TachometerCommandTests {
  private struct Line {
    var fault: String
    var prominence: Double
    var order: Double
    var expectedHz: Double
  }

  private let common = ["bearing", "--input", "v.f32", "--rate", "12000", "--bearing", "6205", "--block", "24576"]

  private func diagnosis(_ arguments: [String], _ files: [String: Data]) throws -> (json: [String: Any], lines: [Line])
  {
    let result = try ProgramRun(common + ["--json"] + arguments, files: files)
    #expect(result.code == 0, "\(result.errors)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let lines = try #require(json["lines"] as? [[String: Any]])
    return (
      json,
      try lines.map { line in
        Line(
          fault: try #require(line["fault"] as? String), prominence: try #require(line["prominence"] as? Double),
          order: try #require(line["order"] as? Double), expectedHz: try #require(line["expected_hz"] as? Double))
      }
    )
  }

  private func score(_ lines: [Line], _ fault: BearingFault) -> Double {
    let own = lines.filter { $0.fault == fault.rawValue }.map(\.prominence)
    return own.reduce(0, +) / Double(max(1, own.count))
  }

  @Test(arguments: [(BearingFault.outer, 1), (.inner, 1), (.outer, 8)])
  func faultThatARunUpHidesIsFoundByTheTachometer(fault: BearingFault, pulsesPerTurn: Int) throws {
    var numbers = SeededNumbers(default: 71)
    let bearing = SyntheticBearing(speedRpm: 1500, impact: 0.3, fault: fault)
    let (vibration, tachometer) = bearing.runUp(60000, factor: 1.2, pulsesPerTurn: pulsesPerTurn, &numbers)
    let files = ["v.f32": float32(vibration), "t.f32": float32(tachometer)]
    let pulses = ["--pulses-per-turn", "\(pulsesPerTurn)"]
    let whole = pulses + ["--block", "57344"]
    let with = try diagnosis(["--tachometer", "t.f32"] + whole, files)
    #expect(with.json["fault"] as? String == fault.rawValue)
    let mean = try #require(with.json["speed_rpm"] as? Double)
    #expect(abs(mean - 1650) < 10)
    #expect(abs(try #require(with.json["slowest_rpm"] as? Double) - 1500) < 15)
    #expect(abs(try #require(with.json["fastest_rpm"] as? Double) - 1800) < 15)
    #expect(with.lines.allSatisfy { abs($0.expectedHz - $0.order * mean / 60) < 1e-6 * $0.expectedHz })
    let without = try diagnosis(["--rpm", "1650", "--block", "57344"], files)
    let (found, smeared) = (score(with.lines, fault), score(without.lines, fault))
    print("\(fault), \(pulsesPerTurn) a turn: \(found) with, \(smeared) without, \(without.json["fault"] ?? "")")
    #expect(found > BearingDiagnosis.tellingProminence)
    // An outer ring's impacts are all alike, and what is left of their line is broad and high; an inner ring's is lost.
    #expect(smeared < found / 2)
    if fault == .inner { #expect(without.json["fault"] as? String == "none") }
    #expect(
      try diagnosis(["--tachometer", "t.f32"] + whole, files).lines.map(\.prominence) == with.lines.map(\.prominence))
  }

  @Test func soundBearingThatRunsUpHasNoFault() throws {
    var numbers = SeededNumbers(default: 72)
    let (vibration, tachometer) = SyntheticBearing(speedRpm: 1500).runUp(60000, factor: 1.2, &numbers)
    let files = ["v.f32": float32(vibration), "t.f32": float32(tachometer)]
    #expect(try diagnosis(["--tachometer", "t.f32"], files).json["fault"] as? String == "none")
    let text = try ProgramRun(common + ["--tachometer", "t.f32"], files: files)
    #expect(text.output.contains("r/min by the tachometer (mean 27."), "\(text.output)")
    #expect(text.output.contains("2 blocks of 24576 samples at equal angles (51."), "\(text.output)")
    #expect(try ProgramRun(common + ["--tachometer", "t.f32", "--svg"], files: files).output.hasPrefix("<svg"))
  }

  @Test func tachometerAtConstantSpeedSaysTheSameAsTheSpeed() throws {
    var numbers = SeededNumbers(default: 73)
    let bearing = SyntheticBearing(speedRpm: 1500, fault: .outer)
    let (vibration, tachometer) = bearing.runUp(60000, factor: 1, &numbers)
    let integers = tachometer.map { Int16(($0 * 1000).rounded()) }
    let files = ["v.f32": float32(vibration), "t.i16": integers.withUnsafeBytes { Data($0) }]
    let (with, without) = (
      try diagnosis(["--tachometer", "t.i16"], files), try diagnosis(["--rpm", "1500"], files)
    )
    #expect(with.json["fault"] as? String == "outer" && without.json["fault"] as? String == "outer")
    #expect(abs(score(with.lines, .outer) - score(without.lines, .outer)) < 0.3)
    // Levels are of blocks in time, with a tachometer and without.
    let levels = try [with, without].map { try #require($0.json["statistics"] as? [String: Any])["rms"] as? Double }
    #expect(levels[0] == levels[1] && levels[0] != nil)
  }

  @Test func tachometerThatCannotBeUsedIsRefusedWithThePlace() throws {
    var numbers = SeededNumbers(default: 74)
    let (vibration, tachometer) = SyntheticBearing(speedRpm: 1500).runUp(30000, factor: 1, &numbers)
    var missed = tachometer
    for i in 4790..<5000 { missed[i] = 0 }
    let files = [
      "v.f32": float32(vibration), "t.f32": float32(tachometer), "missed.f32": float32(missed),
      "short.f32": float32(Array(tachometer.dropLast())), "flat.f32": float32([Float](repeating: 1, count: 30000)),
      "nan.f32": float32([Float](repeating: .nan, count: 30000)), "odd.i16": Data([1, 2, 3]),
    ]
    let cases: [([String], Int32, String)] = [
      (["--tachometer", "short.f32"], 65, "short.f32: 29999 samples, where the vibration has 30000"),
      (["--tachometer", "flat.f32"], 65, "flat.f32: 0 pulses give no speed"),
      (["--tachometer", "nan.f32"], 65, "nan.f32: 0 pulses give no speed"),
      (["--tachometer", "odd.i16"], 65, "odd.i16: its 3 bytes are no whole number of samples"),
      (["--tachometer", "missed.f32"], 65, "a pulse was missed or is one too many"),
      (["--tachometer", "t.f32", "--pulses-per-turn", "1000"], 65, "samples in the slowest turn"),
      (
        ["--tachometer", "t.f32", "--block", "30000"], 65,
        "samples at equal angles, between the first pulse and the last"
      ),
      (["--tachometer", "t.f32", "--rpm", "1500"], 64, "--rpm and --tachometer both say the speed"),
      (["--tachometer", "t.f32", "--features"], 64, "leave --tachometer out"),
      (["--tachometer", "t.f32", "--pulses-per-turn", "0"], 64, "--pulses-per-turn"),
      ([], 64, "--rpm N is wanted, or --tachometer FILE"),
    ]
    for (arguments, code, text) in cases {
      let result = try ProgramRun(common + arguments, files: files)
      #expect(result.code == code && result.output.isEmpty, "\(arguments)")
      #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
    }
  }
}
