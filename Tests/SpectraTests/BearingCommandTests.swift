import Fixtures
import Foundation
import Seeded
import Spectra
import Testing

/// `crossdock bearing` and `crossdock trend` of this build, beside the test bundle.
@Suite(.serialized) struct BearingCommandTests {
  private func run(_ arguments: [String], files: [String: Data] = [:]) throws -> ProgramRun {
    try ProgramRun(arguments, files: files)
  }

  private func recording(_ count: Int = 8192) -> [Float] {
    var numbers = SeededNumbers(default: 41)
    return SyntheticBearing(fault: .outer).block(count, &numbers)
  }

  private let known = ["bearing", "--rate", "12000", "--rpm", "1797", "--bearing", "6205", "--block", "4096"]

  @Test func recordingOfAnyFormGivesTheSameDiagnosis() throws {
    let samples = recording()
    let integers = samples.map { Int16(($0 * 8000).rounded()) }
    let files = [
      "a.f32": float32(samples), "a.i16": integers.withUnsafeBytes { Data($0) },
      "a.csv": Data(("time,g\n" + samples.enumerated().map { "\($0),\($1)\n" }.joined()).utf8),
      "plain.csv": Data(samples.map { "\($0)\r\n" }.joined().utf8),
    ]
    let json = try run(known + ["--json", "--input", "a.f32"], files: files)
    #expect(json.code == 0)
    #expect(
      json.output.hasPrefix(
        "{\"bearing\":\"6205\",\"speed_rpm\":1797,\"sample_rate_hz\":12000,\"block\":4096,\"blocks\":2,"))
    #expect(json.output.contains("\"fault\":\"outer\""))
    #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])
    #expect(try run(known + ["--json", "--input", "a.csv", "--column", "g"], files: files).output == json.output)
    #expect(try run(known + ["--json", "--input", "plain.csv"], files: files).output == json.output)
    let scaled = try run(known + ["--json", "--input", "a.i16", "--scale", "0.000125"], files: files)
    #expect(scaled.output.contains("\"fault\":\"outer\""))
    let geometry = ["--balls", "9", "--ball-diameter", "7.94", "--pitch-diameter", "39.04"]
    let byHand = try run(
      ["bearing", "--rate", "12000", "--rpm", "1797", "--block", "4096", "--json", "--input", "a.f32"] + geometry,
      files: files)
    #expect(byHand.output == json.output.replacingOccurrences(of: "\"6205\"", with: "\"with 9 balls\""))
  }

  @Test func textNamesThePartAndItsEvidenceAndThePictureIsOne() throws {
    let files = ["a.f32": float32(recording())]
    let text = try run(known + ["--input", "a.f32"], files: files)
    #expect(text.code == 0)
    #expect(text.output.contains("Damage of the outer ring is most likely (outer ring "))
    #expect(text.output.contains("1 x BPFO"))
    #expect(text.output.contains("stands out"))
    #expect(text.output.contains("mm/s RMS, zone C of ISO 20816-3, group 2, rigid: not fit for long-term operation"))
    let picture = try run(known + ["--input", "a.f32", "--svg"], files: files)
    // Every element ends itself or is closed; nothing of the text opens another.
    func count(_ text: String) -> Int { picture.output.components(separatedBy: text).count - 1 }
    #expect(count("<") == count(">") && count("<text") == count("</text>"))
    #expect(count("<") == count("/>") + 2 * count("</"))
    #expect(picture.output.hasPrefix("<svg"))
    let features = try run(known + ["--input", "a.f32", "--features"], files: files).output.split(separator: "\n")
    #expect(features.count == 3)
    #expect(features[0].hasPrefix("block,envelope_inner_1_bank,"))
  }

  @Test func aSpeedThatDoesNotFitIsSaidInTextAndJSON() throws {
    let files = ["a.f32": float32(recording())]
    let said = ["bearing", "--rate", "12000", "--rpm", "2200", "--bearing", "6205", "--input", "a.f32"]
    let text = try run(said, files: files)
    #expect(text.output.contains("The speed does not fit: lines stand as a fault's would at 0.8"))
    #expect(!text.output.contains("most likely"))
    let json = try run(said + ["--json"], files: files).output
    #expect(json.contains("\"fault\":\"speed-does-not-fit\"") && json.contains("\"speed_fit\":{\"fits\":false,"))
    #expect(
      try run(known + ["--input", "a.f32", "--json"], files: files).output.contains("\"speed_fit\":{\"fits\":true,"))
  }

  @Test func inputThatCannotBeUsedIsRefusedWithThePlace() throws {
    let files = [
      "odd.f32": Data([1, 2, 3]), "short.f32": float32(recording(100)), "bad.csv": Data("g\n1\nx\n".utf8),
      "wide.csv": Data("t,g\n0,1\n1,2,3\n".utf8),
      "flat.f32": float32([Float](repeating: 1, count: 8192)),
      "nan.f32": float32([Float](repeating: .nan, count: 8192)), "a.f32": float32(recording()),
    ]
    func complaint(_ arguments: [String]) throws -> (Int32, String) {
      let result = try run(arguments, files: files)
      #expect(result.output.isEmpty)
      return (result.code, result.errors)
    }
    let cases: [([String], Int32, String)] = [
      (known + ["--input", "odd.f32"], 65, "odd.f32: its 3 bytes are no whole number of samples of 4 bytes"),
      (known + ["--input", "short.f32"], 65, "100 samples are less than a block of 4096"),
      (known + ["--input", "bad.csv"], 65, "bad.csv:3: column 1 is \"x\", not a number"),
      (known + ["--input", "wide.csv"], 65, "wide.csv:3: 3 fields where the first line has 2"),
      (known + ["--input", "bad.csv", "--column", "h"], 65, "bad.csv:1: no column \"h\"; there are g"),
      (known + ["--input", "flat.f32"], 65, "none of its 2 blocks can be used"),
      (known + ["--input", "nan.f32"], 65, "none of its 2 blocks can be used"),
      (known + ["--input", "a.f32", "--block", "128"], 65, "too short to tell the lines of a bearing"),
      (known + ["--input", "a.f32", "--bearing", "9999"], 64, "not in the catalogue: 6203"),
      (known + ["--input", "a.f32", "--balls", "9"], 64, "both say which bearing it is"),
      (known + ["--input", "a.f32", "--json", "--svg"], 64, "only one of --json, --svg at a time"),
      (known, 64, "--input FILE is wanted"),
      (
        ["bearing", "--input", "a.f32", "--rate", "0", "--rpm", "1797", "--bearing", "6205"], 64,
        "\"0\" is not a number"
      ),
    ]
    for (arguments, code, text) in cases {
      let (exit, errors) = try complaint(arguments)
      #expect(exit == code, "\(arguments)")
      #expect(errors.contains(text), "\(arguments): \(errors)")
    }
  }

  @Test func oneIndexKeepsItsSignAndSeveralAreTakenTogether() throws {
    let files = ["t.csv": Data("a,b\n-3,4\n".utf8)]
    let one = try run(["trend", "--input", "t.csv", "--index", "a"], files: files)
    #expect(one.output.split(separator: "\n").last?.hasPrefix("1,-3,") == true, "\(one.output)")
    let both = try run(["trend", "--input", "t.csv", "--index", "a", "--index", "b"], files: files)
    #expect(both.output.split(separator: "\n").last?.hasPrefix("1,5,") == true, "\(both.output)")
  }

  @Test func trendTellsOnsetAndLifeOfEachAsset() throws {
    var lines = "asset,t,h,v\n"
    for t in 0..<60 {
      let wear = t < 30 ? 1 : 1 + 0.3 * Double(t - 29)
      lines += "worn,\(t),\(0.3 * wear + (t % 2 == 0 ? 0.001 : 0)),\(0.4 * wear)\n"
      lines += "good,\(t),\(0.3 + (t % 3 == 0 ? 0.01 : 0)),0.4\n"
    }
    let common = ["trend", "--input", "t.csv", "--by", "asset", "--time", "t", "--index", "h", "--learn", "20"]
    let files = ["t.csv": Data(lines.utf8), "bad.csv": Data("asset,t,h\na,0,1\na,x,1\n".utf8)]
    let result = try run(common + ["--index", "v", "--shape", "linear", "--threshold", "100"], files: files)
    #expect(result.code == 0)
    let rows = result.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows[0] == ["asset", "time", "index", "deviations", "state", "remaining", "lower", "upper"])
    #expect(rows.count == 121)
    let worn = rows.filter { $0[0] == "worn" }
    #expect(worn[10][4] == "learning" && worn[25][4] == "healthy" && worn[40][4] == "degrading")
    #expect(worn[25][5].isEmpty)
    let (sooner, later) = (
      try worn[45][5...].map { try #require(Double($0)) }, try worn[59][5...].map { try #require(Double($0)) }
    )
    #expect(later[1] <= later[0] && later[0] <= later[2])
    // 2 deviations a step from the 30th on: 100 are reached after 50 steps. The drift is learned slowly, never too fast.
    #expect(later[0] < sooner[0] && later[0] > 15 && later[0] < 60)
    #expect(rows.filter { $0[0] == "good" }.allSatisfy { $0[4] != "degrading" })
    let bad = try run(["trend", "--input", "bad.csv", "--time", "t", "--index", "h"], files: files)
    #expect(bad.code == 65 && bad.errors.contains("bad.csv:3: column 2: \"x\" is no number"))
    #expect(try run(["trend", "--input", "bad.csv", "--index", "z"], files: files).code == 65)
    #expect(try run(["trend", "--input", "bad.csv"], files: files).code == 64)
  }
}
