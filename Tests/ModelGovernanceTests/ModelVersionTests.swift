import SignalFeatures
import Testing

@testable import ModelGovernance

@Suite struct ModelVersionTests {
  private func reason(_ model: SampleModel, without file: String? = nil) -> String {
    var files = model.files
    if let file { files[file] = nil }
    do {
      _ = try ModelVersion(files: files)
      return "loaded"
    } catch {
      return "\(error)"
    }
  }

  @Test func goldenCasesOfAWholeBundleComeOut() throws {
    let version = try ModelVersion(files: SampleModel().files)
    #expect(version.goldenMismatch() == nil)
    #expect(String(decoding: version.goldenOutput(), as: UTF8.self) == "point\n10.0\n10.0\n20.0\n20.0\n")
  }

  @Test func everyMismatchOfGoldenCasesIsNamed() throws {
    func mismatch(_ output: String) throws -> String? {
      try ModelVersion(files: SampleModel(goldenOutput: output).files).goldenMismatch()
    }
    #expect(
      try mismatch("point\n10\n10\n20.1\n20\n") == "golden case 3, point: 20.0, expected 20.1 to 1e-09")
    #expect(try mismatch("point\n10\n10\n20\n") == "golden cases give 4 rows, expected 3")
    #expect(try mismatch("point\n10\n10\n\n20\n") == "golden case 3, point: 20.0, expected nan to 1e-09")
    #expect(try mismatch("point\n10\n10\n20.00000001\n20\n") == nil)
  }

  @Test(arguments: [
    (SampleModel(hash: "0123456789abcdef"), "features.json: its hash is "),
    (SampleModel(artefactFormat: "pickle"), "tree.txt: the format \"pickle\" is not known; known are lightgbm"),
    (SampleModel(artefactFormat: "onnx"), "tree.txt: "),
    (SampleModel(name: "Pump"), "model.json: line 1, column 55: name: \"Pump\" is no name"),
    (SampleModel(version: "1.0"), "model.json: line 1, column 77: version: \"1.0\" is no version"),
    (SampleModel(task: "oracle"), "model.json: line 1, column 92: task: \"oracle\" is not known"),
    (
      SampleModel(summary: String(repeating: "s", count: 201)),
      "model.json: line 2, column 12: summary: the text is longer than 200 bytes"
    ),
    (SampleModel(summary: "a\\u0000b"), "model.json: line 2, column 12: summary: there is a zero byte"),
    (SampleModel(more: ",\"colour\":1"), "model.json: line 4, column 47: colour: there is no such member"),
    (
      SampleModel(more: ",\"alert\":{\"warning\":5,\"critical\":4}"),
      "model.json: line 4, column 55: alert: critical is"
    ),
    (SampleModel(reference: "{\"features\":[{\"name\":\"x\"}]}"), "reference.json: line 1, column 22: "),
    (
      SampleModel(
        reference: "{\"features\":[{\"name\":\"pressure_mean\",\"edges\":[2,1],\"shares\":[0.5,0.25,0.25]}]}"),
      "reference.json: line 1, column 14: features[0]: edges ascend"
    ),
  ])
  func badBundleIsRefusedWithThePlace(model: SampleModel, expected: String) {
    #expect(reason(model).hasPrefix(expected), "\(reason(model))")
  }

  @Test(arguments: ["model.json", "features.json", "tree.txt", "golden/input.csv"])
  func missingFileIsNamed(file: String) {
    #expect(reason(SampleModel(), without: file) == "\(file): it is missing")
  }

  @Test func calibrationClipsAndOrders() throws {
    var model = SampleModel(task: "rul")
    model.more =
      ",\"calibration\":{\"method\":\"split\",\"coverage\":0.8,\"lower_offset\":3,\"upper_offset\":4,\"floor\":0,\"ceiling\":22}"
    let version = try ModelVersion(files: model.files)
    #expect(version.outputNames == ["point", "lower", "upper"])
    let outputs = [60.0].withUnsafeBufferPointer { Array(version.evaluate($0)) }
    #expect(outputs == [20, 17, 22])
  }

  @Test func notANumberIsMissingToATreeAndStaysDefined() throws {
    let version = try ModelVersion(files: SampleModel().files)
    for value in [Double.nan, .infinity, -.infinity] {
      let output = [value].withUnsafeBufferPointer { version.evaluate($0)[0] }
      #expect(output == 10 || output == 20)
    }
  }

  @Test func contributionsSumToTheRawScore() throws {
    let version = try ModelVersion(files: SampleModel().files)
    let added = [60.0].withUnsafeBufferPointer { row in
      version.contributions(row, outputs: version.evaluate(row))
    }
    #expect(added.map(\.feature) == ["pressure_mean"] && added[0].value == 5)
  }

  /// `crossdock explain` shows what the contributions are counted from: with it they come to the output.
  @Test func contributionsAndTheExpectedScoreComeToTheOutput() throws {
    let version = try ModelVersion(files: SampleModel().files)
    for value in [40.0, 49, 50, 80] {
      try [value].withUnsafeBufferPointer { row in
        let outputs = version.evaluate(row)
        let point = outputs[0]
        let sum = try #require(version.scoreOfContributions(row, outputs: outputs))
        let added = version.contributions(row, outputs: outputs).reduce(0) { $0 + $1.value }
        #expect((sum.expected + added - point).magnitude < 1e-9 && sum.score == point, "\(sum) and \(point)")
        #expect(sum.expected != point)
      }
    }
  }
}
