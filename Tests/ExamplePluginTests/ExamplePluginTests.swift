import Fixtures
import Foundation
import Logging
import PluginRuntime
import Records
import Testing

@Suite(.serialized) struct ExamplePluginTests {
  @Test(arguments: ExampleFolder.present) func testsOfTheFolderPass(_ name: String) throws {
    // The same sources of the cold-chain watch are tested by this package: its own package would build them once more.
    guard name != "ColdChainWatch" else { return }
    let folder = try ExampleFolder(name)
    let tested = try run("/usr/bin/make", ["-s", "-C", folder.path, "test"])
    #expect(tested.code == 0, "\(tested.output)")
  }

  @Test(arguments: ExampleFolder.present) func pluginSaysOfItselfWhatItsFileSays(_ name: String) throws {
    let folder = try ExampleFolder(name)
    let readme = try folder.text("README.md")
    let session = try PluginSession(
      try folder.launch(options: ["host": "127.0.0.1", "port": "502", "folder": "/tmp"]), writes: [],
      log: Logger(label: "example"))
    let hello = session.hello
    #expect(hello.name == folder.manifest.name && hello.version == folder.manifest.version.text)
    #expect(hello.role == folder.manifest.role && hello.summary == folder.manifest.summary)
    // Each option is explained to people, and shown in the sample.
    let sample = try folder.text("sample.conf")
    for option in hello.options {
      #expect(readme.contains("| `\(option.key)` |"), "README.md has no \(option.key)")
      #expect(sample.contains("\(option.key) = "), "sample.conf has no \(option.key)")
      #expect(!option.help.isEmpty)
    }
    session.close()
  }

  @Test(arguments: ExampleFolder.present) func casesPassInTheHost(_ name: String) throws {
    let folder = try ExampleFolder(name)
    let tested = try run("\(Repository.programs)/crossdock", ["plugin", "test", folder.unhurried, "--no-build"])
    #expect(tested.code == 0, "\(tested.output)")
    #expect(tested.output.contains("cases passed"))
  }

  @Test(arguments: ExampleFolder.present) func sampleIsAConfigurationOfTheInstalledPlugin(_ name: String) throws {
    let box = try ExampleBox([name], brokerPort: 1883) { $0 }
    let checked = try box.crossdock("check-config", "--config", box.configuration)
    #expect(checked.code == 0, "\(checked.output)")
    // Every option that the sample shows as a comment is one that may be set, and to that value.
    let uncommented = try String(contentsOfFile: box.configuration, encoding: .utf8)
      .replacing(/(?m)^# (?=[a-z_]+ = )/, with: "")
    try uncommented.write(toFile: box.configuration, atomically: true, encoding: .utf8)
    let full = try box.crossdock("check-config", "--config", box.configuration)
    #expect(full.code == 0, "\(full.output)")
  }
}
