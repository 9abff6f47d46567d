import Foundation
import Records
import Testing

@testable import PluginBundles

private let occasion = ModelState.Occasion(nowNs: 1_795_000_000_000_000_000, reason: "because")

private func model(_ text: String = "1.0.0", content: String = "tree") -> ModelBundle {
  ModelBundle(
    name: "pump", version: version(text), summary: "It guesses.", license: "MIT",
    files: [
      BundleFile(path: "model.json", bytes: Array("{}".utf8)),
      BundleFile(path: "golden/input.csv", bytes: Array("\(content) of \(text)".utf8)),
    ], createdNs: 1_790_000_000_123_456_789)
}

private func take(_ store: ModelStore, _ text: String, as stage: ModelState.Stage, key: String? = "K") throws {
  try store.take(try store.stage(model(text), key: key), as: stage, occasion)
}

private func stages(_ place: String) throws -> [String: String] {
  guard let state = try ModelStore.state("pump", in: place) else { return [:] }
  var found: [String: String] = [:]
  for stage in ModelState.Stage.allCases { found[stage.rawValue] = state[stage]?.text }
  return found
}

@Suite struct ModelStoreTests {
  let folder: TemporaryFolder
  var place: String { "\(folder.path)/models" }

  init() throws { folder = try TemporaryFolder() }

  /// Whoever may send commands gives their reasons: a state that grew too large to be read would keep the agent from starting.
  @Test func noReasonMakesTheStateUnreadable() throws {
    let store = try ModelStore(folder: place)
    try take(store, "1.0.0", as: .active)
    try take(store, "1.1.0", as: .active)
    for reason in [String(repeating: "\u{1}", count: 5000), "👩🏽‍🚀" + String(repeating: "\u{301}", count: 5000)] {
      let longest = ModelState.Occasion(
        nowNs: occasion.nowNs, by: reason, reason: String(repeating: reason, count: 400))
      for _ in 0..<ModelState.maxHistory { _ = try store.rollBack("pump", longest, allowsUnsigned: true) }
      let state = try #require(try ModelStore.state("pump", in: place))
      #expect(state.history.count == ModelState.maxHistory)
      #expect(state.history.allSatisfy { $0.reason.utf8.count <= ModelState.maxReasonBytes })
    }
  }

  @Test func modelThatIsInstalledAnewHasAnotherLife() throws {
    let store = try ModelStore(folder: place)
    try take(store, "1.0.0", as: .active)
    let life = try #require(try ModelStore.state("pump", in: place)).life
    try take(store, "1.1.0", as: .shadow)
    #expect(try ModelStore.state("pump", in: place)?.life == life)
    _ = try store.remove("pump")
    try store.take(try store.stage(model(), key: "K"), as: .active, ModelState.Occasion(nowNs: occasion.nowNs + 1))
    #expect(try #require(try ModelStore.state("pump", in: place)).life != life)
  }

  @Test func bundleOfAModelComesBackByteForByte() throws {
    let made = model()
    let read = try ModelBundle(decoding: try made.encoded())
    #expect(read == made && read.fileName == "pump-1.0.0.cdm")
    #expect(throws: CrossdockError.self) { try PluginBundle(decoding: try made.encoded()) }
    #expect(throws: CrossdockError.self) { try ModelBundle(decoding: try bundle().encoded()) }
  }

