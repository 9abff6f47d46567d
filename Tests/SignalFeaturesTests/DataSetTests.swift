import Fixtures
import Foundation
import Seeded
import SignalFeatures
import StateCoding
import Testing

private let dataFolder = DataSets.folder()

/// A file of a set: how its rows are read, which columns are inputs.
struct SetFile: CustomStringConvertible, Sendable {
  var file: String
  var separator: Character = ","
  /// Names where the file has no header.
  var names: [String] = []
  var inputs: [String]
  var by: String?
  var time: String?
  var description: String { file }
}

/// Online equals offline, bit for bit, on every set: the extractor as the plugin uses it, in batches of any size and with checkpoints
/// at random points, against the table of the command, from CSV and from an export. Skipped where the data is not.
@Suite(.serialized, .enabled(if: DataSets.isThere(dataFolder), "no data under CROSSDOCK_DATA"))
struct DataSetTests {
  private static let rowCount = 200
  private static let engine = ["unit", "cycle", "set_1", "set_2", "set_3"] + (1...21).map { "s_\($0)" }
  private static let files = [
    SetFile(file: "nab/realKnownCause/machine_temperature_system_failure.csv", inputs: ["value"], time: "timestamp"),
    SetFile(file: "nab/realTweets/Twitter_volume_GOOG.csv", inputs: ["value"], time: "timestamp"),
    SetFile(
      file: "cmapss/train_FD001.txt", separator: " ", names: engine, inputs: ["s_2", "s_3", "s_4"], by: "unit",
      time: "cycle"),
    SetFile(
      file: "cmapss/test_FD002.txt", separator: " ", names: engine, inputs: ["s_2", "set_1", "s_15"], by: "unit",
      time: "cycle"),
    SetFile(
      file: "skab/valve1/0.csv", separator: ";", inputs: ["Current", "Pressure", "Temperature"], time: "datetime"),
    SetFile(file: "ai4i/ai4i2020.csv", inputs: ["Air temperature [K]", "Torque [Nm]", "Tool wear [min]"], by: "Type"),
    SetFile(file: "metropt_features/test.csv", inputs: ["TP2_mean", "TP3_var", "H1_mean"]),
    SetFile(file: "drift/elec.csv", inputs: ["nswprice", "vicdemand", "transfer"]),
    SetFile(file: "drift/weather.csv", inputs: ["feat_1", "feat_3"]),
    SetFile(file: "drift/sea_stream.csv", inputs: ["attrib1", "attrib2"]),
    SetFile(file: "obd2_car/drive1.csv", inputs: ["ENGINE_RPM ()", "COOLANT_TEMPERATURE ()"]),
    SetFile(file: "pronostia/features.csv", inputs: ["h_rms", "h_kurt", "v_peak"], by: "bearing", time: "snapshot"),
  ]

