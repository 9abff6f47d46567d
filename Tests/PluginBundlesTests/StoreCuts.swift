import Fixtures
import Records
import Seeded
import Testing

@testable import PluginBundles

/// Cuts a change of a store off before each of its steps: as a kill would, and as a power cut may, after which less is there than was written,
/// in several ways. Each time the store is opened and looked at again.
///
/// - Parameters:
///   - prepare: makes what is there before.
///   - look: what the test compares, of a store's folder.
///   - check: of a folder after a cut; `before` is what `look` gave before the change, `isDone` says that the change was not cut off.
func cutEverywhere<State: StoredState, View>(
  _ name: String, _ generator: inout SeededNumbers, prepare: (BundleStore<State>) throws -> Void,
  change: (BundleStore<State>) throws -> Void, look: (String) throws -> View,
  check: (_ place: String, _ step: Int, _ before: View, _ isDone: Bool) throws -> Void
) throws {
  var step = 0
  var lives = 0
  var isDone = false
  while !isDone {
    let folder = try TemporaryFolder()
    let place = "\(folder.path)/store"
    do { try prepare(try BundleStore<State>(folder: place)) }
    let before = try look(place)
    let disk = try PowerCutDisk(root: place)
    var left = step
    var isCut = false
    do {
      let store = try BundleStore<State>(folder: place) { operation in
        if left == 0 {
          isCut = true
          return CrossdockError("go on", at: "the power cut", reason: "there is no power")
        }
        left -= 1
        disk.apply(operation)
        return nil
      }
      try change(store)
    } catch {
      #expect(isCut, "\(name), step \(step): \(error)")
    }
    isDone = !isCut
    // Killed: the disk is as it is. Power cut: less of it is there.
    try check(place, step, before, isDone)
    for share in [0, 0.3, 0.7, 1] {
      let left = "\(folder.path)/after-\(share)"
      try disk.materialise(at: left, keepingUnsynced: share, using: &generator)
      try check(left, step, before, isDone)
      lives += 1
    }
    step += 1
  }
  print("\(name): \(step - 1) steps, \(lives) power cuts")
  #expect(step > 3)
}
