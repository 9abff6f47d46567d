// manifest.json, the first file of a bundle and of every installed version: JSON on one line.
//
//   {"format":"crossdock-plugin-bundle","format_version":1,
//    "name":…,"version":…,"abi":…,"role":…,"summary":…,"license":…,"artefact":…,"run":…,"command":[…],
//    "created":"2026-11-25T21:00:00Z","expires":"2027-12-31",
//    "capabilities":{"reads":[…],"writes":[…],"replies":…,"read_files":[…],"write_files":[…],"network":[…],"processes":…},
//    "limits":{"memory_mb":…,"cpu_percent":…,"batch_ms":…,"start_ms":…,"output_records_per_s":…,"output_kb_per_s":…},
//    "files":[{"path":…,"bytes":…,"sha256":"…","executable":…}, …]}
//
// `artefact` and `expires` may be null. In `limits`, `threads`, `disk_mb` and `disk_files` may follow, each where it is not the default: a
// bundle of before they were known has none of them. The files are all others of the bundle, in its order. Members that are not there, others, and
// values out of bounds are refused: what is not understood is not installed.
internal import JSONText
package import Records

package struct BundleManifest: Sendable, Equatable {
  static let format = "crossdock-plugin-bundle"
  static let formatVersion = 1

  /// What plugin.toml says; nothing of it is about building.
  package var plugin: PluginManifest
  package var createdNs: Int64
  package var files: [BundledFile]

  init(plugin: PluginManifest, createdNs: Int64, files: [BundledFile]) {
    self.plugin = plugin
    self.plugin.buildCommand = []
    self.plugin.bundleExclude = []
    self.createdNs = createdNs
    self.files = files
  }
}

extension BundleManifest: BundleContents {
  package static let noun = "plugin"
  package static let fileExtension = ".cdp"

  package var name: String { plugin.name }
  package var version: SemanticVersion { plugin.version }
  package var expires: CalendarDay? { plugin.expires }

  package func hasSameContents(as other: BundleManifest) -> Bool { plugin == other.plugin && files == other.files }

  package func encoded() -> [UInt8] {
    var json = JSONWriter(reserving: 4096)
    json.object { json in
      json.member("format", Self.format)
      json.member("format_version", Self.formatVersion)
      json.member("name", plugin.name)
      json.member("version", plugin.version.text)
      json.member("abi", plugin.abi)
      json.member("role", plugin.role.rawValue)
      json.member("summary", plugin.summary)
      json.member("license", plugin.license)
      json.member("artefact", plugin.artefact)
      json.member("run", plugin.run.rawValue)
      json.member("command", texts: plugin.command)
      json.member("created", Timestamp.text(createdNs))
      json.member("expires", plugin.expires?.text)
      json.member("capabilities") { $0.capabilities(plugin.capabilities) }
      json.member("limits") { $0.limits(plugin.limits) }
      json.member("files", files: files)
    }
    return json.bytes + [0x0A]
  }
}

extension JSONWriter {
  mutating func member(_ name: String, texts: [String]) {
    member(name, array: { json in for text in texts { json.value(text) } })
  }

  fileprivate mutating func member(_ name: String, _ body: (inout JSONWriter) -> Void) {
    key(name)
    body(&self)
  }

  mutating func capabilities(_ capabilities: PluginCapabilities) {
    object { json in
      json.member("reads", texts: capabilities.reads)
      json.member("writes", texts: capabilities.writes)
      json.member("replies", capabilities.replies)
      json.member("read_files", texts: capabilities.readFiles)
      json.member("write_files", texts: capabilities.writeFiles)
      json.member("network", texts: capabilities.network)
      json.member("processes", capabilities.processes)
    }
  }

  mutating func limits(_ limits: PluginLimits) {
    object { json in
      json.member("memory_mb", limits.memoryMb)
      json.member("cpu_percent", limits.cpuPercent)
      json.member("batch_ms", limits.batchMs)
      json.member("start_ms", limits.startMs)
      json.member("output_records_per_s", limits.outputRecordsPerS)
      json.member("output_kb_per_s", limits.outputKbPerS)
      let defaults = PluginLimits()
      if limits.threads != defaults.threads { json.member("threads", limits.threads) }
      if limits.diskMb != defaults.diskMb { json.member("disk_mb", limits.diskMb) }
      if limits.diskFiles != defaults.diskFiles { json.member("disk_files", limits.diskFiles) }
    }
  }
}