  private static func specification(_ file: SetFile) throws -> FeatureSpecification {
    let inputs = file.inputs.enumerated().map { i, column in
      #"{"name":"x\#(i)","column":"\#(column)","maximum_step":1e6,"stuck_count":40}"#
    }
    var features: [String] = []
    for i in file.inputs.indices {
      for (statistic, rest) in [
        ("mean", #""count":5"#), ("std", #""count":15"#), ("slope", #""count":30"#), ("kurtosis", #""count":20"#),
        ("median", #""count":9"#), ("ewma", #""alpha":0.1"#), ("expanding_mean", ""), ("expanding_std", ""),
        ("last", ""),
        ("difference", #""count":3"#), ("baseline_difference", #""baseline_count":10,"count":5"#),
      ] {
        features.append(feature(statistic, rest, input: "x\(i)", name: "x\(i)_\(statistic)"))
      }
      guard file.time != nil else { continue }
      features.append(feature("max", #""seconds":1000"#, input: "x\(i)", name: "x\(i)_max"))
      features.append(feature("slope_per_s", #""seconds":2000"#, input: "x\(i)", name: "x\(i)_trend"))
      features.append(feature("integral", input: "x\(i)", name: "x\(i)_integral"))
    }
    features.append(feature("quality", input: nil))
    return try SignalFeaturesTests.specification(inputs: inputs, features: features)
  }

  /// Times as the test reads them: with the standard library, not with the command's code.
  private static func timeNs(_ text: Substring, _ format: DateFormatter) throws -> Int64 {
    if let number = Double(text) { return Int64(number) * 1_000_000_000 }
    let date = try #require(format.date(from: String(text)))
    return Int64(date.timeIntervalSince1970) * 1_000_000_000
  }

  private static func dateFormat() -> DateFormatter {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "yyyy-MM-dd HH:mm:ss"
    return format
  }

  @Test(arguments: files)
  func onlineEqualsOffline(file: SetFile) throws {
    let path = dataFolder.appending(path: file.file).path
    guard FileManager.default.fileExists(atPath: path) else {
      print("skipped: no \(file)")
      return
    }
    var numbers = SeededNumbers(for: "\(file)", default: 42)
    let lines = try Self.lines(path, header: file.names.isEmpty)
    let names = file.names.isEmpty ? Self.fields(lines[0], file.separator).map(String.init) : file.names
    let table = lines.dropFirst(file.names.isEmpty ? 1 : 0).map { Self.fields($0, file.separator) }
    let specification = try Self.specification(file)
    let program = try FeatureProgram()
    let spec = try program.folder.write(String(decoding: specification.canonical, as: UTF8.self), to: "features.json")

    let format = Self.dateFormat()
    let records = try table.enumerated().map { row, fields in
      let values = file.inputs.map { column in names.firstIndex(of: column).flatMap { Double(fields[$0]) } ?? .nan }
      let time = try file.time.flatMap(names.firstIndex).map { try Self.timeNs(fields[$0], format) } ?? 0
      let asset = file.by.flatMap(names.firstIndex).map { String(fields[$0]) } ?? ""
      return (asset, Record(values: values, timeNs: time, sequence: UInt64(row + 1)))
    }
    let online = try Self.online(records, specification, &numbers)

    try program.folder.write(lines.joined(separator: "\n") + "\n", to: "part.csv")
    var arguments = ["--spec", spec, "--input", "part.csv"]
    if let by = file.by { arguments += ["--by", by] }
    if let time = file.time { arguments += ["--time", time] }
    if !file.names.isEmpty { arguments += ["--columns", names.joined(separator: ","), "--delimiter", "space"] }
    try Self.compare(try program.run(arguments), online, specification)

    try program.folder.write(Self.export(records, file), to: "part.ndjson")
    try Self.compare(try program.run(["--spec", spec, "part.ndjson"]), online, specification)
  }

  private static func lines(_ path: String, header: Bool) throws -> [String] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return text.split(whereSeparator: \.isNewline).prefix(rowCount + (header ? 1 : 0)).map(String.init)
  }

  private static func fields(_ line: String, _ separator: Character) -> [Substring] {
    line.split(separator: separator, omittingEmptySubsequences: separator == " ").map {
      let text = $0.drop { $0 == " " }
      return text.last == " " ? text.dropLast() : text
    }
  }

  /// As the plugin works: one plan, batches of any size, and after some of them everything is written and read again.
  private static func online(
    _ records: [(String, Record)], _ specification: FeatureSpecification, _ numbers: inout SeededNumbers
  ) throws -> [Row] {
    var plan = FeaturePlan(specification)
    var assets: [String: FeatureExtractor] = [:]
    var rows: [Row] = []
    var at = 0
    while at < records.count {
      let batch = records[at..<min(records.count, at + 1 + Int(numbers.next() % 40))]
      for (asset, record) in batch { rows += assets[asset, default: FeatureExtractor(plan)].rows(record) }
      at = batch.endIndex
      if numbers.next() % 3 == 0 {
        plan = FeaturePlan(specification)
        assets = try assets.mapValues { try .decoded($0.encoded(), plan) }
      }
    }
    return rows
  }

  private static func export(_ records: [(String, Record)], _ file: SetFile) -> String {
    let lines = records.map { asset, record in
      let members = zip(file.inputs, record.values).filter { !$1.isNaN }.map { #""\#($0)":\#($1)"# }
      let time = Date(timeIntervalSince1970: Double(record.timeNs / 1_000_000_000)).ISO8601Format()
      return
        #"{"agent":"a","epoch":"1-00","stream":"s","sequence":\#(record.sequence),"source":"\#(asset)","event_time":"\#(time)","ingest_time":"\#(time)","flags":[],"body":{\#(members.joined(separator: ","))}}"#
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func compare(
    _ result: ProgramRun, _ online: [Row], _ specification: FeatureSpecification
  ) throws {
    #expect(result.code == 0, "\(result.errors)")
    let table = FeatureProgram.table(result.output)
    #expect(table.count == online.count && !online.isEmpty)
    let count = specification.featureNames.count
    for (fields, row) in zip(table, online) {
      let bits = fields.suffix(count).map { $0.isEmpty ? Double.nan.bitPattern : (Double($0) ?? .infinity).bitPattern }
      guard bits != row.bits else { continue }
      Issue.record("row \(row.last): \(fields.suffix(count)) is not \(row.values)")
      return
    }
  }

  // MARK: waveforms

  private static let waveforms = [
    ("cwru/1797_IR_7_DE12.f32", 4, 12000.0, 1.0), ("cwru/1797_Normal.f32", 4, 12000, 1),
    ("pronostia/Bearing1_1_h_every4.i16", 2, 25600, 0.002),
  ]

  @Test(arguments: waveforms)
  func onlineEqualsOfflineForWaveforms(file: String, size: Int, rate: Double, scale: Double) throws {
    let path = dataFolder.appending(path: file).path
    guard FileManager.default.fileExists(atPath: path) else {
      print("skipped: no \(file)")
      return
    }
    var numbers = SeededNumbers(for: file, default: 43)
    let specification = try FeatureSpecification.parse(
      """
      {"name":"w","version":"1","inputs":[{"name":"rpm"}],"waveform":{"sample_rate_hz":\(rate),"scale":\(scale),"speed":"rpm","bearing":"6205"},
       "features":[{"name":"rms","statistic":"rms"},{"name":"kurtosis","statistic":"kurtosis"},{"name":"centroid","statistic":"spectral_centroid"},
        {"name":"outer","statistic":"envelope_order","fault":"outer","harmonic":1},{"name":"trend","statistic":"slope","input":"rms","count":4}]}
      """)
    let (count, length) = (5, 2560)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(count * length * size)
    let samples = bytes.withUnsafeBytes { bytes in
      (0..<(count * length)).map { i in
        size == 4
          ? bytes.loadUnaligned(fromByteOffset: 4 * i, as: Float.self)
          : Float(bytes.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self))
      }
    }
    let records = (0..<count).map { i in
      (
        "",
        Record(
          values: [1797], timeNs: 0, sequence: UInt64(i + 1), samples: Array(samples[(i * length)..<((i + 1) * length)])
        )
      )
    }
    let online = try Self.online(records, specification, &numbers)
    let program = try FeatureProgram()
    let spec = try program.folder.write(String(decoding: specification.canonical, as: UTF8.self), to: "features.json")
    let name = "part" + (size == 4 ? ".f32" : ".i16")
    try bytes.write(to: URL(fileURLWithPath: program.folder.path(name)))
    let result = try program.run(["--spec", spec, "--set", "rpm=1797", "--block", "\(length)", name])
    try Self.compare(result, online, specification)
  }
}
