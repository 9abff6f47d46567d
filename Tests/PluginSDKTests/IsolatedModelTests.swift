import Fixtures
import Foundation
import Testing

/// The models that the agent links in are plugins by the same contract: their shared objects pass the same cases in a confined
/// process of their own.
@Suite struct IsolatedModelTests {
  @Test(arguments: [
    ("PickRouting", "pick-routing"), ("PredictiveMaintenance", "predictive-maintenance"),
    ("StopSequencing", "stop-sequencing"),
  ])
  func aBuiltInModelPassesItsCasesInAProcessOfItsOwn(_ source: String, _ name: String) throws {
    let object = "\(Workshop.programs)/lib\(name).so"
    let workshop = try Workshop()
    let place = "\(workshop.folder)/\(name)"
    try FileManager.default.copyItem(atPath: "\(Workshop.root)/Plugins/\(source)", toPath: place)
    try FileManager.default.copyItem(atPath: object, toPath: "\(place)/\(name).so")
    // A debug build links Swift's libraries where the toolchain has them, and a confined model reads nothing but its folder.
    let libraries = try workshop.run(["ldd", object]).output.split(separator: "\n")
      .compactMap { $0.split(separator: " ").dropFirst(2).first.map(String.init) }
      .filter { $0.contains("/swift/") }
    for library in libraries {
      try FileManager.default.copyItem(
        atPath: library, toPath: "\(place)/\(URL(fileURLWithPath: library).lastPathComponent)")
    }
    let manifest = try String(contentsOfFile: "\(place)/plugin.toml", encoding: .utf8)
      .replacing("builtin = true", with: "artefact = \"\(name).so\"")
    try manifest.write(toFile: "\(place)/plugin.toml", atomically: true, encoding: .utf8)
    try Workshop.allowTime(place)
    let ended = try workshop.run([Workshop.programs + "/crossdock", "plugin", "test", "--no-build", place])
    #expect(ended.code == 0, "\(ended.output)")
    #expect(ended.output.contains("cases passed"), "\(ended.output)")
  }
}
