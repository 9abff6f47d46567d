import Fixtures
import Foundation
import Records
import Testing

@testable import Configuration

@Suite struct PluginsSectionTests {
  private static let key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
  private static let second = String(
    decoding: Base64.encode(Array("Ed".utf8) + [UInt8](repeating: 7, count: 40)), as: UTF8.self)

  @Test func withoutTheSectionNothingIsTrusted() {
    let (configuration, problems) = load(minimal())
    #expect(problems == [])
    #expect(
      configuration?.plugins == PluginsSection(folder: "/d/plugins", trustKeys: [], allowUnsigned: false, host: nil))
  }

  @Test func keysAreReadFromTheirFilesAndPathsAreRelative() throws {
    let folder = try TemporaryFolder()
    try folder.write("untrusted comment: minisign public key\n\(Self.second)\n", to: "dock.pub")
    let (configuration, problems) = load(
      minimal(
        rest: """
          [plugins]
          folder = "plug"
          host = "bin/host"
          trust_keys = ["\(Self.key)", "dock.pub"]
          """), path: "\(folder.path)/agent.conf")
    #expect(problems == [])
    let plugins = try #require(configuration?.plugins)
    #expect(plugins.folder == "\(folder.path)/plug")
    #expect(plugins.host == "\(folder.path)/bin/host")
    #expect(
      plugins.trustKeys == [
        TrustKey(text: Self.key, origin: "\(folder.path)/agent.conf"),
        TrustKey(text: Self.second, origin: "\(folder.path)/dock.pub"),
      ])
  }

  @Test func unsignedPluginsAreWarnedOf() {
    let (configuration, problems) = load(minimal(rest: "[plugins]\nallow_unsigned = true"))
    #expect(configuration?.plugins.allowUnsigned == true)
    #expect(
      problems.count == 1
        && problems[0].hasSuffix(
          """
          warning: plugins without a signature can be installed; on a box in use, name the keys in "trust_keys" instead
          """)
    )
  }

  @Test(arguments: [
    ("trust_keys = [\"\"]", "error: \"trust_keys\" has an entry that is neither a key nor a path"),
    (
      "trust_keys = [\"RWQx\"]",
      "error: \"trust_keys\": cannot read \"RWQx\": no such file or directory; if it is meant to be a key: it is damaged"
    ),
    (
      "trust_keys = [\"/dev/null\"]",
      """
      error: "trust_keys": "/dev/null" holds no public key in minisign's format; crossdock plugin sign --new-key FILE \
      writes FILE and FILE.pub; this is the place of the second
      """
    ),
    ("trust_keys = [\"\(key)\", \"\(key)\"]", "error: this key stands twice in \"trust_keys\""),
    ("trust_key = []", "error: unknown key \"trust_key\" in [plugins]; did you mean \"trust_keys\"?"),
  ])
  func badEntryIsRefused(line: String, problem: String) {
    let problems = load(minimal(rest: "[plugins]\n\(line)")).problems
    #expect(problems.count == 1 && problems[0].hasSuffix(problem))
  }
}
