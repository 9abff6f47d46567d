internal import JSONText
package import Records

/// `<store>/<name>/state.json`: which of the installed versions are in use. The only thing that decides: a version's folder that it does
/// not name is the remains of an install that did not end.
package protocol StoredState: Sendable, Equatable {
  associatedtype Manifest: BundleContents

  /// The version that an install is compared with.
  var reference: SemanticVersion { get }
  /// The versions whose folders stay.
  var kept: [SemanticVersion] { get }
  var versions: [StoredVersion] { get }

  init(json bytes: [UInt8], path: String) throws(CrossdockError)
  func encoded() -> [UInt8]
}

package enum StateFile {
  package static let name = "state.json"
  /// More than the longest history takes.
  static let maxBytes = 262_144
  static let maxVersions = 16
}

/// An installed version.
package struct StoredVersion: Sendable, Equatable {
  package var version: SemanticVersion
  /// The number of the key that signed it; nil: nobody did.
  package var key: String?
  package var installedNs: Int64
  /// What its process said of itself; nil: nobody has written it down. Of plugins only.
  package var says: PluginStatement?
}

extension StoredState {
  package func version(_ version: SemanticVersion) -> StoredVersion? { versions.first { $0.version == version } }

  static func document(_ bytes: [UInt8], _ path: String) throws(CrossdockError) -> JSONValue {
    let document: JSONValue
    do {
      document = try JSONValue.parse(bytes)
    } catch {
      throw failure(path, "it is no JSON: \(error)")
    }
    guard document["format"]?.integer == 1 else { throw failure(path, "its format is not known") }
    return document
  }

  static func versions(_ document: JSONValue, _ path: String) throws(CrossdockError) -> [StoredVersion] {
    guard let entries = document["versions"]?.array, entries.count <= StateFile.maxVersions else {
      throw failure(path, "it is damaged")
    }
    var versions: [StoredVersion] = []
    for entry in entries {
      guard let version = entry["version"]?.string.flatMap(SemanticVersion.init),
        let installed = entry["installed"]?.string.flatMap(Timestamp.parse)
      else { throw failure(path, "it is damaged") }
      versions.append(
        StoredVersion(
          version: version, key: entry["key"]?.string, installedNs: installed,
          says: PluginStatement(entry[PluginStatement.member])))
    }
    return versions
  }

  /// Every version that the state keeps is described in it.
  func checkVersions(_ path: String) throws(CrossdockError) {
    guard kept.allSatisfy({ version($0) != nil }) else {
      throw Self.failure(path, "it names a version that it does not describe")
    }
  }

  static func failure(_ path: String, _ reason: String) -> CrossdockError {
    CrossdockError(
      "read the \(Manifest.noun)'s state", at: path, reason: reason,
      hint: "remove the \(Manifest.noun)'s folder and install it again", exitCode: .badInput)
  }
}

extension JSONWriter {
  mutating func member(_ name: String, versions: [StoredVersion]) {
    member(
      name,
      array: { json in
        for version in versions {
          json.object {
            $0.member("version", version.version.text)
            $0.member("key", version.key)
            $0.member("installed", Timestamp.text(version.installedNs))
            guard let says = version.says else { return }
            $0.key(PluginStatement.member)
            says.write(to: &$0)
          }
        }
      })
  }
}
