// What a version must say of known samples: golden/input.csv goes through features, artefacts and calibration, and golden/output.csv is what must
// come out, to the tolerance of model.json. Run when a bundle is installed and whenever an agent opens it, so that a damaged file, another
// machine's arithmetic or a change of this program is found before the model says anything.
//
//   input.csv    columns: the inputs of features.json by name; `samples` (numbers with spaces between them) where it has a waveform;
//                `asset` and `time` (seconds) where there are several, or where time counts. Without `time` row k is at second k.
//   output.csv   columns: the outputs of the task, one line for each row of features; other columns are for people.
internal import SignalFeatures

package struct GoldenCases {
  package static let inputName = "golden/input.csv"
  package static let outputName = "golden/output.csv"

  /// One sample, ready to be observed.
  struct Sample {
    var asset: Int
    var timeNs: Int64
    var values: [Double]
    var samples: [Float]
  }

  let samples: [Sample]
  let assetNames: [String]
  /// Nil: it is to be made.
  let expected: [[Double]]?

  init(files: [String: [UInt8]], specification: FeatureSpecification, outputNames: [String]) throws(GovernanceError) {
    guard let input = files[Self.inputName] else {
      throw GovernanceError(file: Self.inputName, reason: "it is missing")
    }
    let table = try GoldenTable(input, file: Self.inputName)
    (samples, assetNames) = try Self.samples(table, specification)
    expected = try files[Self.outputName].map { (bytes) throws(GovernanceError) in
      let table = try GoldenTable(bytes, file: Self.outputName)
      return try Self.outputs(table, outputNames)
    }
  }

  private static func samples(
    _ table: GoldenTable, _ specification: FeatureSpecification
  ) throws(GovernanceError) -> (samples: [Sample], assets: [String]) {
    var columns: [Int] = []
    for name in specification.inputNames { columns.append(try table.requiredColumn(name)) }
    let waveform = try specification.waveform.map { (_) throws(GovernanceError) in try table.requiredColumn("samples") }
    let (assetColumn, timeColumn) = (table.column("asset"), table.column("time"))
    var samples: [Sample] = []
    var assets: [String] = []
    var numbers: [String: Int] = [:]
    for row in 0..<table.rowCount {
      let cells = try table.cells(row: row)
      let name = assetColumn.map { String(cells[$0]) } ?? ""
      if numbers[name] == nil {
        numbers[name] = assets.count
        assets.append(name)
      }
      var sample = Sample(asset: numbers[name] ?? 0, timeNs: Int64(row) * 1_000_000_000, values: [], samples: [])
      if let timeColumn {
        let seconds = try table.number(cells[timeColumn], row: row, column: timeColumn)
        guard seconds.magnitude < 9e9 else {
          throw GovernanceError(file: table.file, reason: "line \(row + 2): the time is no number of seconds")
        }
        sample.timeNs = Int64((seconds * 1e9).rounded())
      }
      for column in columns { sample.values.append(try table.number(cells[column], row: row, column: column)) }
      if let waveform {
        for word in cells[waveform].split(separator: " ") {
          sample.samples.append(Float(try table.number(word, row: row, column: waveform)))
        }
      }
      samples.append(sample)
    }
    return (samples, assets)
  }

  private static func outputs(_ table: GoldenTable, _ names: [String]) throws(GovernanceError) -> [[Double]] {
    var columns: [Int] = []
    for name in names { columns.append(try table.requiredColumn(name)) }
    var rows: [[Double]] = []
    for row in 0..<table.rowCount {
      let cells = try table.cells(row: row)
      var outputs: [Double] = []
      for column in columns { outputs.append(try table.number(cells[column], row: row, column: column)) }
      rows.append(outputs)
    }
    return rows
  }
}

extension ModelVersion {
  /// What differs from golden/output.csv; nil when nothing does.
  package func goldenMismatch() -> String? {
    guard let expected = golden.expected else { return "\(GoldenCases.outputName) is missing" }
    var row = 0
    var mismatch: String?
    goldenOutputs { _, _, outputs in
      defer { row += 1 }
      guard mismatch == nil, row < expected.count else { return }
      for (index, value) in outputs.enumerated() where !isSame(value, expected[row][index]) {
        mismatch =
          "golden case \(row + 1), \(outputNames[index]): \(value), expected \(expected[row][index]) to \(description.tolerance)"
        return
      }
    }
    if mismatch == nil, row != expected.count {
      mismatch = "golden cases give \(row) rows, expected \(expected.count)"
    }
    return mismatch
  }

  private func isSame(_ value: Double, _ expected: Double) -> Bool {
    if value.isNaN || expected.isNaN { return value.isNaN && expected.isNaN }
    return (value - expected).magnitude <= description.tolerance * max(1, expected.magnitude)
  }

  /// golden/output.csv as this program makes it.
  package func goldenOutput() -> [UInt8] {
    let hasAssets = golden.assetNames.count > 1
    var text = hasAssets ? "asset," : ""
    text += outputNames.joined(separator: ",") + "\n"
    goldenOutputs { asset, _, outputs in
      if hasAssets { text += golden.assetNames[asset] + "," }
      text += outputs.map { $0.isNaN ? "" : "\($0)" }.joined(separator: ",") + "\n"
    }
    return Array(text.utf8)
  }

  private func goldenOutputs(_ body: (_ asset: Int, _ timeNs: Int64, _ outputs: UnsafeBufferPointer<Double>) -> Void) {
    var extractors = golden.assetNames.map { _ in FeatureExtractor(plan) }
    for (number, sample) in golden.samples.enumerated() {
      let sequence = UInt64(number + 1)
      sample.values.withUnsafeBufferPointer { values in
        sample.samples.withUnsafeBufferPointer { samples in
          if specification.waveform == nil {
            extractors[sample.asset].observe(values, timeNs: sample.timeNs, sequence: sequence) { row in
              body(sample.asset, row.lastTimeNs, self.evaluate(row.values))
            }
          } else {
            extractors[sample.asset].observe(samples: samples, values, timeNs: sample.timeNs, sequence: sequence) {
              row in body(sample.asset, row.lastTimeNs, self.evaluate(row.values))
            }
          }
        }
      }
    }
    for asset in extractors.indices {
      extractors[asset].finish { row in body(asset, row.lastTimeNs, self.evaluate(row.values)) }
    }
  }
}
