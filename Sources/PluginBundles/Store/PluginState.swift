// `<store>/<name>/state.json`: which version of a plugin is in use. The only thing that decides: a version's folder that it does
// not name is the remains of an install that did not end.
//
//   {"format":1,"current":"1.2.0","previous":"1.1.0","enabled":true,"parked":null,
//    "versions":[{"version":"1.2.0","key":"3D6E…","installed":"2026-11-25T21:00:00Z"}, …]}
//
// `previous` and `parked` may be null, and `key`: of a version that was installed without a signature.
internal import JSONText
package import Records

package struct PluginState: Sendable, Equatable {
  package static let fileName = "state.json"
  static let maxBytes = 65_536
  static let maxVersions = 16

  package struct Version: Sendable, Equatable {
    package var version: SemanticVersion
    /// The number of the key that signed it; nil: nobody did.
    package var key: String?
    package var installedNs: Int64
  }

  package var current: SemanticVersion
  package var previous: SemanticVersion?
  package var isEnabled: Bool
  /// Why the agent has given it up; nil: it has not.
  package var parked: String?
  package var versions: [Version]

  package func version(_ version: SemanticVersion) -> Version? { versions.first { $0.version == version } }

  func encoded() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("format", 1)
      json.member("current", current.text)
      json.member("previous", previous?.text)
      json.member("enabled", isEnabled)
      json.member("parked", parked)
      json.member(
        "versions",
        array: { json in
          for version in versions {
            json.object {
              $0.member("version", version.version.text)
              $0.member("key", version.key)
              $0.member("installed", Timestamp.text(version.installedNs))
            }
          }
        })
    }
    return json.bytes + [0x0A]
  }

  init(
    current: SemanticVersion, previous: SemanticVersion?, isEnabled: Bool, parked: String?, versions: [Version]
  ) {
    self.current = current
    self.previous = previous
    self.isEnabled = isEnabled
    self.parked = parked
    self.versions = versions
  }

  init(json bytes: [UInt8], path: String) throws(CrossdockError) {
    let document: JSONValue
    do {
      document = try JSONValue.parse(bytes)
    } catch {
      throw Self.failure(path, "it is no JSON: \(error)")
    }
    guard document["format"]?.integer == 1 else { throw Self.failure(path, "its format is not known") }
    guard let current = document["current"]?.string.flatMap(SemanticVersion.init),
      let isEnabled = document["enabled"]?.bool, let versions = document["versions"]?.array,
      versions.count <= Self.maxVersions
    else { throw Self.failure(path, "it is damaged") }
    self.current = current
    self.isEnabled = isEnabled
    previous = document["previous"]?.string.flatMap(SemanticVersion.init)
    parked = document["parked"]?.string
    self.versions = []
    for entry in versions {
      guard let version = entry["version"]?.string.flatMap(SemanticVersion.init),
        let installed = entry["installed"]?.string.flatMap(Timestamp.parse)
      else { throw Self.failure(path, "it is damaged") }
      self.versions.append(Version(version: version, key: entry["key"]?.string, installedNs: installed))
    }
    guard version(current) != nil, previous.map({ version($0) != nil }) ?? true else {
      throw Self.failure(path, "it names a version that it does not describe")
    }
  }

  private static func failure(_ path: String, _ reason: String) -> CrossdockError {
    CrossdockError(
      "read the plugin's state", at: path, reason: reason, hint: "remove the plugin's folder and install it again",
      exitCode: .badInput)
  }
}
