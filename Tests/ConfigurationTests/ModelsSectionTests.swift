import Foundation
import Records
import Testing

@testable import Configuration

@Suite struct ModelsSectionTests {
  private static let table = [
    PluginOptionDescription(key: "bundles", kind: .files, defaultValue: "", help: "Trained models.")
  ]

  private func model(_ bundles: [String], folder: String = "") -> ModelConfiguration {
    let position = SourcePosition(line: 7, column: 3)
    return ModelConfiguration(
      name: "pumps", plugin: "watch", reads: [], writes: [],
      options: [
        ModelOption(key: "bundles", keyPosition: position, value: .strings(bundles), valuePosition: position)
      ], position: position, file: "agent.conf", folder: folder)
  }

  @Test func sectionHasTheFolderBesideTheData() {
    let (configuration, problems) = load(minimal())
    #expect(problems == [])
    #expect(configuration?.modelStore == ModelsSection(folder: "/d/models", trustKeys: [], allowUnsigned: false))
  }

  @Test func unsignedModelsAreWarnedOf() {
    let (configuration, problems) = load(minimal(rest: "[models]\nallow_unsigned = true"))
    #expect(configuration?.modelStore.allowUnsigned == true)
    #expect(problems.count == 1 && problems[0].contains("warning: models without a signature can be installed"))
  }

  @Test func unknownKeyIsRefused() {
    let problems = load(minimal(rest: "[models]\nhost = \"x\"")).problems
    #expect(problems.count == 1 && problems[0].contains("unknown key \"host\" in [models]"))
  }

  @Test func nameOfAModelStandsForItsFiles() {
    let files = [
      OptionFile(path: "model:life/state.json", contents: [1]),
      OptionFile(path: "model:life/1.0.0/active/x", contents: [2]),
    ]
    let (options, problems) = resolveOptions(model(["model:life"]), against: Self.table) { name in
      name == "life" ? .success(files) : .failure(ModelFilesFailure(reason: "no", hint: ""))
    }
    #expect(problems.isEmpty && options == [ResolvedModelOption(key: "bundles", value: .files(files))])
  }

  @Test func modelThatIsNotThereIsAProblemWithItsPlace() {
    let (options, problems) = resolveOptions(model(["model:life", "model:other"]), against: Self.table) { name in
      .failure(ModelFilesFailure(reason: "no model of this name is installed", hint: "nothing is installed"))
    }
    #expect(options.isEmpty)
    #expect(
      problems.map(\.description) == [
        "agent.conf:7:3: error: the trained model \"life\": no model of this name is installed; nothing is installed",
        "agent.conf:7:3: error: the trained model \"other\": no model of this name is installed; nothing is installed",
      ])
  }

  @Test func withoutAStoreANameIsAProblem() {
    let problems = checkOptions(model(["model:life"]), against: Self.table)
    #expect(
      problems.count == 1
        && problems[0].message == "\"model:life\" names a trained model, and there is no store of them here")
  }
}
