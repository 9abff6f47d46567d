import Fixtures
import Foundation
import Testing

/// What `crossdock plugin new` refuses, and that a refusal leaves nothing behind.
@Suite struct PluginNewTests {
  private func refuse(_ workshop: Workshop, _ words: String...) throws -> ProgramRun {
    try workshop.run(
      [Workshop.programs + "/crossdock", "plugin", "new"] + words,
      environment: ["CROSSDOCK_SDK": Workshop.root + "/SDK"])
  }

  @Test func aNameIsSmallLettersDigitsAndDashes() throws {
    let workshop = try Workshop()
    for name in [
      "Cold", "4cold", "-cold", "cold_chain", "cold/chain", "../cold", "", String(repeating: "c", count: 41),
    ] {
      let ended = try refuse(workshop, "--role", "model", "--language", "c", "--", name)
      #expect(ended.code == 64, "\(name): \(ended.output)")
    }
    let longest = String(repeating: "c", count: 40)
    #expect(try refuse(workshop, longest, "--role", "model", "--language", "c").code == 0)
    #expect(FileManager.default.fileExists(atPath: "\(workshop.folder)/\(longest)/plugin.c"))
  }

  @Test func roleAndLanguageAreOfTheList() throws {
    let workshop = try Workshop()
    let role = try refuse(workshop, "one", "--role", "uplnk", "--language", "c")
    #expect(role.code == 64 && role.output.contains("did you mean uplink?"))
    let language = try refuse(workshop, "one", "--role", "uplink", "--language", "rust")
    #expect(language.code == 64 && language.output.contains("swift, c, python"))
    #expect(try refuse(workshop, "one", "--role", "uplink").code == 64)
    #expect(!FileManager.default.fileExists(atPath: "\(workshop.folder)/one"))
  }

  @Test func aFolderThatIsThereIsLeftAlone() throws {
    let workshop = try Workshop()
    try FileManager.default.createDirectory(atPath: "\(workshop.folder)/one", withIntermediateDirectories: true)
    let ended = try refuse(workshop, "one", "--role", "model", "--language", "python")
    #expect(ended.code == 73 && ended.output.contains("it is there already"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(workshop.folder)/one").isEmpty)
  }

  @Test func withoutAnSDKNothingIsMade() throws {
    let workshop = try Workshop()
    let ended = try refuse(workshop, "one", "--role", "model", "--language", "c", "--sdk", workshop.folder)
    #expect(ended.code == 69, "\(ended.output)")
    let names = try FileManager.default.contentsOfDirectory(atPath: workshop.folder)
    #expect(names.allSatisfy { $0.hasPrefix("output-") })
  }

  /// A checkout's own SDK is found from the program upwards; names and parts are filled in everywhere.
  @Test func nothingOfTheTemplateIsLeft() throws {
    let workshop = try Workshop()
    for (role, language) in [("model", "swift"), ("feed", "c"), ("uplink", "python")] {
      let name = "\(role)-\(language)"
      let made = try workshop.run([
        Workshop.programs + "/crossdock", "plugin", "new", name, "--role", role, "--language", language,
      ])
      #expect(made.code == 0, "\(made.output)")
      let left = try workshop.run(["grep", "-rlE", "--exclude=crossdock_*", "my-plugin|@part@", name])
      #expect(left.code == 1, "\(left.output)")
      for file in [".gitignore", "Makefile", "README.md", "plugin.toml", "sample.conf", "testcases"] {
        #expect(FileManager.default.fileExists(atPath: "\(workshop.folder)/\(name)/\(file)"), "\(name)/\(file)")
      }
    }
  }
}
