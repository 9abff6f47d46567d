// What `model:NAME` in a FILES option stands for: the files of every version of the model that is in use, as entries of that option.
//
//   model:NAME/state.json                 {"name":…,"instance":…,"life":…,"revision":7,"decided":4,"changes":[…],"damage":{"1.1.0":"point.txt was changed"}}
//   model:NAME/VERSION/STAGE/FILE         STAGE: active, shadow, previous; what is for people only (README, LICENSE) is left out
//
// `changes` are the promotions and rollbacks that were made by commands of the program, the newest: the plugin tells of each once. Those that it
// has decided itself it has told of.
//
// A file that is not as it was packed is handed over all the same, and `damage` says so: the plugin goes back to the version before by itself,
// and an agent must not stay down because of one file. For the same reason an active version without a signature goes on when "allow_unsigned"
// is taken back; others without one count as damaged then, so that no rule and no command brings them into use.
import Configuration
import JSONText
import Platform
import PluginBundles
import Records

enum InstalledModels {
  private static let attempts = 5
  private static let mostChanges = 32
  private static let forPeople = ["README", "README.md", "LICENSE", "LICENSE.txt", "LICENSE.md"]
  private static let inUse: [ModelState.Stage] = [.active, .shadow, .previous]

  /// Absolute.
  static func storeFolder(_ section: ModelsSection) -> String { Files.absolute(section.folder) }

  static func lookup(
    _ section: ModelsSection, _ name: String, _ user: ModelConfiguration
  ) -> Result<[OptionFile], ModelFilesFailure> {
    do throws(CrossdockError) {
      return .success(
        try entries(name, instance: user.name, in: storeFolder(section), allowsUnsigned: section.allowUnsigned))
    } catch {
      return .failure(ModelFilesFailure(reason: error.reason, hint: error.hint))
    }
  }

  /// For a reading of agent.conf: whether the model is there, and no version's files. To read, hash and load them takes longer than all
  /// else of a start, and says nothing: a version that cannot be used is damage that the plugin tells of, and no refusal of its options.
  static func presence(
    _ section: ModelsSection, _ name: String, _ user: ModelConfiguration
  ) -> Result<[OptionFile], ModelFilesFailure> {
    do throws(CrossdockError) {
      let folder = storeFolder(section)
      guard let model = try ModelStore.model(name, in: folder) else { throw ModelStore.missing(name, in: folder) }
      return .success([stateFile(model, instance: user.name, damage: [])])
    } catch {
      return .failure(ModelFilesFailure(reason: error.reason, hint: error.hint))
    }
  }

  /// As the store was at another time, for a replay.
  static func lookup(
    past model: InstalledModel, _ user: ModelConfiguration
  ) -> Result<[OptionFile], ModelFilesFailure> {
    do throws(CrossdockError) {
      // Signatures were asked for when the version came into use.
      return .success(try entries(model, instance: user.name, takesDamage: true, allowsUnsigned: true))
    } catch {
      return .failure(ModelFilesFailure(reason: error.reason, hint: error.hint))
    }
  }

  /// A command that changes the store meanwhile may take a version away: then the newer state is read.
  private static func entries(
    _ name: String, instance: String, in folder: String, allowsUnsigned: Bool
  ) throws(CrossdockError) -> [OptionFile] {
    var last: CrossdockError?
    for _ in 0..<attempts {
      guard let model = try ModelStore.model(name, in: folder) else { break }
      do throws(CrossdockError) {
        return try entries(model, instance: instance, takesDamage: false, allowsUnsigned: allowsUnsigned)
      } catch {
        last = error
        guard let now = try ModelStore.model(name, in: folder) else { break }
        if now.state == model.state {
          return try entries(model, instance: instance, takesDamage: true, allowsUnsigned: allowsUnsigned)
        }
      }
    }
    throw last ?? ModelStore.missing(name, in: folder)
  }

  /// - Parameter takesDamage: a version whose manifest cannot be read is damaged, and no error.
  private static func entries(
    _ model: InstalledModel, instance: String, takesDamage: Bool, allowsUnsigned: Bool
  ) throws(CrossdockError) -> [OptionFile] {
    let prefix = ModelFilesFailure.prefix + model.name
    var files: [OptionFile] = []
    var damage: [(version: String, reason: String)] = []
    for stage in inUse {
      guard let version = model.state[stage] else { continue }
      let folder = model.folder(of: version)
      let manifest: ModelBundleManifest
      do throws(CrossdockError) {
        manifest = try model.manifest(of: version)
      } catch {
        guard takesDamage else { throw error }
        damage.append((version.text, "\(BundleManifestFile.name): \(error.reason)"))
        files.append(
          OptionFile(path: "\(prefix)/\(version)/\(stage.rawValue)/\(BundleManifestFile.name)", contents: []))
        continue
      }
      if let reason = manifest.damage(in: folder).first {
        damage.append((version.text, reason))
      } else if stage != .active, !allowsUnsigned, model.state.version(version)?.key == nil {
        damage.append((version.text, "it was installed without a signature, and allow_unsigned is false"))
      }
      for file in manifest.files where !forPeople.contains(file.path) {
        // What is missing is in the damage already.
        guard let bytes = try? Files.read("\(folder)/\(file.path)", limit: BundleLimits.maxFileBytes) else { continue }
        files.append(OptionFile(path: "\(prefix)/\(version)/\(stage.rawValue)/\(file.path)", contents: bytes))
      }
    }
    return [stateFile(model, instance: instance, damage: damage)] + files
  }

  private static func stateFile(
    _ model: InstalledModel, instance: String, damage: [(version: String, reason: String)]
  ) -> OptionFile {
    OptionFile(
      path: "\(ModelFilesFailure.prefix)\(model.name)/\(StateFile.name)",
      contents: state(model, instance: instance, damage: damage))
  }

  private static func state(
    _ model: InstalledModel, instance: String, damage: [(version: String, reason: String)]
  ) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.member("name", model.name)
      $0.member("instance", instance)
      $0.member("life", model.state.life)
      $0.member("revision", model.state.revision)
      $0.member("decided", model.state.decided[instance] ?? 0)
      $0.member("changes", array: { json in for change in changes(of: model) { write(change, into: &json) } })
      $0.member("damage", object: { list in for entry in damage { list.member(entry.version, entry.reason) } })
    }
    return json.bytes
  }

  private static func changes(of model: InstalledModel) -> ArraySlice<ModelState.Change> {
    model.state.history.filter {
      $0.instance == nil && [ModelState.Change.promoted, ModelState.Change.rolledBack].contains($0.what)
    }.suffix(mostChanges)
  }

  private static func write(_ change: ModelState.Change, into json: inout JSONWriter) {
    let kind: ModelDecision.Kind = change.what == ModelState.Change.promoted ? .promoted : .rolledBack
    json.object {
      $0.member("revision", change.revision)
      $0.member("time", Timestamp.text(change.timeNs))
      $0.member("kind", kind.rawValue)
      $0.member("version", change.version)
      $0.member("from", change.from)
      $0.member("reason", change.reason)
    }
  }
}
