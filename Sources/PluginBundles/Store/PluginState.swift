// A plugin's state.json:
//
//   {"format":1,"current":"1.2.0","previous":"1.1.0","enabled":true,"parked":null,"returned":null,
//    "versions":[{"version":"1.2.0","key":"3D6E…","installed":"2026-11-25T21:00:00Z","says":{…}}, …]}
//
// `previous` and `parked` may be null, and `key`: of a version that was installed without a signature. `returned` is
// {"from":"1.3.0","reason":"…"} while the current version is one that the agent has gone back to by itself. `says` (PluginStatement.swift) is not
// there for a version that was installed before it was written down.
internal import JSONText
package import Records

package struct PluginState: StoredState {
  package typealias Manifest = BundleManifest

  package var current: SemanticVersion
  package var previous: SemanticVersion?
  package var isEnabled: Bool
  /// Why the agent has given it up; nil: it has not.
  package var parked: String?
  package var returned: PluginReturned?
  package var versions: [StoredVersion]

  package var reference: SemanticVersion { current }
  package var kept: [SemanticVersion] { [current] + (previous.map { [$0] } ?? []) }

  package func encoded() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("format", 1)
      json.member("current", current.text)
      json.member("previous", previous?.text)
      json.member("enabled", isEnabled)
      json.member("parked", parked)
      json.key(PluginReturned.member)
      if let returned { returned.write(to: &json) } else { json.null() }
      json.member("versions", versions: versions)
    }
    return json.bytes + [0x0A]
  }

  init(
    current: SemanticVersion, previous: SemanticVersion?, isEnabled: Bool, parked: String?,
    returned: PluginReturned? = nil, versions: [StoredVersion]
  ) {
    self.current = current
    self.previous = previous
    self.isEnabled = isEnabled
    self.parked = parked
    self.returned = returned
    self.versions = versions
  }

  package init(json bytes: [UInt8], path: String) throws(CrossdockError) {
    let document = try Self.document(bytes, path)
    guard let current = document["current"]?.string.flatMap(SemanticVersion.init),
      let isEnabled = document["enabled"]?.bool
    else { throw Self.failure(path, "it is damaged") }
    self.current = current
    self.isEnabled = isEnabled
    previous = document["previous"]?.string.flatMap(SemanticVersion.init)
    parked = document["parked"]?.string
    returned = PluginReturned(document[PluginReturned.member])
    versions = try Self.versions(document, path)
    try checkVersions(path)
  }
}