  @Test func versionsGoFromStagedToShadowToActiveToPreviousAndBack() throws {
    let store = try ModelStore(folder: place)
    try take(store, "1.0.0", as: .active)
    try take(store, "1.1.0", as: .staged)
    #expect(try stages(place) == ["active": "1.0.0", "staged": "1.1.0"])
    #expect(try store.promote("pump", occasion, allowsUnsigned: true) == (.shadow, version("1.1.0")))
    #expect(try stages(place) == ["active": "1.0.0", "shadow": "1.1.0"])
    #expect(try store.promote("pump", occasion, allowsUnsigned: true) == (.active, version("1.1.0")))
    #expect(try stages(place) == ["active": "1.1.0", "previous": "1.0.0"])
    #expect { try store.promote("pump", occasion, allowsUnsigned: true) } throws: {
      ($0 as? CrossdockError)?.reason == "it has no version in shadow and none that is staged"
    }
    try take(store, "1.2.0", as: .active)
    #expect(try stages(place) == ["active": "1.2.0", "previous": "1.1.0"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(place)/pump").sorted() == ["1.1.0", "1.2.0", "state.json"])
    #expect(try store.rollBack("pump", occasion, allowsUnsigned: true).to == version("1.1.0"))
    #expect(try stages(place) == ["active": "1.1.0", "previous": "1.2.0"])
    try take(store, "1.3.0", as: .shadow)
    try store.drop("pump", version("1.3.0"), occasion)
    #expect { try store.drop("pump", version("1.1.0"), occasion) } throws: {
      ($0 as? CrossdockError)?.reason == "it is the active one"
    }
    let state = try store.state("pump")
    #expect(state.revision == 8 && state.history.map(\.what).last == "removed")
    #expect(try ModelState(json: state.encoded(), path: "x") == state)
  }

  /// It was installed when that was allowed; now it is not, and what is active stays.
  @Test func versionWithoutASignatureComesBackOnlyWhereThatIsAllowed() throws {
    let store = try ModelStore(folder: place)
    try take(store, "1.0.0", as: .active, key: nil)
    try take(store, "1.1.0", as: .active)
    try take(store, "1.2.0", as: .staged, key: nil)
    let before = try store.state("pump")
    for change in [
      { _ = try store.rollBack("pump", occasion, allowsUnsigned: false) },
      { _ = try store.promote("pump", occasion, allowsUnsigned: false) },
    ] as [() throws -> Void] {
      #expect { try change() } throws: {
        ($0 as? CrossdockError)?.reason == "it was installed without a signature, and allow_unsigned is false"
      }
      #expect(try store.state("pump") == before)
    }
    #expect(try store.promote("pump", occasion, allowsUnsigned: true) == (.shadow, version("1.2.0")))
    #expect(throws: CrossdockError.self) { try store.promote("pump", occasion, allowsUnsigned: false) }
    #expect(try store.rollBack("pump", occasion, allowsUnsigned: true).to == version("1.0.0"))
    // Forward again: that one is signed.
    #expect(try store.rollBack("pump", occasion, allowsUnsigned: false).to == version("1.1.0"))
  }

  @Test func damagedVersionIsNotPromoted() throws {
    let store = try ModelStore(folder: place)
    try take(store, "1.0.0", as: .active)
    try take(store, "1.1.0", as: .shadow)
    try Data("x".utf8).write(to: URL(filePath: "\(place)/pump/1.1.0/golden/input.csv"))
    #expect { try store.promote("pump", occasion, allowsUnsigned: true) } throws: {
      ($0 as? CrossdockError)?.reason == "golden/input.csv was changed"
    }
    #expect(try ModelStore.model("pump", in: place)?.damage() == ["1.1.0: golden/input.csv was changed"])
    try take(store, "1.1.0", as: .shadow)
    #expect(try store.promote("pump", occasion, allowsUnsigned: true).stage == .active)
  }

  @Test func decisionsOfTheAgentAreTakenOnceAndOnlyWhereTheyFit() throws {
    let store = try ModelStore(folder: place)
    try take(store, "1.0.0", as: .active)
    try take(store, "1.1.0", as: .shadow)
    func decision(_ number: Int, _ kind: ModelDecision.Kind, _ from: String, _ to: String) -> ModelDecision {
      ModelDecision(
        instance: "pumps", number: number, kind: kind, from: version(from), to: version(to), by: "drift", reason: "r")
    }
    #expect(try store.take(decision(1, .promoted, "1.0.0", "1.1.0"), about: "pump", nowNs: 1))
    #expect(try !store.take(decision(1, .promoted, "1.0.0", "1.1.0"), about: "pump", nowNs: 1))
    #expect(try stages(place) == ["active": "1.1.0", "previous": "1.0.0"])
    #expect(try store.take(decision(2, .rolledBack, "1.1.0", "1.0.0"), about: "pump", nowNs: 2))
    #expect(try stages(place) == ["active": "1.0.0", "previous": "1.1.0"])
    // Somebody was faster: counted, and nothing else.
    try take(store, "3.0.0", as: .active)
    #expect(try store.take(decision(3, .rolledBack, "1.0.0", "1.1.0"), about: "pump", nowNs: 3))
    #expect(try stages(place) == ["active": "3.0.0", "previous": "1.0.0"])
    #expect(try store.state("pump").decided == ["pumps": 3])
    #expect(try store.state("pump").history.last?.what == "decision does not fit any more")
  }

  @Test(arguments: [
    "{}", "{\"format\":2}", "[]",
    #"{"format":1,"revision":1,"active":"1.0.0","shadow":"1.0.0","decided":{},"versions":[],"history":[]}"#,
    #"{"format":1,"revision":1,"decided":{},"versions":[],"history":[]}"#,
    #"{"format":1,"revision":1,"active":"1.0.0","decided":{},"versions":[],"history":[]}"#,
  ])
  func damagedStateIsRefused(text: String) {
    #expect(throws: CrossdockError.self) { try ModelState(json: Array(text.utf8), path: "state.json") }
  }
}

