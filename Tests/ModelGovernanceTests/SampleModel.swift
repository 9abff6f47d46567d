import Fixtures
import SignalFeatures

@testable import ModelGovernance

/// A small model as the files of a bundle: one input, the mean of its last two values, one tree with a step at 50.
struct SampleModel {
  var name = "pump-life"
  var version = "1.0.0"
  var task = "regression"
  var summary = "It is a sample."
  /// Below and from the step on.
  var leaves = (10.0, 20.0)
  /// More members of model.json.
  var more = ""
  var featureCount = 2
  var reference: String?
  var artefactFormat = "lightgbm"
  var hash: String?
  var goldenOutput: String?

  var features: [UInt8] {
    Array(
      """
      {"name":"pump","version":"1.0.0","inputs":[{"name":"pressure"}],
       "features":[{"name":"pressure_mean","input":"pressure","statistic":"mean","count":\(featureCount)}]}
      """.utf8)
  }

  var tree: [UInt8] { Array(SteppedTree.text(input: "pressure_mean", leaves: leaves).utf8) }

  var model: [UInt8] {
    let known = (try? FeatureSpecification.parse(features).hashText) ?? ""
    return Array(
      """
      {"format":"crossdock-model","format_version":1,"name":"\(name)","version":"\(version)","task":"\(task)",
       "summary":"\(summary)","license":"CC0-1.0","features":"\(hash ?? known)",
       "artefacts":[{"file":"tree.txt","format":"\(artefactFormat)","role":"point"}],
       "training":{"data":"none","identity":"none"}\(more)}
      """.utf8)
  }

  var files: [String: [UInt8]] {
    var files = [
      "model.json": model, "features.json": features, "tree.txt": tree,
      "golden/input.csv": Array("pressure\n40\n50\n60\n80\n".utf8),
    ]
    if let reference { files["reference.json"] = Array(reference.utf8) }
    if let goldenOutput {
      files["golden/output.csv"] = Array(goldenOutput.utf8)
    } else if let made = try? ModelVersion(files: files).goldenOutput() {
      files["golden/output.csv"] = made
    }
    return files
  }

  /// As the host hands them over.
  func entries(_ stage: String) -> [(path: String, contents: [UInt8])] {
    files.sorted { $0.key < $1.key }.map { ("model:\(name)/\(version)/\(stage)/\($0.key)", $0.value) }
  }

  static func state(
    _ name: String = "pump-life", decided: Int = 0, revision: Int = 1, damage: String = "", life: String = "",
    changes: String = ""
  ) -> (path: String, contents: [UInt8]) {
    (
      "model:\(name)/state.json",
      Array(
        (#"{"name":"\#(name)","instance":"pumps","life":"\#(life)","revision":\#(revision),"#
          + #""decided":\#(decided),"changes":[\#(changes)],"damage":{\#(damage)}}"#).utf8)
    )
  }
}

/// What became of records that were fed to a governance.
struct Judged: Equatable {
  var version: String
  var point: Double
}

extension ModelGovernance {
  static func of(
    _ versions: [(stage: String, model: SampleModel)], decided: Int = 0, damage: String = "", life: String = "",
    revision: Int = 1, changes: String = ""
  ) throws -> ModelGovernance {
    let governance = try ModelGovernance(
      files: [SampleModel.state(decided: decided, revision: revision, damage: damage, life: life, changes: changes)]
        + versions.flatMap { $1.entries($0) })
    governance.bind(stream: 0, name: "telemetry", columns: ["other", "pressure"])
    return governance
  }

  @discardableResult func feed(
    _ values: [Double], from first: UInt64 = 1, source: UInt32 = 0, stream: Int = 0, clockUs: (() -> Int64)? = nil
  ) -> [Judged] {
    var judged: [Judged] = []
    for (offset, value) in values.enumerated() {
      [0, value].withUnsafeBufferPointer { columns in
        observe(
          GovernedSample(
            stream: stream, source: source, sequence: first + UInt64(offset),
            timeNs: Int64(first + UInt64(offset)) * 1_000_000_000, columns: columns,
            samples: UnsafeBufferPointer(start: nil, count: 0)), clockUs: clockUs
        ) { verdict, _ in
          judged.append(Judged(version: verdict.version.description.version, point: verdict.point))
        }
      }
    }
    return judged
  }

  func command(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { command($0, stream: 0, sequence: 99) }
  }

  var eventTexts: [String] { takeEvents().map { String(decoding: $0, as: UTF8.self) } }
}
