import CrossdockPlugin
import Fixtures
import SignalFeatures

@testable import ModelGovernance

/// A small bundle: remaining life is 100 cycles while the mean of the last two temperatures is below 50, and 10 from there on.
struct SampleBundle {
  var version = "1.0.0"
  var featureCount = 2
  /// In model.json in place of the right one.
  var hash: String?
  var worn = 10.0
  /// Further members of model.json, with a comma in front.
  var more = ""

  private var features: [UInt8] {
    Array(
      """
      {"name":"motor","version":"1.0.0","inputs":[{"name":"motor_c"}],
       "features":[{"name":"motor_c_mean","input":"motor_c","statistic":"mean","count":\(featureCount)}]}
      """.utf8)
  }

  private var tree: [UInt8] { Array(SteppedTree.text(input: "motor_c_mean", leaves: (100, worn)).utf8) }

  private var model: [UInt8] {
    let known = (try? FeatureSpecification.parse(features).hashText) ?? ""
    return Array(
      """
      {"format":"crossdock-model","format_version":1,"name":"motor-life","version":"\(version)","task":"rul",
       "summary":"It is a sample.","license":"CC0-1.0","features":"\(hash ?? known)","unit":"cycles",
       "artefacts":[{"file":"tree.txt","format":"lightgbm","role":"point"}],
       "calibration":{"method":"split","coverage":0.8,"lower_offset":2,"upper_offset":3,"floor":0,"ceiling":125},
       "alert":{"warning":50,"critical":5},"training":{"data":"none","identity":"none"}\(more)}
      """.utf8)
  }

  func files(_ stage: String) -> [PluginContext.File] {
    var files = [
      "model.json": model, "features.json": features, "tree.txt": tree,
      "golden/input.csv": Array("motor_c\n40\n50\n60\n80\n".utf8),
    ]
    if let made = try? ModelVersion(files: files).goldenOutput() { files["golden/output.csv"] = made }
    return files.sorted { $0.key < $1.key }.map {
      PluginContext.File(path: "model:motor-life/\(version)/\(stage)/\($0.key)", contents: $0.value)
    }
  }

  static let state = state(decided: 0)

  static func state(decided: Int) -> PluginContext.File {
    PluginContext.File(
      path: "model:motor-life/state.json",
      contents: Array(
        #"{"name":"motor-life","instance":"motors","revision":1,"decided":\#(decided),"damage":{}}"#.utf8))
  }
}
