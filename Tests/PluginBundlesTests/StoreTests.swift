import Fixtures
import Foundation
import Platform
import Records
import Seeded
import Synchronization
import Testing

@testable import PluginBundles

private let now: Int64 = 1_795_000_000_000_000_000

private func install(_ store: PluginStore, _ bundle: PluginBundle, key: String? = "K") throws {
  try store.activate(try store.stage(bundle, key: key), nowNs: now)
}

private func names(_ path: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: path).sorted()
}

@Suite struct StoreTests {
  let folder: TemporaryFolder
  var place: String { "\(folder.path)/plugins" }

  init() throws { folder = try TemporaryFolder() }

  @Test func installedVersionIsInUseAndTheOneBeforeStays() throws {
    let store = try PluginStore(folder: place)
    #expect(try PluginStore.plugins(in: place).plugins.isEmpty)
    for version in ["1.0.0", "1.1.0", "1.2.0"] { try install(store, try bundle("watch", version)) }
    let plugin = try #require(try PluginStore.plugin("watch", in: place))
    #expect(plugin.state.current == version("1.2.0") && plugin.state.previous == version("1.1.0"))
    #expect(plugin.isSigned && plugin.state.isEnabled && plugin.damage() == [])
    #expect(try names("\(place)/watch") == ["1.1.0", "1.2.0", "state.json"])
    #expect(try names(place) == [".lock", "watch"])
    let mode =
      try FileManager.default.attributesOfItem(atPath: "\(plugin.folder)/bin/watch.so")[.posixPermissions] as? Int
    #expect(mode == 0o755)
  }