@Suite struct ModelStoreCrashTests {
  private static let changes: [(name: String, run: @Sendable (ModelStore) throws -> Void, after: [String: String])] = [
    ("install", { try take($0, "1.2.0", as: .active) }, ["active": "1.2.0", "previous": "1.0.0", "shadow": "1.1.0"]),
    ("another shadow", { try take($0, "1.2.0", as: .shadow) }, ["active": "1.0.0", "shadow": "1.2.0"]),
    (
      "promote", { _ = try $0.promote("pump", occasion, allowsUnsigned: true) },
      ["active": "1.1.0", "previous": "1.0.0"]
    ),
    (
      "decision",
      {
        _ = try $0.take(
          ModelDecision(
            instance: "pumps", number: 1, kind: .promoted, from: version("1.0.0"), to: version("1.1.0"), by: "rule",
            reason: ""), about: "pump", nowNs: 1)
      }, ["active": "1.1.0", "previous": "1.0.0"]
    ),
    ("mend", { try take($0, "1.1.0", as: .shadow) }, ["active": "1.0.0", "shadow": "1.1.0"]),
  ]

  @Test(arguments: 0..<5) func everyCutLeavesTheModelsAsBeforeOrAsAfter(change index: Int) throws {
    var generator = SeededGenerator(for: "everyCutLeavesTheModelsAsBeforeOrAsAfter(\(index))")
    let (name, change, after) = Self.changes[index]
    try cutEverywhere(name, &generator) { (store: ModelStore) in
      try take(store, "1.0.0", as: .active)
      try take(store, "1.1.0", as: .shadow)
    } change: { store in
      try change(store)
    } look: { place in
      try stages(place)
    } check: { place, step, before, isDone in
      do { _ = try ModelStore(folder: place) }
      let found = try stages(place)
      #expect(isDone ? found == after : found == before || found == after, "\(name), step \(step): \(found)")
      #expect(try ModelStore.model("pump", in: place)?.damage() == [], "\(name), step \(step)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(place)/pump").sorted()
          == (found.values + ["state.json"]).sorted(), "\(name), step \(step)")
      let store = try ModelStore(folder: place)
      try take(store, "3.0.0", as: .active)
      #expect(try stages(place)["active"] == "3.0.0")
    }
  }
}
