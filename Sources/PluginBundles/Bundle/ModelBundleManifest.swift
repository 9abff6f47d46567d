// manifest.json of a trained model's bundle and of every installed version of it: JSON on one line.
//
//   {"format":"crossdock-model-bundle","format_version":1,
//    "name":…,"version":…,"summary":…,"license":…,"created":"2026-11-29T21:00:00Z",
//    "files":[{"path":…,"bytes":…,"sha256":"…","executable":…}, …]}
//
// What the model is, its own model.json says; name and version stand here as well, so that signature, archive and store can be judged by a
// program that knows nothing of models. Members that are not there, others, and values out of bounds are refused.
internal import JSONText
package import Records

package struct ModelBundleManifest: BundleContents {
  package static let noun = "model"
  package static let fileExtension = ".cdm"
  static let format = "crossdock-model-bundle"
  static let formatVersion = 1

  package var name: String
  package var version: SemanticVersion
  package var summary: String
  package var license: String
  package var createdNs: Int64
  package var files: [BundledFile]

  /// A model does not expire: drift says when it is old.
  package var expires: CalendarDay? { nil }

  init(
    name: String, version: SemanticVersion, summary: String, license: String, createdNs: Int64, files: [BundledFile]
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.license = license
    self.createdNs = createdNs
    self.files = files
  }

  package init(json bytes: some Collection<UInt8>, place: String = BundleManifestFile.name) throws(CrossdockError) {
    let top = try Self.document(
      bytes, place, format: Self.format, version: Self.formatVersion,
      known: ["name", "version", "summary", "license", "created", "files"])
    let name = try top.text("name")
    guard PluginManifest.isValidName(name) else { throw top.wrong("name", "no valid name of a model") }
    guard let version = SemanticVersion(try top.text("version")) else {
      throw top.wrong("version", "no semantic version")
    }
    guard let created = Timestamp.parse(try top.text("created")) else { throw top.wrong("created", "no time") }
    self.init(
      name: name, version: version, summary: try top.text("summary", maxBytes: PluginManifest.maxSummaryBytes),
      license: try top.text("license"), createdNs: created, files: try BundledFile.list(top.value("files"), place))
    try checkCanonical(bytes, place)
  }

  package func hasSameContents(as other: ModelBundleManifest) -> Bool {
    var other = other
    other.createdNs = createdNs
    return self == other
  }

  package func encoded() -> [UInt8] {
    var json = JSONWriter(reserving: 4096)
    json.object { json in
      json.member("format", Self.format)
      json.member("format_version", Self.formatVersion)
      json.member("name", name)
      json.member("version", version.text)
      json.member("summary", summary)
      json.member("license", license)
      json.member("created", Timestamp.text(createdNs))
      json.member("files", files: files)
    }
    return json.bytes + [0x0A]
  }
}
