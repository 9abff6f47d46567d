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

  @Test(arguments: ExampleFolder.present) func casesGiveWhatTheyExpect(_ name: String) throws {
    let folder = try ExampleFolder(name)
    let cases = TestCaseFolder.all(of: folder)
    // A feed and an uplink have another side, which their own tests make.
    #expect(cases.count >= (folder.manifest.role == .feed || folder.manifest.role == .uplink ? 0 : 2))
    for testCase in cases { try testCase.check(folder) }
  }
}