  @Test func standingSaysWhatAnInstallWouldDo() throws {
    let store = try PluginStore(folder: place)
    #expect(try store.standing(of: try bundle("watch", "1.1.0")) == .new)
    try install(store, try bundle("watch", "1.0.0"))
    try install(store, try bundle("watch", "1.1.0"))
    #expect(try store.standing(of: try bundle("watch", "1.1.0")) == .same)
    #expect(try store.standing(of: try bundle("watch", "1.2.0")) == .upgrade(from: version("1.1.0")))
    #expect(try store.standing(of: try bundle("watch", "1.0.0")) == .downgrade(from: version("1.1.0")))
    #expect(try store.standing(of: try bundle("watch", "1.1.0-rc.1")) == .downgrade(from: version("1.1.0")))
    for version in ["1.0.0", "1.1.0"] {
      #expect {
        try store.standing(of: try bundle("watch", version, content: "other"))
      } throws: { ($0 as? CrossdockError)?.reason == "this version is installed with other contents" }
    }
  }

  /// What a version says of itself comes and goes with it, and takes part in no other version.
  @Test func whatAPluginSaysStaysWithItsVersion() throws {
    func says(_ key: String) -> PluginStatement {
      PluginStatement(
        role: .model,
        options: [
          .init(key: key, type: 2, defaultValue: nil, help: "a \"number\"\n\u{1}ü"),
          .init(key: "name", type: 1, defaultValue: "", help: ""),
        ])
    }
    let store = try PluginStore(folder: place)
    try install(store, try bundle("watch", "1.0.0"))
    #expect(try store.plugin("watch").says == nil)
    try store.setSays("watch", version("1.0.0"), says("old"))
    try store.activate(try store.stage(try bundle("watch", "1.1.0"), key: nil), says: says("new"), nowNs: now)
    #expect(try PluginStore.plugin("watch", in: place)?.says == says("new"))
    _ = try store.rollback("watch", allowsUnsigned: true)
    #expect(try PluginStore.plugin("watch", in: place)?.says == says("old"))
    let tooMuch = PluginStatement(
      role: .model, options: [.init(key: "k", type: 1, defaultValue: String(repeating: "x", count: 100_000), help: "")])
    try store.setSays("watch", version("1.0.0"), tooMuch)
    #expect(try store.plugin("watch").says == says("old"))
  }

  @Test func rollbackGoesThereAndBack() throws {
    let store = try PluginStore(folder: place)
    try install(store, try bundle("watch", "1.0.0"))
    #expect { try store.rollback("watch", allowsUnsigned: true) } throws: {
      ($0 as? CrossdockError)?.reason == "there is no version before 1.0.0"
    }
    try install(store, try bundle("watch", "1.1.0"))
    try store.setParked("watch", "crashed ten times")
    #expect(try store.rollback("watch", allowsUnsigned: true) == (version("1.1.0"), version("1.0.0")))
    let plugin = try store.plugin("watch")
    #expect(plugin.manifest.plugin.version == version("1.0.0") && plugin.state.parked == nil)
    #expect(try store.rollback("watch", allowsUnsigned: true) == (version("1.0.0"), version("1.1.0")))
    try FileManager.default.removeItem(atPath: "\(place)/watch/1.0.0/plugin.toml")
    #expect { try store.rollback("watch", allowsUnsigned: true) } throws: {
      ($0 as? CrossdockError)?.reason == "plugin.toml is missing"
        && ($0 as? CrossdockError)?.hint == "install the bundle of 1.0.0 again with --allow-downgrade"
    }
    #expect(try store.plugin("watch").state.current == version("1.1.0"))
  }

  /// A newer one is installed without being asked twice.
  @Test func damagedNewerVersionIsInstalledAgainAsAnyOther() throws {
    let store = try PluginStore(folder: place)
    try install(store, try bundle("watch", "1.0.0"))
    try install(store, try bundle("watch", "1.1.0"))
    _ = try store.rollback("watch", allowsUnsigned: true, because: "it crashed")
    try FileManager.default.removeItem(atPath: "\(place)/watch/1.1.0/plugin.toml")
    #expect { try store.rollback("watch", allowsUnsigned: true) } throws: {
      ($0 as? CrossdockError)?.hint == "install the bundle of 1.1.0 again"
    }
  }

  @Test func returnByItselfIsWrittenDownUntilAnotherVersionIsInUse() throws {
    let store = try PluginStore(folder: place)
    try install(store, try bundle("watch", "1.0.0"))
    try install(store, try bundle("watch", "1.1.0"))
    #expect(try store.plugin("watch").state.returned == nil)
    _ = try store.rollback("watch", allowsUnsigned: true, because: "it crashed\n\u{1}")
    let returned = PluginReturned(from: version("1.1.0"), reason: "it crashed\n\u{1}")
    #expect(try PluginStore.plugin("watch", in: place)?.state.returned == returned)
    // It stays as it is mended, parked and enabled.
    try install(store, try bundle("watch", "1.0.0"))
    try store.setParked("watch", "it crashed")
    try store.setEnabled("watch", true)
    #expect(try store.plugin("watch").state.returned == returned)
    _ = try store.rollback("watch", allowsUnsigned: true)
    #expect(try store.plugin("watch").state.returned == nil)
    _ = try store.rollback("watch", allowsUnsigned: true, because: "it crashed")
    try install(store, try bundle("watch", "1.2.0"))
    #expect(try store.plugin("watch").state.returned == nil)
  }

  @Test func rollbackToAVersionWithoutASignatureIsRefusedUnlessItIsAllowed() throws {
    let store = try PluginStore(folder: place)
    try install(store, try bundle("watch", "1.0.0"), key: nil)
    try install(store, try bundle("watch", "1.1.0"))
    #expect { try store.rollback("watch", allowsUnsigned: false) } throws: {
      ($0 as? CrossdockError)?.reason == "it was installed without a signature, and allow_unsigned is false"
    }
    #expect(try store.plugin("watch").state.current == version("1.1.0"))
    #expect(try store.rollback("watch", allowsUnsigned: true).to == version("1.0.0"))
  }

  @Test func enablingAlsoTakesAPluginOutOfParking() throws {
    let store = try PluginStore(folder: place)
    try install(store, try bundle())
    #expect(try store.setEnabled("watch", true) == false)
    #expect(try store.setEnabled("watch", false))
    #expect(try store.plugin("watch").state.isEnabled == false)
    try install(store, try bundle("watch", "1.1.0"))
    #expect(try store.plugin("watch").state.isEnabled == false)
    try store.setParked("watch", "it hung")
    #expect(try store.plugin("watch").state.parked == "it hung")
    #expect(try store.setEnabled("watch", true))
    #expect(try store.plugin("watch").state.parked == nil)
  }

  @Test func removedPluginLeavesNothing() throws {
    let store = try PluginStore(folder: place)
    try install(store, try bundle())
    try install(store, try bundle("watch", "1.1.0"))
    let removed = try store.remove("watch")
    #expect(removed.versions == [version("1.1.0"), version("1.0.0")])
    #expect(removed.files == 9 && removed.bytes > 0)
    #expect(try names(place) == [".lock"])
    #expect { try store.remove("watch") } throws: { ($0 as? CrossdockError)?.exitCode == .failure }
    #expect(throws: CrossdockError.self) { try store.remove("..") }
  }

  @Test func damagedFileIsSeenAndMendedByTheSameBundle() throws {
    let store = try PluginStore(folder: place)
    try install(store, try bundle())
    try Data("x".utf8).write(to: URL(filePath: "\(place)/watch/1.0.0/bin/watch.so"))
    #expect(try store.plugin("watch").damage() == ["bin/watch.so was changed"])
    #expect(try store.standing(of: try bundle()) == .same)
    try install(store, try bundle())
    #expect(try store.plugin("watch").damage() == [])
    #expect(try store.plugin("watch").state.previous == nil)
    #expect(try names(place) == [".lock", "watch"])
  }

  /// The agent must be able to read and replace what an administrator has installed.
  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func whatRootMakesBelongsToTheOwnerOfTheFolder() throws {
    chown(folder.path, 65_534, 65_534)
    do {
      let store = try PluginStore(folder: place)
      try install(store, try bundle())
    }
    let all = try FileManager.default.subpathsOfDirectory(atPath: place)
    #expect(all.count == 11)
    for path in [""] + all {
      let owner = try FileManager.default.attributesOfItem(atPath: "\(place)/\(path)")[.ownerAccountID] as? Int
      #expect(owner == 65_534, "\(path)")
    }
  }

  /// A plugin that has filled the disk can be disabled, again and again, and removed.
  @Test(.enabled(if: geteuid() == 0, "only root can mount a small disk"))
  func pluginIsDisabledOnAFullDisk() throws {
    let mounted = try run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "crossdock-test", folder.path])
    guard mounted.code == 0 else { return print("skipped: nothing can be mounted here") }
    defer { _ = try? run("/usr/bin/umount", ["-l", folder.path]) }
    do { try install(try PluginStore(folder: place), try bundle()) }
    let filler = open("\(folder.path)/filler", O_WRONLY | O_CREAT, 0o600)
    defer { close(filler) }
    let fill = {
      let zeros = [UInt8](repeating: 1, count: 4096)
      while Foundation.write(filler, zeros, zeros.count) > 0 {}
    }
    fill()
    do { #expect(try PluginStore(folder: place).setEnabled("watch", false)) }
    #expect(try PluginStore.plugin("watch", in: place)?.state.isEnabled == false)
    do { #expect(try PluginStore(folder: place).setEnabled("watch", true), "the room is kept again") }
    fill()
    do { #expect(try PluginStore(folder: place).remove("watch").versions == [version("1.0.0")]) }
    #expect(try names(place) == [".lock"])
  }

  @Test func onlyOneCommandChangesTheStore() throws {
    let store = try PluginStore(folder: place)
    #expect { try PluginStore(folder: place, lockTimeoutMs: 0) } throws: {
      ($0 as? CrossdockError)?.reason.hasPrefix("already in use by process") == true
    }
    _ = store
  }

  /// The agent writes down what it does with plugins, and an operator's command may come at that moment.
  @Test func storeThatSomebodyChangesIsWaitedFor() async throws {
    try install(try PluginStore(folder: place), try bundle())
    var lock: FileLock? = try FileLock(path: "\(place)/.lock")
    #expect(lock != nil)
    let end = End()
    let change = Task.detached { [place] in
      defer { end.isReached.store(true, ordering: .releasing) }
      return try PluginStore(folder: place).setEnabled("watch", false)
    }
    // The second one is at the lock, or it has given up.
    while openings(of: "\(place)/.lock") < 2, !end.isReached.load(ordering: .acquiring) { await Task.yield() }
    lock = nil
    #expect(try await change.value)
  }

  private final class End: Sendable {
    let isReached = Atomic(false)
  }

  /// How many descriptors of this process are open on a file.
  private func openings(of path: String) -> Int {
    let folder = "/proc/self/fd"
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return all.count { (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == path }
  }

  @Test func unreadableStateIsSaidAndLeftAlone() throws {
    do {
      let store = try PluginStore(folder: place)
      try install(store, try bundle())
      try install(store, try bundle("other"))
    }
    try Data("{".utf8).write(to: URL(filePath: "\(place)/watch/state.json"))
    _ = try PluginStore(folder: place)
    let found = try PluginStore.plugins(in: place)
    #expect(found.plugins.map(\.name) == ["other"] && found.unreadable.map(\.name) == ["watch"])
    #expect(try names("\(place)/watch") == ["1.0.0", "state.json"])
  }
}

@Suite struct StoreCrashTests {
  /// What a life of a store may be found as: before or after the change.
  private struct View: Equatable {
    var current: String?
    var previous: String?
    var isWhole: Bool

    init(_ place: String) throws {
      guard let plugin = try PluginStore.plugin("watch", in: place) else {
        isWhole = true
        return
      }
      current = plugin.state.current.text
      previous = plugin.state.previous?.text
      // The version before must be there whole as well.
      let before = try plugin.state.previous.map { version in
        InstalledPlugin(
          name: "watch", state: plugin.state, folder: "\(place)/watch/\(version)",
          manifest: try PluginStore.manifest("\(place)/watch/\(version)", "watch", version)
        ).damage()
      }
      isWhole = plugin.damage().isEmpty && (before ?? []).isEmpty
    }
  }

  private static let changes: [(name: String, run: @Sendable (PluginStore) throws -> Void)] = [
    ("first install", { try install($0, try bundle("watch", "1.0.0")) }),
    ("upgrade", { try install($0, try bundle("watch", "1.2.0")) }),
    ("mend", { try install($0, try bundle("watch", "1.1.0")) }),
    ("rollback", { _ = try $0.rollback("watch", allowsUnsigned: true) }),
    ("disable", { try $0.setEnabled("watch", false) }),
    ("remove", { _ = try $0.remove("watch") }),
  ]

  /// Every change is cut off before each of its steps; then the disk is what a power cut may have left, in several ways, and the
  /// store is opened again.
  @Test(arguments: 0..<6) func everyCutLeavesTheStoreAsBeforeOrAsAfter(change index: Int) throws {
    var generator = SeededNumbers(for: "everyCutLeavesTheStoreAsBeforeOrAsAfter(\(index))")
    let (name, change) = Self.changes[index]
    try cutEverywhere(name, &generator) { (store: PluginStore) in
      guard name != "first install" else { return }
      try install(store, try bundle("watch", "1.0.0"))
      try install(store, try bundle("watch", "1.1.0"))
    } change: { store in
      try change(store)
    } look: { place in
      try View(place)
    } check: { place, step, before, isDone in
      try check(place, name, step, before, isDone)
    }
  }

  private func check(_ place: String, _ name: String, _ step: Int, _ before: View, _ isDone: Bool) throws {
    _ = try PluginStore(folder: place)
    let found = try View(place)
    var after = before
    switch name {
    case "first install": after.current = "1.0.0"
    case "upgrade": (after.current, after.previous) = ("1.2.0", "1.1.0")
    case "rollback": (after.current, after.previous) = ("1.0.0", "1.1.0")
    case "remove": (after.current, after.previous) = (nil, nil)
    default: break
    }
    #expect(found.isWhole, "\(name), step \(step)")
    #expect(isDone ? found == after : found == before || found == after, "\(name), step \(step): \(found)")
    // Nothing lies around.
    let versions = [found.current, found.previous].compactMap(\.self)
    #expect(try names(place).filter { $0 != ".lock" } == (found.current == nil ? [] : ["watch"]))
    if found.current != nil { #expect(try names("\(place)/watch") == (versions + ["state.json"]).sorted()) }
    // And the next install works.
    let store = try PluginStore(folder: place)
    try install(store, try bundle("watch", "3.0.0"))
    #expect(try View(place).current == "3.0.0")
  }
}
